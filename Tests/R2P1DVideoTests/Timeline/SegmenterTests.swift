import Foundation
import TestSupport
import Testing

@testable import R2P1DVideo

/// The segment rule, by cases worked out by hand. Times are seconds; classes are `a`, `b`, `c`.
@Suite struct SegmenterTests {
  /// A segment as the cases write it.
  struct Span: Equatable, CustomStringConvertible {
    let start: Rational
    let end: Rational
    let label: String
    let score: Double

    init(_ start: Rational, _ end: Rational, _ label: String, _ score: Double) {
      (self.start, self.end, self.label, self.score) = (start, end, label, score)
    }

    /// Scores are sums of a few rounded products.
    static func == (left: Span, right: Span) -> Bool {
      left.start == right.start && left.end == right.end && left.label == right.label
        && abs(left.score - right.score) < 1e-9
    }

    var description: String { "\(start) – \(end) \(label) \(score)" }
  }

  struct Case: CustomTestStringConvertible {
    let name: String
    /// A window a second long, half a second after the one before, unless `windows` says otherwise.
    var scores: [[Double]] = []
    var windows: [(start: Rational, end: Rational, scores: [Double])]?
    var options = SegmentOptions.bare
    let expected: [Span]

    var testDescription: String { name }

    func all() -> [ScoredWindow] {
      let windows =
        windows
        ?? scores.enumerated().map { (Rational($0, 2), Rational($0 + 2, 2), $1) }
      return windows.enumerated().map { .made($0, of: windows.count, $1.start, $1.end, $1.scores) }
    }
  }

  static let labels = LabelSet(["a", "b", "c"])
  static let a = [1.0, 0, 0]
  static let b = [0, 1.0, 0]
  static let none = [0.3, 0.3, 0.3]

  static let moments = [
    Case(
      name: "a single window is a single segment",
      windows: [(0, 1, [0.2, 0.7, 0.1])], expected: [Span(0, 1, "b", 0.7)]),
    Case(name: "no score reaches enter", scores: [[0.39, 0.3, 0.3]], expected: []),
    Case(name: "enter itself is enough", scores: [[0.4, 0.3, 0.3]], expected: [Span(0, 1, "a", 0.4)]),
    Case(
      name: "of equal scores the first class begins", scores: [[0, 0.5, 0.5]],
      expected: [Span(0, 1, "b", 0.5)]),
    Case(
      // Moments of half a second: a .8, (.8 + .6) / 2, .6.
      name: "a moment has the mean of the windows that cover it",
      scores: [[0.8, 0.2, 0], [0.6, 0.4, 0]], expected: [Span(0, Rational(3, 2), "a", 0.7)]),
    Case(
      // From .5 to 1 both are .5, and b is not ahead by enter - leave.
      name: "a label yields at the edge of the first moment in which the other is ahead",
      scores: [a, b], expected: [Span(0, 1, "a", 0.75), Span(1, Rational(3, 2), "b", 1)]),
    Case(
      name: "a label lasts above leave and ends below it",
      windows: [(0, 1, [0.5, 0.2, 0.2]), (1, 2, [0.2, 0.3, 0.3]), (2, 3, [0.19, 0.3, 0.3])],
      expected: [Span(0, 2, "a", 0.35)]),
    Case(
      name: "another that is ahead by less than enter - leave does not take over, by that much it does",
      windows: [(0, 1, [0.5, 0, 0]), (1, 2, [0.25, 0.4375, 0]), (2, 3, [0.25, 0.46875, 0])],
      options: .bare.with { ($0.enter, $0.leave) = (0.34375, 0.125) },
      expected: [Span(0, 2, "a", 0.375), Span(2, 3, "b", 0.46875)]),
    Case(
      name: "thresholds of 0 give the best label of every moment",
      windows: [(0, 1, [0.34, 0.33, 0.33]), (1, 2, [0.33, 0.34, 0.33])],
      options: .bare.with { ($0.enter, $0.leave) = (0, 0) },
      expected: [Span(0, 1, "a", 0.34), Span(1, 2, "b", 0.34)]),
    Case(
      name: "unseen time between windows goes half to either side",
      windows: [(0, 1, a), (3, 4, a), (6, 7, b)],
      expected: [Span(0, 5, "a", 1), Span(5, 7, "b", 1)]),
    Case(
      name: "times stay fractions, and the last window may end early",
      windows: [
        (90, Rational(1366, 15), a), (Rational(1358, 15), Rational(1374, 15), a),
        (Rational(1360, 15), Rational(45777, 500), a),
      ],
      expected: [Span(90, Rational(1374, 15), "a", 1)]),
    Case(name: "no window, no segment", expected: []),
  ]

