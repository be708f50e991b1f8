import Foundation
import TestSupport
import Testing

/// The segments of each video of a scan, in files for other tools.
@Suite struct ScanTimelineTests {
  let folder: ScanFolder

  init() throws { folder = try ScanFolder(clips: 3) }

  private func scan(_ arguments: String...) throws -> Program.Run { try scan(arguments) }

  private func scan(_ arguments: [String]) throws -> Program.Run {
    try folder.program.run(
      Program.built,
      ["scan", "clips", "--model", "camera-motion", "--output", "l.csv", "--quiet"] + arguments)
  }

  /// The files of clips/ that are no videos, and what they hold.
  private func files(_ place: String = "clips") throws -> [String: Data] {
    let root = folder.folder.url.appending(path: place)
    let names = (try? FileManager.default.subpathsOfDirectory(atPath: root.path)) ?? []
    return try names.filter { !$0.hasSuffix(".mp4") }.reduce(into: [:]) { files, name in
      let path = root.appending(path: name)
      if !path.hasDirectoryPath, (try? path.resourceValues(forKeys: [.isDirectoryKey]))?.isDirectory != true {
        files[name] = try Data(contentsOf: path)
      }
    }
  }

  private static let documents =
    "csv,json,jsonl,vtt,srt,label-studio,activitynet,fiftyone,chapters,otio,resolve-edl,eaf,losslesscut"

  @Test func theyAreWhatTimelineWrites() throws {
    let run = try scan("--timelines", Self.documents, "--min-length", "0.5")
    #expect(run.status == 0, "\(run.errors)")
    let scanned = try files()
    #expect(scanned.count == 3 * 13)
    let clips = try FileManager.default.contentsOfDirectory(atPath: folder.folder.path("clips"))
    for clip in clips where clip.hasSuffix(".mp4") {
      folder.remove("clips/\(clip).csv")
      let run = try folder.program.run(
        Program.built,
        [
          "timeline", "clips/\(clip)", "--model", "camera-motion", "--quiet", "--segments", "--output-dir",
          "clips", "--format", Self.documents, "--min-length", "0.5",
        ])
      #expect(run.status == 0, "\(run.errors)")
    }
    for (name, content) in try files() { #expect(content == scanned[name], "\(name)") }
  }

  @Test func aPageShowsTheVideoBesideIt() throws {
    #expect(try scan("--timelines", "html,text").status == 0)
    let page = try #require(try files().first { $0.key.hasSuffix(".mp4.html") })
    let text = String(decoding: page.value, as: UTF8.self)
    #expect(text.contains("<video") && text.contains("./\(page.key.dropLast(5))"))
  }

  @Test func rowsAreThoseOfAScanWithThatStride() throws {
    #expect(try scan("--timelines", "vtt").status == 0)
    let rows = try folder.folder.read("l.csv")
    let plain = try folder.scanManyWindows(output: "plain.csv")
    #expect(plain.status == 0)
    #expect(try folder.folder.read("plain.csv") == rows)
  }

  @Test func aMirrorTakesThemInstead() throws {
    let run = try scan("--timelines", "vtt,otio", "--timelines-into", "out/there")
    #expect(run.status == 0, "\(run.errors)")
    #expect(try files().isEmpty)
    #expect(try files("out/there/clips").count == 6)
  }

  @Test func aSecondRunLeavesThemAsTheyAre() throws {
    #expect(try scan("--timelines", "vtt,srt").status == 0)
    let (before, rows) = (try files(), try folder.folder.read("l.csv"))
    let name = try #require(before.keys.sorted().first)
    try folder.folder.write("clips/\(name)", "corrected by hand")
    let again = try scan("--timelines", "vtt,srt")
    #expect(again.status == 0, "\(again.errors)")
    #expect(try files()[name] == Data("corrected by hand".utf8))
    #expect(try folder.folder.read("l.csv") == rows)
  }

  @Test func oneThatIsMissingIsMadeAgain() throws {
    #expect(try scan("--timelines", "vtt,srt").status == 0)
    let before = try files()
    folder.remove("clips/\(try #require(before.keys.sorted().first))")
    #expect(try scan("--timelines", "vtt,srt").status == 0)
    #expect(try files() == before)
    #expect(try folder.rows().count == 4)
  }

  @Test func aFileThatWasThereIsReplacedOnlyWhereThatIsAllowed() throws {
    let clips = try FileManager.default.contentsOfDirectory(atPath: folder.folder.path("clips")).sorted()
    try folder.folder.write("clips/\(clips[1]).vtt", "somebody else's")
    let refused = try scan("--timelines", "vtt")
    #expect(refused.status == 2)
    #expect(
      refused.errors.contains(
        "clips/\(clips[1]).vtt: is there and was not made by this scan: move it, or give --overwrite"),
      "\(refused.errors)")
    #expect(refused.errors.split(separator: "\n").count == 1)
    #expect(try files() == ["\(clips[1]).vtt": Data("somebody else's".utf8)])
    #expect(try folder.rows().count == 1)
    #expect(try scan("--timelines", "vtt", "--overwrite").status == 0)
    #expect(try files().count == 3)
    #expect(try files()["\(clips[1]).vtt"]?.starts(with: Data("WEBVTT".utf8)) == true)
  }

