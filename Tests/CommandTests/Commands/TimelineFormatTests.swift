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
      (["--format", "chapters", "--fill", "x\\"], "must not end in a backslash"),
      (["--format", "otio", "--no-fill"], "--no-fill needs --format chapters"),
      (["--format", "vtt,", "--output-dir", "d"], "vtt,"),
      (["--format", "vtt", "--output-dir", "d", "--output", "o"], "give one of them"),
      (
        ["--format", "vtt", "--label-studio-config", "c"], "--label-studio-config needs --format label-studio"
      ),
      (["--format", "vtt", "--fill", "x"], "--fill needs --format chapters or otio"),
      (["--format", "vtt", "--no-fill"], "--no-fill needs --format chapters"),
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
      -f lavfi -i sine=d=7 -itsoffset 3 -i '\(TimelineTests.twoMotions)' -map 1:v -map 0:a -c:v libx264 \
      -c:a aac \
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

  /// Ranges are those of the files: every frame, and no more.
  @Test(
    .enabled(if: Clips.canEncode("mpeg4"), Clips.note),
    arguments: ["24000/1001", "25", "30000/1001", "50", "60000/1001", "25/2"], ["mp4", "mkv"])
  func aFileHasAsManyFramesAsItHas(_ rate: String, _ kind: String) throws {
    try folder.ffmpeg("-f lavfi -i testsrc2=s=64x48:r=\(rate):d=4 -c:v mpeg4 clip.\(kind)")
    let counted = try folder.ffmpeg(
      "-count_frames -show_entries stream=nb_read_frames -of default=nk=1:nw=1 clip.\(kind)",
      program: "ffprobe")
    let frames = try #require(
      Int(String(decoding: counted, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)))
    let run = try timeline(folder.path("clip.\(kind)"), ["--format", "otio", "--fill", "none"])
    let ranges = try #require(run.text.firstMatch(of: /"available_range" : \{[^}]*"value" : ([0-9.]+)/))
    #expect(Double(ranges.1) == Double(frames))
    let ends = run.text.matches(of: /"source_range" : \{[^}]*"value" : ([0-9.]+)/).compactMap { Double($0.1) }
    #expect(ends.reduce(0, +) == Double(frames))
  }

  /// Frames that come and go: counted at the whole rate nearest to their average, up to the last one's end.
  @Test(.enabled(if: Clips.canEncode("libx264"), Clips.note)) func aVariableRateIsCountedAtAWholeOne() throws
  {
    try folder.ffmpeg(
      """
      -f lavfi -i testsrc2=s=64x48:r=30:d=8 -vf select=lt(mod(n\\,31)\\,29) -fps_mode vfr -c:v libx264 vfr.mp4
      """)
    let file = folder.path("vfr.mp4")
    let video = try #require(try timeline(file, ["--format", "json"]).object()["video"] as? [String: Any])
    let (average, end) = (
      try #require(video["frameRate"] as? Double), try #require(video["duration"] as? Double)
    )
    #expect(average != average.rounded() && average > 27 && average < 30)
    let run = try timeline(file, ["--format", "otio", "--fill", "none"])
    let rate = try #require(run.text.firstMatch(of: /"rate" : ([0-9.]+)/).flatMap { Double($0.1) })
    #expect(rate == average.rounded())
    let range = try #require(
      run.text.firstMatch(of: /"available_range" : \{[^}]*"value" : ([0-9.]+)/).flatMap { Double($0.1) })
    #expect(range == (end * rate + 0.001 * rate).rounded(.down))
  }

  /// A part of a file that is longer than a day.
  @Test(.enabled(if: Clips.canEncode("mpeg4"), Clips.note)) func anEDLHoldsAPartOfALongFile() throws {
    try folder.ffmpeg("-f lavfi -i testsrc2=s=64x48:r=1/100:d=108000 -c:v mpeg4 long.mp4")
    let run = try timeline(
      folder.path("long.mp4"),
      ["--format", "resolve-edl", "--start", "1:00:00", "--end", "1:10:00", "--enter", "0", "--leave", "0"])
    #expect(
      run.status == 0 && run.text.contains("001  001      V     C        02:00:00:00 "), "\(run.errors)")
  }

  @Test func theInterfaceHasTheLabelsThatSegmentsMayHave() throws {
    let run = try timeline([
      "--format", "label-studio", "--only", "tilt up,pan right", "--label-studio-config",
      folder.path("c.xml"),
    ])
    #expect(run.status == 0)
    let config = String(decoding: try folder.read("c.xml"), as: UTF8.self)
    #expect(config.matches(of: /<Label value="([^"]*)"/).map(\.1) == ["pan right", "tilt up"])
  }

  /// What is written and not changed agrees in all, whoever's format it is.
  @Test(arguments: ["eaf", "losslesscut", "label-studio"]) func whatWasWrittenAgrees(_ format: String) throws
  {
    let file = folder.path("truth")
    #expect(try timeline(["--format", format, "--output", file]).status == 0)
    if format == "label-studio" {
      // As an export has them: what a person has accepted.
      let refused = try timeline(["--compare", file])
      #expect(refused.status == 2 && refused.errors.contains("no annotation that a person made"))
      let text = String(decoding: try folder.read("truth"), as: UTF8.self)
      try folder.write("truth", text.replacing("predictions", with: "annotations"))
    }
    let run = try timeline(["--compare", file])
    #expect(run.status == 0)
    for line in [
      "segments         2 of the truth, 2 found", "mAP              100.0 %", "edit score       100.0 %",
      "frame accuracy   100.0 %  (120 of 120 frames)",
    ] {
      #expect(run.text.contains("\n  \(line)"), "\(run.text)")
    }
  }

  /// Where nothing was found, and nothing is to be found, all is right.
  @Test(arguments: ["csv", "json", "eaf", "losslesscut"])
  func aTruthOfNothingIsATruth(_ format: String) throws {
    let file = folder.path("truth")
    let nothing = ["--enter", "0.999999"]
    let segments = ["csv", "json"].contains(format) ? ["--segments"] : []
    #expect(try timeline(["--format", format, "--output", file] + segments + nothing).status == 0)
    let run = try timeline(["--compare", file] + nothing)
    #expect(run.status == 0)
    for line in [
      "segments         0 of the truth, 0 found", "frame accuracy   100.0 %  (120 of 120 frames)",
    ] {
      #expect(run.text.contains("\n  \(line)"), "\(run.text)")
    }
    let wrong = try timeline(["--compare", file])
    #expect(wrong.status == 0 && wrong.text.contains("\n  segments         0 of the truth, 2 found"))
  }

  @Test func segmentsBehindTheEndOfTheVideoAreCounted() throws {
    let file = try folder.write("t.csv", "start,end,label\n0,2,pan right\n2000,4000,tilt up\n")
    let run = try timeline(["--compare", file])
    #expect(
      run.text.contains("\n  segments         2 of the truth, 1 of them behind the video's end, 2 found\n"))
  }

  @Test func anAgreementGoesToStandardOutputBesideAFile() throws {
    let truth = try folder.write("t.csv", "Start,End,Name\n0,2,Pan Right\n2,4,dancing\n")
    let run = try timeline(["--compare", truth, "--format", "vtt", "--output", folder.path("o.vtt")])
    #expect(
      run.status == 0 && run.text.hasPrefix("\nagreement with ") && run.text.contains("50.0 %  (60 of 120"))
    #expect(run.errors.contains("line 3: 'dancing' is none of the model's classes"))
    #expect(String(decoding: try folder.read("o.vtt"), as: UTF8.self).hasPrefix("WEBVTT"))
    #expect(try timeline(["--compare", truth, "--format", "vtt"]).status == 64)
    #expect(try timeline(["--list-fps", "25"]).status == 64)
    #expect(try timeline(["--compare", folder.path("none")]).status == 2)
  }

  /// What people have corrected is not replaced, nor one output by another.
  @Test func aFileIsNotWrittenTwiceNorWhatIsRead() throws {
    let truth = try folder.write("t.csv", "Start,End,Name\n0,2,pan right\n")
    let same = folder.path("same.json")
    for options in [
      ["--compare", truth, "--format", "losslesscut", "--output", truth],
      ["--compare", truth, "--format", "losslesscut", "--output", folder.path("./t.csv")],
      ["--format", "label-studio", "--label-studio-config", same, "--output", same],
    ] {
      let run = try timeline(options)
      #expect(run.status == 2 && run.errors.contains("is named twice: each output needs a file of its own"))
    }
    #expect(try folder.read("t.csv") == Data("Start,End,Name\n0,2,pan right\n".utf8))
    #expect(folder.names == ["t.csv"])
  }

  @Test func elanFindsAVideoBesideItsFileAlone() throws {
    try folder.write("film.mp4", Data(contentsOf: URL(filePath: TimelineTests.twoMotions)))
    for (output, isBeside) in [("film.eaf", true), ("other/film.eaf", false)] {
      try FileManager.default.createDirectory(
        atPath: folder.path("other"), withIntermediateDirectories: true)
      let run = try timeline(folder.path("film.mp4"), ["--format", "eaf", "--output", folder.path(output)])
      #expect(run.status == 0)
      let text = String(decoding: try folder.read(output), as: UTF8.self)
      #expect(text.contains("RELATIVE_MEDIA_URL=\"./film.mp4\"") == isBeside)
    }
  }
}
