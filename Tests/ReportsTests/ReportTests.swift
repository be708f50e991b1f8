import Foundation
import Testing

@testable import R2P1DVideo
@testable import Reports

@Suite struct ReportTests {
  /// A result as a classifier would give it.
  static func labels(_ file: BytePath, windows: Int = 1, padded: Bool = false, decodeErrors: Int = 0)
    -> VideoLabels
  {
    let found = [
      ScoredLabel(label: "arm wrestling, \"hard\"", index: 6, score: 0.912345678),
      ScoredLabel(label: "zumba", index: 399, score: 1.234567891e-9),
    ]
    let window = WindowLabels(start: 0, end: 16.0 / 15, padded: padded, labels: found, logits: nil)
    return VideoLabels(
      file: file, model: ModelSummary(name: "m", architecture: "r2plus1d_18", classes: 400),
      video: VideoSummary(
        start: 0.25, duration: 10.0 / 3, width: 340, height: 256, frameRate: 30000.0 / 1001, codec: "h264",
        decodeErrors: decodeErrors, framesDecoded: 100),
      sampling: ResolvedSampling(
        frames: 16, rate: .perSecond(15), placement: .even(5), resize: .crop,
        normalization: .kinetics, start: nil, end: nil, seeking: true, track: nil, merge: .mean, crops: 1),
      labels: found, windows: Array(repeating: window, count: windows))
  }

  static func write(_ format: LabelFormat, _ outcomes: [VideoOutcome]) -> String {
    var report = format.report(files: outcomes.count, top: 3)
    var text = report.begin()
    for outcome in outcomes { text += report.add(outcome) }
    return text + report.end()
  }

  let good = VideoOutcome(file: "a/b.mp4", result: .success(labels("a/b.mp4")))
  let bad = VideoOutcome(
    file: "c\nd.mp4", result: .failure(.video("c\nd.mp4", cause: "no video stream (found 1 audio stream)")))

  @Test func textIsALineAFileAndALineALabel() {
    #expect(
      Self.write(.text, [good, bad, good]) == """
        a/b.mp4  (3.3 s, 340×256, 29.97 fps, h264, 1 window of 16, m)
           91.2 %  arm wrestling, "hard"
            0.0 %  zumba

        a/b.mp4  (3.3 s, 340×256, 29.97 fps, h264, 1 window of 16, m)
           91.2 %  arm wrestling, "hard"
            0.0 %  zumba

        """)
  }

  @Test func textSaysWhatIsWrongWithAFile() {
    let labels = Self.labels("a.mp4", windows: 2, padded: true, decodeErrors: 3)
    let text = Self.write(.text, [VideoOutcome(file: "a.mp4", result: .success(labels))])
    #expect(text.contains("3 decode errors") && text.contains("shorter than a window"))
  }

  @Test func csvQuotesWhatHoldsCommasQuotesAndLineBreaks() {
    #expect(
      Self.write(.csv, [good, bad])
        == "\"file\",status,duration,windows,label_1,score_1,label_2,score_2,label_3,score_3,error\r\n"
        + "a/b.mp4,ok,3.333333,1,\"arm wrestling, \"\"hard\"\"\",0.9123457,zumba,1.234568e-09,,,\r\n"
        + "\"c\nd.mp4\",failed,,,,,,,,,no video stream (found 1 audio stream)\r\n")
  }

  @Test(arguments: [
    (["file", "status"], "\"file\",status\r\n"),
    (["file", "a,b", "c\"d"], "\"file\",\"a,b\",\"c\"\"d\"\r\n"),
    (["start", "end"], "start,end\r\n"),
  ]) func aHeaderIsReadAsItWasWritten(_ names: [String], _ header: String) {
    #expect(CSV.header(names) == header)
    #expect(CSV.fields(header) == names)
  }

  @Test func jsonOfOneFileIsAnObjectOfSeveralAnArray() throws {
    func parse(_ text: String) throws -> Any { try JSONSerialization.jsonObject(with: Data(text.utf8)) }
    #expect(try parse(Self.write(.json, [good])) is [String: Any])
    let both = try #require(try parse(Self.write(.json, [good, bad])) as? [[String: Any]])
    #expect(both[0]["file"] as? String == "a/b.mp4")
    #expect(
      both[1] as? [String: String] == ["file": "c\nd.mp4", "error": "no video stream (found 1 audio stream)"])
  }

  @Test func numbersInJSONAreShortAndPathsUnescaped() {
    let line = Self.write(.jsonl, [good])
    for part in [
      "\"file\":\"a/b.mp4\"", "\"score\":0.9123457,", "\"end\":1.066667", "\"start\":0.0,", "\"fps\":15.0,",
      "\"frameRate\":29.97003,",
    ] {
      #expect(line.contains(part) || line.contains(part.dropLast() + "}"), "\(part) in \(line)")
    }
    #expect(line.count(where: \.isNewline) == 1 && line.hasSuffix("}\n"))
  }

  @Test func jsonHoldsTheBytesOfAFileThatIsNoUTF8() {
    let path = BytePath(bytes: [0x61, 0xFF])
    let line = Self.write(.jsonl, [VideoOutcome(file: path, result: .failure(.video(path, cause: "gone")))])
    #expect(line == "{\"error\":\"gone\",\"file\":\"a\\\\xFF\",\"fileBytes\":\"Yf8=\"}\n")
  }
}