  @Test(arguments: [["./clips"], ["link"], ["./clips", "--timelines-into", "made"]])
  func aVideoThatIsNamedInTwoWaysIsRefusedBeforeAnythingIsDone(_ other: [String]) throws {
    try FileManager.default.createSymbolicLink(
      atPath: folder.folder.path("link"), withDestinationPath: "clips")
    let run = try scan(["--timelines", "vtt"] + other)
    #expect(run.status == 2 && run.errors.split(separator: "\n").count == 1, "\(run.errors)")
    #expect(run.errors.contains("which are one video: name it once"), "\(run.errors)")
    #expect(try folder.rows().count == 1 && files().isEmpty)
  }

  @Test func aVideoThatHasChangedGetsNewOnes() throws {
    #expect(try scan("--timelines", "losslesscut").status == 0)
    let before = try files()
    let name = try #require(before.keys.sorted().first)
    let clip = "clips/\(name.replacing(".losslesscut.csv", with: ""))"
    try folder.folder.write(clip, Data(contentsOf: URL(filePath: Checkout.otherClip)))
    #expect(try scan("--timelines", "losslesscut").status == 0)
    #expect(String(decoding: try #require(try files()[name]), as: UTF8.self).contains("zoom in"))
    // One that a person has changed is not the scan's to replace.
    try folder.folder.write("clips/\(name)", "corrected by hand")
    try folder.folder.write(clip, Data(contentsOf: URL(filePath: Checkout.clip)))
    let refused = try scan("--timelines", "losslesscut")
    #expect(refused.status == 2 && refused.errors.contains("was not made by this scan"), "\(refused.errors)")
    #expect(try files()[name] == Data("corrected by hand".utf8))
    // And a video that has become none has none.
    #expect(try scan("--timelines", "losslesscut", "--overwrite").status == 0)
    try folder.folder.write(clip, "no video any more")
    #expect(try scan("--timelines", "losslesscut").status == 1)
    #expect(try files().keys.sorted() == Array(before.keys.sorted().dropFirst()))
  }

  @Test func aFormatThatCannotHoldAVideoFailsThatVideoAlone() throws {
    let run = try scan("--timelines", "resolve-edl", "--start-timecode", "23:59:59:00")
    #expect(run.status == 1)
    #expect(try folder.rows().dropFirst().allSatisfy { $0[3].isEmpty && !($0.last ?? "").isEmpty })
    #expect(run.errors.contains("--start-timecode"), "\(run.errors)")
    #expect(try files().isEmpty)
  }

