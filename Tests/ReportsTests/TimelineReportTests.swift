import Foundation
import TestSupport
import Testing

@testable import R2P1DVideo
@testable import Reports

@Suite struct TimelineReportTests {
  static let facts = TimelineFacts(
    file: "a/b & c.mp4", model: ModelSummary(name: "m --> n", architecture: "r2plus1d_18", classes: 3),
    labels: LabelSet(["a,\"b\"", "<b>c</b> & d", "e\nf"]),
    sampling: ResolvedSampling(
      frames: 16, rate: .perSecond(Rational(25, 2)), placement: .stride(8), resize: .crop,
      normalization: .kinetics, start: nil, end: nil, seeking: true, track: nil, merge: .mean, crops: 1))

  static let summary = TimelineSummary(
    video: VideoSummary(
      start: 0, duration: 3, width: 340, height: 256, frameRate: 25, codec: "h264", decodeErrors: 2,
      framesDecoded: 75
    ),
    labels: [ScoredLabel(label: "a,\"b\"", index: 0, score: 0.5)], windows: 3, thumbnails: [])

  /// Three windows of a second, one after the other, at times that have no end in decimals.
  static func write(_ format: TimelineFormat, _ change: (inout TimelineReportOptions) -> Void = { _ in })
    throws -> String
  {
    var options = TimelineReportOptions()
    options.segments = .bare
    change(&options)
    var report = format.report(of: facts, options)
    var text = report.begin()
    let scores = [[0.75, 0.25, 0], [0.75, 0.25, 0], [0.125, 0.875, 0]]
    for (number, scores) in scores.enumerated() {
      text += report.add(
        .made(number, of: 3, Rational(3 * number + 1, 3), Rational(3 * number + 4, 3), scores))
    }
    return text + (try report.end(summary))
  }

  @Test func csvIsARowAWindowOrASegment() throws {
    #expect(
      try Self.write(.csv)
        == "start,end,label,score\r\n0.333333,1.333333,\"a,\"\"b\"\"\",0.75\r\n"
        + "1.333333,2.333333,\"a,\"\"b\"\"\",0.75\r\n2.333333,3.333333,<b>c</b> & d,0.875\r\n")
    #expect(
      try Self.write(.csv) {
        $0.showsSegments = true
        $0.showsAllScores = true
      }
        == "start,end,label,score,\"a,\"\"b\"\"\",<b>c</b> & d,\"e\nf\"\r\n"
        + "0.333333,2.333333,\"a,\"\"b\"\"\",0.75,0.75,0.25,0.0\r\n"
        + "2.333333,3.333333,<b>c</b> & d,0.875,0.125,0.875,0.0\r\n")
  }

  @Test func vttHasANoteAndEscapesWhatIsMarkup() throws {
    #expect(
      try Self.write(.vtt) == """
        WEBVTT

        NOTE
        file: b &amp; c.mp4
        model: m --&gt; n (r2plus1d_18, 3 classes)
        windows: 16 samples, one every 8, 12.5 a second, crop
        segments: smooth 0.0 s, enter 0.4, leave 0.2, min-length 0.0 s, min-score 0.0

        00:00:00.333 --> 00:00:02.333
        a,"b" (75 %)

        00:00:02.333 --> 00:00:03.333
        &lt;b&gt;c&lt;/b&gt; &amp; d (88 %)


        """)
  }

  @Test func srtNumbersItsCuesAndDefusesWhatPlayersTakeForMarkup() throws {
    #expect(
      try Self.write(.srt) == """
        1
        00:00:00,333 --> 00:00:02,333
        a,"b" (75 %)

        2
        00:00:02,333 --> 00:00:03,333
        <\u{2060}b>c<\u{2060}/b> & d (88 %)


        """)
  }

  @Test func textSaysWhatIsDamagedAndThatThereIsNoSegment() throws {
    let text = try Self.write(.text) {
      $0.showsSegments = true
      $0.segments.enter = 1
    }
    #expect(text.hasPrefix("a/b & c.mp4  (windows of 16 samples, one every 8, 12.5 a second, m --> n)\n"))
    #expect(text.contains("no segment") && text.contains("2 decode errors were skipped"))
  }

  @Test(arguments: TimelineFormat.allCases.filter { !$0.isOfSegments && $0 != .jsonl })
  func whatAWindowAddsComesOutAtOnce(_ format: TimelineFormat) {
    var report = format.report(of: Self.facts, TimelineReportOptions())
    _ = report.begin()
    #expect(!report.add(.made(0, of: 2, 0, 1, [1, 0, 0])).isEmpty)
  }

  /// The last line carries the receipt, and which one is the last shows only then.
  @Test func aLineComesOutWithTheNextWindow() throws {
    var report = TimelineFormat.jsonl.report(of: Self.facts, TimelineReportOptions())
    #expect(report.begin().isEmpty && report.add(.made(0, of: 2, 0, 1, [1, 0, 0])).isEmpty)
    #expect(report.add(.made(1, of: 2, 1, 2, [0, 1, 0])).hasPrefix("{\"end\":1.0,"))
    #expect(try report.end(Self.summary).hasPrefix("{\"end\":2.0,"))
  }

  @Test func aPageOfAHugeNumberOfWindowsStaysSmall() throws {
    var report = TimelineFormat.html.report(of: Self.facts, TimelineReportOptions())
    for number in 0..<20_000 {
      let scores = number / 50 % 2 == 0 ? [0.9, 0.1, 0] : [0.1, 0.9, 0]
      _ = report.add(.made(number, of: 20_000, Rational(number), Rational(number + 2), scores))
    }
    let text = try report.end(Self.summary)
    // 400 segments, three times each, and a thousand columns of three rows.
    #expect(text.utf8.count < 400_000)
    #expect(text.count(of: "<li><button") == 400)
  }

  @Test func textWithinTemplatesIsNotLookedThroughAgain() {
    #expect(HTML.fill("<{{a}}{{b}}{{none}}> {{", ["a": "{{b}}", "b": "1"]) == "<{{b}}1> {{")
  }

  @Test(arguments: [
    ("clip.mp4", "./clip.mp4"), ("a/b c.mp4", "./b%20c.mp4"), ("http:x#1?.mp4", "./http%3Ax%231%3F.mp4"),
    ("é.mp4", "./%C3%A9.mp4"),
  ])
  func aURLHoldsThePathsBytes(_ path: String, _ url: String) {
    #expect(BytePath(path).relativeURL == url)
    #expect(BytePath(bytes: [0x61, 0xFF]).relativeURL == "./a%FF")
  }

  @Test func columnsStayFewAndAreOfOneWidth() {
    var columns = ScoreHeatmap()
    for number in 0..<5003 {
      columns.add(
        ScoreInterval(start: Rational(number), end: Rational(number + 1), scores: [Double(number % 2), 0.5]))
    }
    // 5003 moments are 625 columns of eight, and one of three.
    #expect(columns.columns.map(\.start) == stride(from: 0, to: 5003, by: 8).map { Rational($0) })
    #expect(zip(columns.columns, columns.columns.dropFirst()).allSatisfy { $0.end == $1.start })
    #expect(columns.columns.last?.end == 5003)
    #expect(columns.columns.dropLast().allSatisfy { $0.score(0) == 0.5 && $0.score(1) == 0.5 })
    #expect(abs(columns.means[0] - 2501.0 / 5003) < 1e-9 && columns.means[1] == 0.5)
  }
}

extension String {
  fileprivate func count(of part: String) -> Int { components(separatedBy: part).count - 1 }
}
