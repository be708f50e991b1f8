import Foundation
import TestSupport
import Testing

/// What `cut` writes, names, refuses and leaves alone.
@Suite struct CutTests {
  let program = Program()
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let video = TimelineTests.twoMotions
  private static let stem = "pan_right_then_tilt_up"

  private func cut(_ options: [String], into name: String = "out", _ video: String = video) throws
    -> Program.Run
  {
    try program(["cut", video, "--output-dir", folder.path(name)] + options)
  }

  private func found(_ label: String, into name: String = "out", _ options: [String] = []) throws
    -> Program.Run
  {
    try cut(["--model", "camera-motion", "--label", label] + options, into: name)
  }

  private func list(_ rows: String, _ name: String = "list.csv") throws -> String {
    try folder.write(name, "Start,End,Name\n" + rows)
  }

  @Test func theSegmentsOfALabelAreThoseOfTheTimeline() throws {
    let run = try found("Tilt_up")
    #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
    let name = "\(Self.stem).0001.00-00-02.133.tilt_up.mp4"
    #expect(run.text == "0:00.000 – 0:04.000  120 frames  \(folder.path("out/" + name))\n")
    let table = String(decoding: try folder.read("out/\(Self.stem).mp4.clips.csv"), as: UTF8.self)
    let lines = table.split(separator: "\r\n")
    #expect(
      lines.first
        == "\"file\",label,score,source,asked_start,asked_end,true_start,true_end,frames,mode")
    #expect(lines.count == 2 && lines[1].hasPrefix("\(name),tilt up,0.99"))
    #expect(lines[1].hasSuffix(",\(Self.stem).mp4,2.133333,4.0,0.0,4.0,120,copy"))
  }

  @Test func severalLabelsAreNumberedTogetherAndTheTableGrows() throws {
    let run = try cut(["--model", "camera-motion", "--label", "tilt up", "--label", "pan right", "--quiet"])
    #expect(run.status == 0 && run.output.isEmpty && run.errors.isEmpty)
    let clips = [
      "\(Self.stem).0001.00-00-00.000.pan_right.mp4", "\(Self.stem).0002.00-00-02.133.tilt_up.mp4",
    ]
    #expect(try names("out") == clips + ["\(Self.stem).mp4.clips.csv"])
    // A second run's clips have other names, and its rows come behind.
    let more = try cut(["--segments", list("1,2,later\n"), "--quiet"])
    #expect(more.status == 0, "\(more.errors)")
    let table = String(decoding: try folder.read("out/\(Self.stem).mp4.clips.csv"), as: UTF8.self)
    #expect(table.split(separator: "\r\n").count == 4 && table.contains(",later,"))
  }

  @Test func theTableIsAListThatEvaluateReads() throws {
    #expect(try cut(["--model", "camera-motion", "--label", "tilt up", "--label", "pan right"]).status == 0)
    let table = folder.path("out/\(Self.stem).mp4.clips.csv")
    let run = try program("evaluate", table, "--model", "camera-motion", "--format", "json")
    #expect(run.status == 0 && run.errors.contains("2 videos, 2 classes"), "\(run.errors)")
  }

  @Test(arguments: ["csv", "losslesscut", "eaf"])
  func aTimelinesOwnFileIsCutWithoutANetwork(_ format: String) throws {
    let timeline = try program(
      "timeline", Self.video, "--model", "camera-motion", "--segments", "--format", format, "--output",
      folder.path("t.\(format)"))
    #expect(timeline.status == 0)
    let run = try cut(["--segments", folder.path("t.\(format)")])
    #expect(run.status == 0, "\(run.errors)")
    let clips = [
      "\(Self.stem).0001.00-00-00.000.pan_right.mp4", "\(Self.stem).0002.00-00-02.133.tilt_up.mp4",
    ]
    #expect(try names("out") == clips + ["\(Self.stem).mp4.clips.csv"])
    // Of these, one label's.
    #expect(
      try cut(["--segments", folder.path("t.\(format)"), "--label", "tiltup"], into: "one").status == 0)
    #expect(try names("one").count == 2)
  }

  @Test func segmentsThatPeopleHaveSetAreReadInTheirFormsAndInTheOrderOfTime() throws {
    let database = """
      {"database":{"\(Self.stem)":{"subset":"training","annotations":[{"label":"b","segment":[2,3]},\
      {"label":"a","segment":[0.5,1.5]},{"label":"a/../c","segment":[2,3]}]}}}
      """
    let run = try cut(["--segments", folder.write("truth.json", database)])
    #expect(run.status == 0, "\(run.errors)")
    #expect(
      try names("out") == [
        "\(Self.stem).0001.00-00-00.500.a.mp4", "\(Self.stem).0002.00-00-02.000.b.mp4",
        "\(Self.stem).0003.00-00-02.000.a_.._c.mp4", "\(Self.stem).mp4.clips.csv",
      ])
  }

  @Test func aPartOfTheVideoCutsItsSegments() throws {
    let run = try cut(["--segments", list("0,1,a\n1,3,b\n"), "--start", "2", "--end", "0:02.5", "--exact"])
    #expect(run.status == 0, "\(run.errors)")
    let rows = try CutRun.rows(folder.path("out/\(Self.stem).mp4.clips.csv"))
    #expect(rows.count == 1 && rows[0].label == "b" && rows[0].start == 2 && rows[0].end == 2.5)
    #expect(rows[0].frames == 15)
  }

  @Test func whatLiesOutsideTheVideoIsNamedAndTheRestIsCut() throws {
    let run = try cut(["--segments", list("1,2,a\n4,5,b\n7,8,c\n3.5,100,d\n")])
    #expect(run.status == 1)
    let lines = run.errors.split(separator: "\n").filter { $0.contains("shows no frame") }
    #expect(lines.count == 2 && lines[0].contains("line 3: 'b' from 4.0 to 5.0 s"))
    #expect(try names("out").count == 3)
  }

  /// Never overwritten: a clip, a table that is another's, a link to nowhere.
  @Test(arguments: ["clip", "table", "link", "folder"]) func nothingIsOverwritten(_ what: String) throws {
    let clip = "out/\(Self.stem).0001.00-00-01.000.a.mp4"
    let path = folder.path(what == "table" ? "out/\(Self.stem).mp4.clips.csv" : clip)
    try folder.write("out/other.txt", "mine")
    switch what {
    case "link": try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "nowhere")
    case "folder": try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    default: try Data("mine".utf8).write(to: URL(filePath: path))
    }
    let before = try names("out")
    let run = try cut(["--segments", list("1,2,a\n2,3,b\n")])
    #expect(run.status == 2)
    #expect(
      run.errors.hasSuffix(
        "r2p1d-video: \(path): is there, and nothing is overwritten: give another --output-dir, or "
          + "remove it\n"
      ))
    #expect(try names("out") == before)
    if ["clip", "table"].contains(what) {
      #expect(try Data(contentsOf: URL(filePath: path)) == Data("mine".utf8))
    }
  }

  @Test func aStillPictureIsNotCut() throws {
    let folder = try Clips()
    try folder.run("-f lavfi -i testsrc2=s=64x64 -frames:v 1 still.png")
    for options in [[], ["--exact"]] {
      let cut = try CutRun(folder.path("still.png"), [(0, 0.02)], in: folder.folder, options)
      #expect(cut.run.status == 1 && cut.rows.isEmpty)
      #expect(
        cut.run.errors.hasSuffix("still.png: a still picture (PNG), not a video\n"), "\(cut.run.errors)")
    }
  }

  @Test func theVideoMayLieAmongItsClips() throws {
    let path = try folder.write("out/movie.mp4", Data(contentsOf: URL(filePath: Self.video)))
    let before = try folder.read("out/movie.mp4")
    #expect(try cut(["--segments", list("1,2,a\n")], path).status == 0)
    #expect(try folder.read("out/movie.mp4") == before)
    #expect(try names("out") == ["movie.0001.00-00-01.000.a.mp4", "movie.mp4", "movie.mp4.clips.csv"])
  }

  @Test func namesNeedNotBeText() throws {
    let name = try program.shell(
      """
      cd '\(folder.url.path)' && cp -- '\(Self.video)' "$(printf -- '-f\\377.mp4')" &&
        printf 'Start,End,Name\\n1,2,x\\n' > l.csv
      for way in '' --exact; do
        "$r2p1d" cut $way --segments l.csv --output-dir "o$way" -- "$(printf -- '-f\\377.mp4')" || exit 1
      done
      ls o o--exact | LC_ALL=C od -c | grep -c 377
      """)
    #expect(name.status == 0 && name.text.contains("_f\\xFF.0001.00-00-01.000.x.mp4"), "\(name.errors)")
  }

  @Test(
    arguments: [
      ([], "name what to cut: --label LABEL, or --segments FILE"),
      (["--label", " "], "--label names no label"),
      (["--label", "x", "--list-fps", "25"], "--list-fps needs --segments"),
      (
        ["--segments", "l", "--model", "camera-motion"], "--segments asks no network: --model has no meaning"
      ),
      (["--segments", "l", "--stride", "4"], "--stride has no meaning"),
      (["--segments", "l", "--enter", "0.5"], "--enter has no meaning"),
      (["--segments", "l", "--only", "x"], "--only has no meaning"),
      (["--label", "x", "--start", "3", "--end", "2"], "--end must be after --start"),
    ] as [([String], String)])
  func whatHasNoMeaningIsAUsageError(_ options: [String], _ message: String) throws {
    let run = try cut(options)
    #expect(run.status == 64 && run.errors.contains(message), "\(run.errors)")
    #expect(folder.names.isEmpty)
  }

  @Test(
    arguments: [
      ("tilt upp", 2, "camera-motion: no class is called 'tilt upp'; the nearest: 'tilt up', "),
      ("zoom in", 1, "\(video): has no segment of 'zoom in': a lower --enter finds more"),
    ])
  func aLabelWithoutAClipIsOneLine(_ label: String, _ status: Int32, _ message: String) throws {
    let run = try found(label)
    #expect(run.status == status && run.errors.count(where: \.isNewline) == 1)
    #expect(run.errors.contains(message), "\(run.errors)")
    #expect(!folder.names.contains("out"))
  }

  @Test(arguments: [true, false])
  func aFolderInWhichThereIsNoClipIsNotLeft(_ isThere: Bool) throws {
    if isThere { _ = try folder.write("above/kept", "") }
    let run = try cut(["--segments", list("500,600,x\n")], into: "above/of/clips")
    #expect(run.status == 1 && run.errors.contains("shows no frame"), "\(run.errors)")
    #expect(folder.names == (isThere ? ["above", "list.csv"] : ["list.csv"]))
    #expect(!FileManager.default.fileExists(atPath: folder.path("above/of")))
  }

  @Test(
    arguments: [
      ("", "is empty"), ("file,label\na.mp4,x\n", "has labels of whole videos"),
      ("Start,End,Name\n-1,2,x\n", "'-1' is no time"),
      ("Start,End,Name\nnan,2,x\n", "'nan' is no time"), ("Start,End,Name\n2,1,x\n", "ends at 1.0 s"),
      ("Start,End,Name\n1,1,x\n", "ends at 1.0 s"), ("Start,End,Name\n1,1e300,x\n", "'1e300' is no time"),
      (
        "{\"database\":{\"v\":{\"annotations\":[{\"label\":\"x\",\"segment\":[1]}]}}}",
        "is no pair of seconds"
      ),
      ("{", "is no JSON"), ("<x/>", "without an ANNOTATION_DOCUMENT"),
      ("a,b\n1,2\n", "none of the forms read"),
    ])
  func aListThatCannotBeReadIsOneLine(_ text: String, _ message: String) throws {
    let run = try cut(["--segments", folder.write("list", text)])
    #expect(run.status == 2 && run.errors.count(where: \.isNewline) == 1, "\(run.errors)")
    #expect(run.errors.contains(message), "\(run.errors)")
    #expect(folder.names == ["list"])
  }

  /// What `timeline --segments` writes where it has found none, and what people leave who found none.
  @Test(
    arguments: [
      "start,end,label,score\n", "Start,End,Name\n", "{\"segments\": []}", "[]", "{\"database\": {}}",
    ], [[], ["--label", "x"]])
  func aListOfNothingHasNoSegment(_ text: String, _ options: [String]) throws {
    let run = try cut(["--segments", folder.write("list", text)] + options)
    let what = options.isEmpty ? "to cut" : "of 'x'"
    let message = "\(Self.video): has no segment \(what)\n"
    #expect(run.status == 1 && run.errors.hasSuffix(message), "\(run.errors)")
    #expect(folder.names == ["list"])
  }

  @Test(arguments: ["a/list.csv", "../../../proc/none"])
  func aFolderThatCannotBeMadeIsSaidFirst(_ name: String) throws {
    let list = try folder.write("a/list.csv", "Start,End,Name\n1,2,x\n")
    let run = try program("cut", "missing.mp4", "--segments", list, "--output-dir", folder.path(name))
    #expect(run.status == (name.hasPrefix("a/") ? 2 : run.status) && run.status != 0)
  }

  @Test(
    .enabled(if: Clips.canEncode("mpeg4", "libx264", "aac"), Clips.note), arguments: [[], ["--exact"]])
  func theTrackThatIsAskedForIsCut(_ options: [String]) throws {
    try folder.ffmpeg(
      "-f lavfi -i testsrc2=s=64x48:r=25:d=3 -f lavfi -i testsrc=s=160x120:r=25:d=3 -f lavfi -i sine=d=3 "
        + "-map 0 -map 1 -map 2 -c:v mpeg4 -g 25 -c:a aac -disposition:v:1 0 two.mp4")
    let list = try list("1,2,x\n")
    let run = try cut(["--segments", list, "--track", "1"] + options, folder.path("two.mp4"))
    #expect(run.status == 0, "\(run.errors)")
    let shown = try folder.ffmpeg(
      "-show_entries stream=codec_type,width,nb_frames -of csv=p=0 out/two.0001.00-00-01.000.x.mp4",
      program: "ffprobe")
    let streams = String(decoding: shown, as: UTF8.self).split(separator: "\n")
    #expect(streams.count == 2 && streams[0].hasPrefix("video,160,") && streams[1].hasPrefix("audio"))
    #expect(streams[0].hasSuffix(",25"))
  }

  @Test(
    .enabled(if: Clips.canEncode("libx264"), Clips.note), arguments: [[], ["--exact"]])
  func anAddressIsCutWhereTheNetworkIsAllowed(_ options: [String]) throws {
    let server = try WebServer(["/film.mp4": [.file(Data(contentsOf: URL(filePath: Self.video)))]])
    let list = try list("1,2,x\n")
    let refused = try cut(["--segments", list] + options, "\(server.address)/film.mp4")
    #expect(refused.status == 1 && refused.errors.contains("give --allow-network"))
    let run = try cut(["--segments", list, "--allow-network"] + options, "\(server.address)/film.mp4")
    #expect(run.status == 0, "\(run.errors)")
    #expect(try names("out") == ["film.0001.00-00-01.000.x.mp4", "film.mp4.clips.csv"])
  }

  @Test func withoutTheProgramAnExactCutSaysSoAtOnce() throws {
    let list = try list("1,2,x\n")
    let run = try program.shell(
      "PATH=/nowhere exec \"$r2p1d\" cut '\(Self.video)' --segments '\(list)' --exact")
    #expect(run.status == 2)
    #expect(
      run.errors.contains(
        "r2p1d-video: --exact: needs the ffmpeg program, which is not on the path: install it (apt install "
          + "ffmpeg), or leave --exact out to copy from key frames\n"))
  }

  /// Its own words are the cause, and no clip is left.
  @Test(arguments: ["exit 3", "kill -9 $$", "exit 0"])
  func aProgramThatFailsLeavesNothing(_ end: String) throws {
    let script =
      "#!/bin/sh\n[ \"$1\" = -version ] && { echo ffmpeg version 6.0 x; exit 0; }\n"
      + "echo first >&2; echo 'Unknown encoder: libx264' >&2\n\(end)\n"
    let path = try folder.write("bin/ffmpeg", script)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    let list = try list("1,2,x\n")
    let run = try program.shell(
      "PATH='\(folder.path("bin"))':$PATH exec \"$r2p1d\" cut '\(Self.video)' --segments '\(list)' --exact "
        + "--output-dir '\(folder.path("out"))'")
    #expect(run.status != 0)
    #expect(!folder.names.contains("out"))
    let cause =
      switch end {
      case "exit 3": "failed with status 3: Unknown encoder: libx264"
      case "exit 0": "x.mp4' would not have the 30 frames asked for"
      default: "was ended by signal 9: Unknown encoder: libx264"
      }
    #expect(run.errors.contains(cause), "\(run.errors)")
  }

  private func names(_ name: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path(name)).sorted()
  }
}