  @Test(.enabled(if: geteuid() != 0, "needs a user other than root, who may read everything"))
  func aFolderThatCannotBeWrittenFailsItsVideosAlone() throws {
    try folder.folder.write("clips/closed/a.mp4", Data(contentsOf: URL(filePath: Checkout.clip)))
    let closed = folder.folder.path("clips/closed")
    try FileManager.default.setAttributes([.posixPermissions: 0o500], ofItemAtPath: closed)
    defer { try? FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: closed) }
    let run = try scan("--timelines", "vtt")
    #expect(run.status == 1 && run.errors.contains("a.mp4.vtt cannot be written"), "\(run.errors)")
    #expect(try files().count == 3)
  }

  @Test func aNameThatLeavesNoRoomForAnEndingFailsItsVideoAlone() throws {
    let long = String(repeating: "n", count: 248) + ".mp4"
    try folder.folder.write("clips/\(long)", Data(contentsOf: URL(filePath: Checkout.clip)))
    // 252 bytes: with .vtt too many, while 248 are enough.
    let fitting = String(repeating: "m", count: 246) + ".mp4"
    try folder.folder.write("clips/\(fitting)", Data(contentsOf: URL(filePath: Checkout.clip)))
    let run = try scan("--timelines", "vtt")
    #expect(run.status == 1 && run.errors.contains("File name too long".lowercased()), "\(run.errors)")
    #expect(try files().keys.contains("\(fitting).vtt"))
    #expect(try files().count == 4)
  }

  @Test func whatIsNoFileUnderADraftsNameFailsItsVideoAlone() throws {
    let clip = try #require(
      FileManager.default.contentsOfDirectory(atPath: folder.folder.path("clips")).sorted().first)
    #expect(mkfifo(folder.folder.path("clips/.\(clip).vtt.part"), 0o600) == 0)
    let run = try scan("--timelines", "vtt")
    #expect(run.status == 1 && run.errors.contains("\(clip).vtt cannot be written"), "\(run.errors)")
    #expect(try folder.rows().filter { $0[1] == "ok" }.count == 2)
  }

  @Test func anOutputWithoutThemIsNotGoneOnWith() throws {
    #expect(try folder.scanManyWindows().status == 0)
    let run = try scan("--timelines", "vtt")
    #expect(run.status == 2 && run.errors.contains("timelines not set there, vtt here"), "\(run.errors)")
    #expect(try files().isEmpty)
  }

  @Test func whatIsMergedKnowsItsTimelines() throws {
    for share in ["1/2", "2/2"] {
      let run = try folder.program.run(
        Program.built,
        [
          "scan", "clips", "--model", "camera-motion", "--output", "p\(share.first ?? "0").csv", "--quiet",
          "--timelines", "vtt", "--shard", share,
        ])
      #expect(run.status == 0, "\(run.errors)")
    }
    #expect(try folder.program.run(Program.built, "merge p1.csv p2.csv --output l.csv".words).status == 0)
    let before = try files()
    #expect(before.count == 3)
    let again = try scan("--timelines", "vtt")
    #expect(again.status == 0, "\(again.errors)")
    #expect(try files() == before)
  }

  @Test(arguments: [
    ("--timelines vtt --windows 3", "give --stride, not --windows"),
    ("--timelines-into x", "needs --timelines FORMAT"), ("--overwrite", "about the files of --timelines"),
    ("--smooth 3", "how windows become segments"), ("--timelines vtt --fill x", "--fill needs --timelines"),
    ("--timelines vtt,", "'vtt,' is invalid"), ("--timelines bmp", "'bmp' is invalid"),
    ("--timelines otio --no-fill", "--no-fill needs --timelines chapters"),
    ("--timelines chapters --fill 'x\\'", "must not end in a backslash"),
    ("--tags iptc", "'iptc' is invalid"),
  ])
  func usageErrorsSaySo(_ options: String, _ message: String) throws {
    let run = try folder.program(
      line: "scan clips --model camera-motion --output l.csv \(options)")
    #expect(run.status == 64 && run.errors.contains(message), "\(run.errors)")
    #expect(folder.journalLines() == 0)
  }
}

/// Interrupted at any moment, a scan ends with the timelines of one that was not.
@Suite struct ScanTimelineKillTests {
  let folder: ScanFolder

  init() throws { folder = try ScanFolder(clips: 6) }

  private static let options = ["--timelines", "vtt,otio,srt", "--tags", "xmp"]

