import Foundation
import TestSupport
import Testing

/// Subtitles, as FFmpeg reads them.
@Suite(.enabled(if: Clips.canEncode("libx264"), Clips.note)) struct SubtitleTests {
  let program = Program()
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  /// The cues of a file as FFmpeg's own SubRip has them: `00:00:00,000 --> 00:00:02,000` and a text.
  private func cues(_ name: String) throws -> [(times: String, text: String)] {
    try folder.ffmpeg("-i \(name) -f srt read.srt")
    let text = String(decoding: try folder.read("read.srt"), as: UTF8.self)
    return text.split(separator: "\n\n").map { cue in
      let lines = cue.split(separator: "\n")
      return (String(lines[1]), lines.dropFirst(2).joined(separator: "\n"))
    }
  }

  private func write(_ format: String, _ options: String = "") throws {
    let run = try program.shell(
      """
      exec "$r2p1d" timeline '\(TimelineTests.twoMotions)' --model camera-motion --format \(format) \
      --output '\(folder.path("t.\(format)"))' \(options)
      """)
    #expect(run.status == 0, "\(run.errors)")
  }

  @Test(arguments: ["vtt", "srt"]) func ffmpegReadsTheSegments(_ format: String) throws {
    try write(format)
    let cues = try cues("t.\(format)")
    try #require(cues.count == 2)
    #expect(
      cues[0].times.hasPrefix("00:00:00,000 --> 00:00:0") && cues[1].times.hasSuffix(" --> 00:00:04,000"))
    #expect(cues[0].text.wholeMatch(of: /pan right \(\d\d %\)/) != nil)
    #expect(cues[1].text.wholeMatch(of: /tilt up \(\d\d %\)/) != nil)
  }

  /// Labels made to be taken for markup, for a cue's end or for times. An invisible character may be within.
  @Test(arguments: ["vtt", "srt"]) func labelsStayText(_ format: String) throws {
    let labels = ["a", "b", "<b>&amp; {\\an8}x</b>", "1 --> 2 \u{1B}[31m", "e", "f", "g", "h", "i"]
    try folder.write("labels.txt", labels.joined(separator: "\n"))
    try write(format, "--labels '\(folder.path("labels.txt"))'")
    let texts = try cues("t.\(format)").map {
      // Where it comes from WebVTT, FFmpeg 5.1 writes a brace as `\{`, 7.1 and 9.0 as `\{{}`.
      $0.text.replacing("\u{2060}", with: "").replacing("\\{", with: "{").replacing("{{}", with: "{")
    }
    try #require(texts.count == 2)
    #expect(texts[0].hasPrefix("<b>&amp; {\\an8}x</b> ("))
    #expect(texts[1].hasPrefix("1 --> 2 \\x1B[31m ("))
  }

  @Test func aNoteNamesModelAndSampling() throws {
    try write("vtt", "--stride 3")
    let text = String(decoding: try folder.read("t.vtt"), as: UTF8.self)
    #expect(text.hasPrefix("WEBVTT\n\nNOTE\nfile: pan_right_then_tilt_up.mp4\nmodel: camera-motion ("))
    #expect(text.contains("windows: 8 samples, one every 3, 15 a second, crop\n"))
  }
}
