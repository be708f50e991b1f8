import Foundation
import TestSupport
import Testing

/// Files for other tools, several at once.
@Suite struct TimelineFormatTests {
  let program = Program()
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let formats = [
    "csv", "json", "jsonl", "vtt", "srt", "html", "label-studio", "activitynet", "chapters", "otio",
    "resolve-edl", "eaf", "losslesscut", "fiftyone",
  ]
  private static let suffixes = [
    "csv", "json", "jsonl", "vtt", "srt", "html", "label-studio.json", "activitynet.json", "chapters.txt",
    "otio",
    "edl", "eaf", "losslesscut.csv", "fiftyone.json",
  ]

  private func timeline(_ file: String, _ options: [String]) throws -> Program.Run {
    try program(["timeline", file, "--model", "camera-motion"] + options)
  }

  private func timeline(_ options: [String]) throws -> Program.Run {
    try timeline(TimelineTests.twoMotions, options)
  }

  /// One run into a folder that is not there yet, and a run for each.
  @Test func severalFormatsAreThoseOfOneEach() throws {
    let into = folder.path("a/b")
    let run = try timeline([
      "--format", Self.formats.joined(separator: ","), "--output-dir", into, "--all-scores", "--logits",
      "--label-studio-config", folder.path("config.xml"),
    ])
    #expect(run.status == 0 && run.errors.isEmpty && run.output.isEmpty, "\(run.errors)")
    let names = Self.suffixes.map { "pan_right_then_tilt_up.mp4." + $0 }
    #expect(try FileManager.default.contentsOfDirectory(atPath: into).sorted() == names.sorted())
    for (format, name) in zip(Self.formats, names) {
      var options = ["--format", format]
      if ["csv", "json", "jsonl"].contains(format) { options.append("--all-scores") }
      if ["json", "jsonl"].contains(format) { options.append("--logits") }
      let alone = try timeline(options)
      #expect(try folder.read("a/b/" + name) == alone.output, "\(format)")
    }
    let config = String(decoding: try folder.read("config.xml"), as: UTF8.self)
    #expect(config.contains("<Label value=\"pan right\"/>") && config.contains("frameRate=\"30.0\""))
  }

  @Test(
    arguments: [
      (["--format", "vtt,otio"], "several formats need --output-dir"),
      (["--format", "vtt,vtt", "--output-dir", "d"], "vtt,vtt"),
      (["--format", "vtt,", "--output-dir", "d"], "vtt,"),
      (["--format", "vtt", "--output-dir", "d", "--output", "o"], "give one of them"),
      (
        ["--format", "vtt", "--label-studio-config", "c"], "--label-studio-config needs --format label-studio"
      ),
      (["--format", "vtt", "--fill", "x"], "--fill needs --format chapters or otio"),
      (["--format", "vtt", "--no-fill"], "--no-fill needs --format chapters or otio"),
      (["--format", "chapters", "--no-fill", "--fill", "x"], "exclude each other"),
      (
        ["--format", "otio", "--start-timecode", "00:00:00:00"], "--start-timecode needs --format resolve-edl"
      ),
      (
        ["--format", "resolve-edl", "--start-timecode", "1:00"],
        "--start-timecode is '1:00', expected 01:00:00:00"
      ),
      (
        ["--format", "vtt,otio", "--output-dir", "d", "--all-scores"],
        "--all-scores needs --format csv, json or jsonl"
      ),
      (["--format", "vtt,otio", "--output-dir", "d", "--logits"], "--logits needs --format json or jsonl"),
    ] as [([String], String)])
  func whatHasNoMeaningIsAUsageError(_ options: [String], _ message: String) throws {
    let run = try timeline(options)
    #expect(run.status == 64 && run.errors.contains(message), "\(run.errors)")
  }

  @Test(
    .enabled(if: Clips.canEncode("mpeg4"), Clips.note),
    arguments: [
      (["resolve-edl"], "ends beyond 23:59:59 of a timeline that begins at 01:00:00:00"),
      (["otio", "chapters", "resolve-edl"], "ends beyond 23:59:59"),
    ])
  func whatAFormatCannotHoldIsRefusedBeforeAnythingIsWritten(_ formats: [String], _ cause: String) throws {
    try folder.ffmpeg("-f lavfi -i testsrc2=s=64x48:r=1/100:d=108000 -c:v mpeg4 long.mp4")
    let run = try timeline(
      folder.path("long.mp4"),
      ["--format", formats.joined(separator: ","), "--output-dir", folder.path("out")])
    #expect(run.status == 1 && run.errors.contains(cause))
    #expect(run.errors.split(separator: "\n").count == 1)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("out")).isEmpty)
  }

  @Test(arguments: [["--start-timecode", "00:00:10:00"], []])
  func anEDLBeginsWhereTheEditorsTimelineDoes(_ options: [String]) throws {
    let run = try timeline(["--format", "resolve-edl"] + options)
    let start = options.isEmpty ? "01:00:00:00" : "00:00:10:00"
    #expect(run.text.contains("001  001      V     C        \(start) "))
  }

  /// 3 s of sound before the video: all times are a player's.
  @Test(.enabled(if: Clips.canEncode("libx264", "aac"), Clips.note))
  func timesAreAPlayersWhereTheVideoBeginsLater() throws {
    try folder.ffmpeg(
      """
      -f lavfi -i sine=d=7 -itsoffset 3 -i '\(TimelineTests.twoMotions)' -map 1:v -map 0:a -c:v libx264 -c:a aac \
      -fps_mode passthrough late.mp4
      """)
    let run = try timeline(folder.path("late.mp4"), ["--format", "losslesscut"])
    let rows = String(decoding: run.output, as: UTF8.self).split(separator: "\r\n").map {
      $0.split(separator: ",")
    }
    #expect(rows.count == 3 && rows[1][0] == "3.000" && rows[2][1] == "7.000")
    let chapters = try timeline(folder.path("late.mp4"), ["--format", "chapters"]).text
    #expect(chapters.contains("START=0\nEND=3000\ntitle=–\n") && chapters.contains("END=7000\n"))
  }

  /// The subtitles are chapters for a browser, too.
  @Test(.enabled(if: Chromium.program != nil, Chromium.note)) func chromiumTakesSubtitlesForChapters() throws
  {
    try folder.write("labels.txt", "a\nb\n<b>&amp; x</b>\n1 --> 2\ne\nf\ng\nh\ni\n")
    let run = try timeline(["--format", "vtt", "--labels", folder.path("labels.txt")])
    let page = try folder.write(
      "page.html",
      """
      <!DOCTYPE html><video><track kind="chapters" default \
      src="data:text/vtt;base64,\(run.output.base64EncodedString())"></video>
      <script>const track = document.querySelector("track"); track.track.mode = "hidden"</script>
      """)
    let browser = try Chromium()
    try browser.open(page, width: 800, ready: "document.querySelector('track').readyState === 2")
    let cues = "[...document.querySelector('track').track.cues].map"
    let texts = try browser.evaluate("\(cues)(cue => cue.getCueAsHTML().textContent)") as? [String]
    #expect(
      texts?.first?.hasPrefix("<b>&amp; x</b> (") == true && texts?.last?.hasPrefix("1 --> 2 (") == true)
    #expect(try browser.evaluate("\(cues)(cue => cue.startTime)") as? [Double] == [0, 2.133])
    #expect(try browser.evaluate("\(cues)(cue => cue.endTime)") as? [Double] == [2.133, 4])
    #expect(try browser.evaluate("document.querySelector('track').kind") as? String == "chapters")
  }
}