  private func files() throws -> [String: Data] {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.folder.path("clips"))
    return try names.reduce(into: [:]) { $0[$1] = try folder.folder.read("clips/\($1)") }
  }

  @Test func twentyKillsLeaveTheFilesOfAnUninterruptedRun() throws {
    let videos = try files().keys
    let began = ContinuousClock.now
    #expect(try folder.scanManyWindows("--timelines", "vtt,otio,srt", "--tags", "xmp").status == 0)
    let duration = (ContinuousClock.now - began) / .seconds(1)
    let (whole, rows) = (try files(), try folder.folder.read("l.csv"))
    #expect(whole.count == 5 * 6)

    func clear() throws {
      folder.remove("l.csv", "l.csv.journal")
      for name in try files().keys where !videos.contains(name) { folder.remove("clips/\(name)") }
    }

    var random = SplitMix64(seed: 8)
    var (kills, betweenRowAndNames) = (0, 0)
    try clear()
    while kills < 20 {
      let lines = folder.journalLines()
      let process = try folder.start("--timelines", "vtt,otio,srt", "--tags", "xmp")
      if Bool.random(using: &random) {
        usleep(UInt32(duration * 1e6 * Double.random(in: 0..<1, using: &random)))
      } else {
        _ = eventually { folder.journalLines() > lines || !process.isRunning }
      }
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      if process.terminationReason == .exit {
        #expect(process.terminationStatus == 0, "after \(kills) kills: \(folder.errors)")
        #expect(try files() == whole)
        try clear()
        continue
      }
      kills += 1
      let left = try files()
      if left.keys.contains(where: { $0.hasSuffix(".part") }) { betweenRowAndNames += 1 }
      // What has its name is whole.
      for (name, content) in left where !name.hasSuffix(".part") {
        #expect(content == whole[name], "\(name)")
      }
    }
    let last = try folder.scanManyWindows("--timelines", "vtt,otio,srt", "--tags", "xmp")
    #expect(last.status == 0, "\(last.errors)")
    #expect(try files() == whole)
    #expect(try folder.folder.read("l.csv") == rows)
    // Otherwise the kills have met no draft.
    #expect(betweenRowAndNames > 0)
  }

  @Test func whatAKilledRunHadReadyGetsItsName() throws {
    #expect(try folder.scanManyWindows("--timelines", "vtt").status == 0)
    let whole = try files()
    let name = try #require(whole.keys.sorted().first { $0.hasSuffix(".vtt") })
    let (place, draft) = (folder.folder.path("clips/\(name)"), folder.folder.path("clips/.\(name).part"))
    // As after a kill between the row and the name: nothing is decoded again.
    try FileManager.default.moveItem(atPath: place, toPath: draft)
    let completed = try folder.scanManyWindows("--timelines", "vtt")
    #expect(completed.errors.contains("6 files are done already, 0 to do"), "\(completed.errors)")
    #expect(try files() == whole)
    // A power cut can leave a draft that is not what was recorded.
    try FileManager.default.removeItem(atPath: place)
    try folder.folder.write("clips/.\(name).part", "WEBVTT\n\n")
    #expect(
      try folder.scanManyWindows("--timelines", "vtt").errors.contains("5 files are done already, 1 to do"))
    #expect(try files() == whole)
    // And an empty file under the name.
    try folder.folder.write("clips/\(name)", "")
    #expect(
      try folder.scanManyWindows("--timelines", "vtt").errors.contains("5 files are done already, 1 to do"))
    #expect(try files() == whole)
  }
}

/// Labels of a scan in the sidecars that photo managers read.
@Suite struct ScanTagTests {
  let folder: ScanFolder

  init() throws { folder = try ScanFolder(clips: 2) }

  @Test func aStrangersSidecarIsMergedAndOneThatCannotBeFailsItsVideoAlone() throws {
    let clips = try FileManager.default.contentsOfDirectory(atPath: folder.folder.path("clips")).sorted()
    try folder.folder.write("clips/\(clips[0]).xmp", "not XML")
    let theirs = """
      <x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>
       <rdf:Description rdf:about='' xmlns:xmp='http://ns.adobe.com/xap/1.0/' xmp:Rating='4'/>
      </rdf:RDF></x:xmpmeta>
      """
    try folder.folder.write("clips/\(clips[1]).xmp", theirs)
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o640], ofItemAtPath: folder.folder.path("clips/\(clips[1]).xmp"))
    let run = try folder.scan("--tags", "xmp")
    #expect(run.status == 1)
    #expect(
      run.errors.contains("its sidecar \(clips[0]).xmp is not changed, for it cannot be read as XMP"),
      "\(run.errors)")
    #expect(try folder.folder.read("clips/\(clips[0]).xmp") == Data("not XML".utf8))
    let merged = String(decoding: try folder.folder.read("clips/\(clips[1]).xmp"), as: UTF8.self)
    #expect(merged.contains("xmp:Rating='4'") && merged.contains("<rdf:li>"))
    let mode = try FileManager.default.attributesOfItem(
      atPath: folder.folder.path("clips/\(clips[1]).xmp"))[.posixPermissions]
    #expect((mode as? Int) == 0o640)
  }

  @Test func onlySureLabelsAreTags() throws {
    #expect(try folder.scan("--tags", "xmp", "--min-score", "1").status == 0)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.folder.path("clips"))
    #expect(names.count == 2)
    #expect(try folder.scan("--tags", "xmp", output: "m.csv").status == 0)
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.folder.path("clips"))
    where name.hasSuffix(".xmp") {
      let text = String(decoding: try folder.folder.read("clips/\(name)"), as: UTF8.self)
      // One label of those reported is above 0.4 in dc:subject, and so in each of the three lists.
      #expect(text.components(separatedBy: "<rdf:li>").count == 4, "\(text)")
    }
  }
}