  static let smoothing = [
    Case(
      // Moments of 1 s, box of 2 s: b's middle second has .25 + .5 × 0 … = (0.5·1 + 1·0 + 0.5·1) / 2 of a.
      name: "a box of two seconds holds half of each neighbour",
      windows: [(0, 1, a), (1, 2, b), (2, 3, a)],
      options: .bare.with { ($0.smoothing, $0.enter, $0.leave) = (2, 0.6, 0.5) },
      // First and last: (1·1 + 0.5·0) / 1.5 = 2/3 of a; the middle: half a, half b, so that a just lasts.
      expected: [Span(0, 3, "a", 2.0 / 3)]),
    Case(
      name: "the same without smoothing is three segments",
      windows: [(0, 1, a), (1, 2, b), (2, 3, a)],
      options: .bare.with { ($0.enter, $0.leave) = (0.6, 0.5) },
      expected: [Span(0, 1, "a", 1), Span(1, 2, "b", 1), Span(2, 3, "a", 1)]),
    Case(
      name: "a box no longer than a moment changes nothing",
      windows: [(0, 1, a), (1, 2, b)], options: .bare.with { $0.smoothing = 1 },
      expected: [Span(0, 1, "a", 1), Span(1, 2, "b", 1)]),
    Case(
      // Every moment's box is the whole: a has 3 of 4 seconds.
      name: "a box longer than the video is the mean of the video",
      windows: [(0, 3, a), (3, 4, b)], options: .bare.with { $0.smoothing = 60 },
      expected: [Span(0, 4, "a", 0.75)]),
  ]

  static let joining = [
    Case(
      name: "a short interruption is taken in",
      windows: [(0, 2, a), (2, 3, b), (3, 5, a)], options: .bare.with { $0.minimumLength = 1.5 },
      expected: [Span(0, 5, "a", 0.8)]),
    Case(
      name: "one of just the minimum length is not",
      windows: [(0, 2, a), (2, 3, b), (3, 5, a)], options: .bare.with { $0.minimumLength = 1 },
      expected: [Span(0, 2, "a", 1), Span(2, 3, "b", 1), Span(3, 5, "a", 1)]),
    Case(
      name: "a short hole is taken in",
      windows: [(0, 2, a), (2, 3, none), (3, 5, a)],
      options: .bare.with { ($0.leave, $0.minimumLength) = (0.35, 1.5) },
      expected: [Span(0, 5, "a", 4.3 / 5)]),
    Case(
      name: "a short segment between two others is dropped",
      windows: [(0, 2, a), (2, 3, b), (3, 5, [0, 0, 1])], options: .bare.with { $0.minimumLength = 1.5 },
      expected: [Span(0, 2, "a", 1), Span(3, 5, "c", 1)]),
    Case(
      name: "short segments of one label become a long one, and the earliest wins",
      windows: [(0, 1, a), (1, 2, b), (2, 3, a), (3, 4, b), (4, 5, a)],
      options: .bare.with { $0.minimumLength = 1.5 }, expected: [Span(0, 5, "a", 0.6)]),
    Case(
      name: "what lies too far back is not lengthened, what lies between can be",
      windows: [(0, 3, a), (3, 4, b), (4, 5, none), (5, 6, b), (6, 9, a)],
      options: .bare.with { ($0.leave, $0.minimumLength) = (0.35, 2.5) },
      expected: [Span(0, 3, "a", 1), Span(3, 6, "b", 2.3 / 3), Span(6, 9, "a", 1)]),
    Case(
      name: "the only segment of a video is kept however short",
      windows: [(0, 1, a)], options: .bare.with { $0.minimumLength = 10 }, expected: [Span(0, 1, "a", 1)]),
    Case(
      name: "but not if the video has more than it",
      windows: [(0, 1, a), (1, 2, none)],
      options: .bare.with { ($0.leave, $0.minimumLength) = (0.35, 10) }, expected: []),
    Case(
      name: "a segment whose mean is below the minimum score is dropped",
      windows: [(0, 1, [0.9, 0, 0]), (1, 2, b), (2, 3, [0, 0, 0.8])],
      options: .bare.with { $0.minimumScore = 0.85 },
      expected: [Span(0, 1, "a", 0.9), Span(1, 2, "b", 1)]),
    Case(
      name: "and so is the only one",
      windows: [(0, 1, [0.8, 0, 0])], options: .bare.with { $0.minimumScore = 0.85 }, expected: []),
  ]

  @Test(arguments: moments + smoothing + joining)
  func segmentsAre(_ example: Case) {
    var segmenter = Segmenter(example.options, labels: Self.labels)
    let found = example.all().flatMap { segmenter.add($0) } + segmenter.finish()
    #expect(found.map { Span($0.start, $0.end, $0.label, $0.score) } == example.expected)
  }

  @Test func segmentsComeOutWhileWindowsStillCome() {
    var segmenter = Segmenter(SegmentOptions(), labels: Self.labels)
    var early = 0
    for number in 0..<1000 {
      let scores = number / 100 % 2 == 0 ? Self.a : Self.b
      early +=
        segmenter.add(.made(number, of: 1000, Rational(number, 2), Rational(number + 2, 2), scores)).count
    }
    #expect(early == 9)
    #expect(segmenter.finish().count == 1)
  }

  @Test func scoresOfASegmentAreThoseOfAllClasses() {
    var segmenter = Segmenter(.bare, labels: Self.labels)
    _ = segmenter.add(.made(0, of: 1, 0, 1, [0.5, 0.25, 0.25]))
    #expect(segmenter.finish().map(\.scores.values) == [[0.5, 0.25, 0.25]])
  }
}
