import Testing

@testable import R2P1DVideo
@testable import Reports

/// A timeline that every format is written of.
struct SegmentCase: Sendable, CustomTestStringConvertible {
  let name: String
  /// Average frames a second of the file, and the rate that frames are counted at.
  let average: Double
  let rate: Rational
  var start = 0.0
  let duration: Double
  /// Of the classes' names, in time order.
  let segments: [(label: String, start: Rational, end: Rational)]

  var testDescription: String { name }

  /// Where the last frame ends.
  var end: Double { start + duration }

  var classes: [String] {
    segments.reduce(into: ["other"]) { if !$0.contains($1.label) { $0.append($1.label) } }
  }

  var document: SegmentDocument {
    let classes = classes
    return SegmentDocument(
      file: "a/movie & \"1\".mp4", location: "file:///a/movie%20%26%20%221%22.mp4",
      model: ModelSummary(name: "m <1>", architecture: "r2plus1d_18", classes: classes.count),
      classes: classes,
      video: VideoSummary(
        start: start, duration: duration, width: 64, height: 48, frameRate: average, codec: "h264",
        framesDecoded: 1),
      segments: segments.map { segment in
        let index = classes.firstIndex(of: segment.label) ?? 0
        return SegmentDocument.Segment(
          start: segment.start, end: segment.end, label: segment.label, index: index,
          score: 0.93)
      })
  }
}

extension SegmentCase {
  static let ntsc = Rational(30000, 1001)

  /// Labels with what is special in some format.
  static let hostileLabels = [
    "a=b;c#d\\e\\", "<b>&amp; \"q\" 'r'", "x,y\"z\"", "p|q |C:ResolveColorRed |D:9", "1 --> 2",
    "line\nbreak", "tab\there", "é✓ 日本 🎬", "[CHAPTER]", ";comment", "=1+1", "TITLE: x", "]]>", "{\\an8}",
    "007", " blank", "\u{7}bell",
  ]

  static let all: [SegmentCase] = [
    SegmentCase(
      name: "one segment", average: 25, rate: 25, duration: 10,
      segments: [("a", Rational(31, 15), Rational(76, 15))]),
    SegmentCase(name: "none", average: 25, rate: 25, duration: 10, segments: []),
    SegmentCase(
      name: "five hundred", average: 30, rate: 30, duration: 1000,
      segments: (0..<500).map {
        ("class \($0 % 7)", Rational(60 * $0 + 1, 30), Rational(60 * $0 + 40, 30))
      }),
    SegmentCase(
      name: "back to back at 23.976", average: 23.976023976023978, rate: Rational(24000, 1001),
      duration: 1001 / 24.0,
      segments: (0..<39).map { ("class \($0 % 2)", Rational(16 * $0, 15), Rational(16 * $0 + 16, 15)) }),
    SegmentCase(
      name: "gaps at 50", average: 50, rate: 50, duration: 100,
      segments: (0..<12).map { ("a", Rational(8 * $0 + 1, 3), Rational(8 * $0 + 5, 3)) }),
    SegmentCase(
      name: "special characters", average: 25, rate: 25, duration: 100,
      segments: hostileLabels.enumerated().map { ($1, Rational(5 * $0), Rational(5 * $0 + 5)) }),
    SegmentCase(
      name: "a millisecond long", average: 25, rate: 25, duration: 10,
      segments: [
        ("a", 1, Rational(1001, 1000)), ("b", Rational(1001, 1000), Rational(1002, 1000)),
        ("c", Rational(1002, 1000), 4), ("d", Rational(9999, 1000), 10),
      ]),
    SegmentCase(
      name: "thirty hours", average: 25, rate: 25, duration: 108_000,
      segments: [("a", Rational(1, 3), 40), ("b", 107_000, 108_000)]),
    SegmentCase(
      name: "29.97 over a minute and an hour", average: 29.97002997002997, rate: ntsc, duration: 4000,
      segments: [
        ("a", Rational(599, 10), Rational(601, 10)), ("b", Rational(5999, 10), Rational(6002, 10)),
        ("c", Rational(35_990, 10), Rational(36_012, 10)),
      ]),
    SegmentCase(
      name: "variable rate", average: 29.870312, rate: 30, duration: 20,
      segments: [("a", Rational(1, 7), Rational(50, 7)), ("b", Rational(50, 7), Rational(100, 7))]),
    SegmentCase(
      name: "start offset", average: 25, rate: 25, start: 3, duration: 10,
      segments: [("a", 3, 5), ("b", Rational(31, 5), 13)]),
    SegmentCase(
      name: "one class over all at 59.94", average: 59.94005994005994, rate: Rational(60000, 1001),
      duration: 600 * 1001 / 60000.0, segments: [("a", 0, Rational(600 * 1001, 60000))]),
  ]
}
