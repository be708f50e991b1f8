import Foundation
import TestSupport
import Testing

/// `teach` on the clips of SampleVideos/own-classes: 8 of each of 6 classes, rendered in 4 scenes.
@Suite(.slow) struct TeachTests {
  static let list = TaughtClips.list
  static let whip = TaughtClips.whip

  let folder: TemporaryFolder
  let program: Program

  init() throws {
    folder = try TemporaryFolder()
    program = Program(folder: folder.url)
  }

  private func teach(_ options: String...) throws -> Program.Run { try teachWithOptions(options) }

  private func teachWithOptions(_ options: [String]) throws -> Program.Run {
    let cache = try TaughtClips.plain.get().path("features")
    return try program(
      ["teach", Self.list, "--model", "camera-motion", "--output", "own.safetensors", "--cache", cache]
        + options)
  }

  private func report(_ run: Program.Run) throws -> [String: Any] {
    try #require(run.status == 0, "\(run.errors)")
    return try run.object()
  }

  private var model: String { get throws { try TaughtClips.plain.get().path("own.safetensors") } }

  @Test func theReportIsAboutVideosOfScenesThatWereNotSeen() throws {
    let report = try report(teach("--format", "json"))
    #expect(report["videos"] as? Int == 48 && report["groups"] as? Int == 4 && report["folds"] as? Int == 4)
    let accuracy = try #require(report["accuracy"] as? [String: Any])
    // 8 of 48 by chance.
    let correct = try #require(accuracy["correct"] as? Int)
    #expect(correct > 32)
    let results = try #require(report["results"] as? [[String: Any]])
    let right = results.count {
      ($0["labels"] as? [String])?.contains($0["predicted"] as? String ?? "") == true
    }
    #expect(results.count == 48 && right == accuracy["correct"] as? Int)
  }

  @Test(arguments: [
    ["label", whip, "--format", "json"], ["timeline", whip, "--format", "json"],
    ["scan", whip, "--output", "scan.csv", "--quiet"], ["embed", whip, "--output", "e.npy"],
    ["windows", whip, "--output", "w.npy"], ["bench", "--runs", "1"],
  ])
  func everyCommandTakesTheTaughtFile(_ words: [String]) throws {
    let run = try program(words + ["--model", try model])
    #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
    guard words[0] == "label" else { return }
    let labels = try #require(try run.object()["labels"] as? [[String: Any]])
    #expect(labels.count == 5 && labels[0]["label"] as? String == "whip pan")
  }

  @Test func modelsInfoSaysWhatItWasTaughtOnAndConvertKeepsIt() throws {
    let model = try model
    let info = try program("models", "info", model)
    #expect(info.text.contains("\ntaught on: camera-motion (sha-256 97450a2c"))
    #expect(info.text.contains("\nlabels: crossfade … whip pan\n"))
    #expect(try program("models", "convert", model, "again.safetensors").status == 0)
    let answers = try [model, "again.safetensors"].map {
      try program("label", Self.whip, "--model", $0, "--format", "csv").text
    }
    #expect(answers[0] == answers[1] && !answers[0].isEmpty)
  }

  @Test(arguments: [
    ["label", whip, "--fps", "30"], ["label", whip, "--resize", "squash"],
    ["timeline", whip, "--frames", "16"], ["embed", whip, "--output", "e.npy", "--fps", "source"],
    ["windows", whip, "--output", "w.npy", "--frames", "32"],
  ])
  func otherSamplingThanItWasTaughtWithIsAnError(_ words: [String]) throws {
    let run = try program(words + ["--model", try model])
    #expect(run.status == 2 && run.errors.contains("was taught with windows of 8 samples, 15 a second, crop"))
    #expect(run.errors.count(where: \.isNewline) == 1)
  }

  @Test func aHeadAloneWorksWithItsOwnBackboneAndNoOther() throws {
    #expect(try teach("--head-only").status == 0)
    #expect(try folder.read("own.safetensors").count < 10_000)
    let whole = try program("label", Self.whip, "--model", try model, "--format", "csv").text
    #expect(try program("label", Self.whip, "--model", "own.safetensors", "--format", "csv").text == whole)
  }

  @Test func aHeadWhoseBackboneIsAnotherIsRefusedByName() throws {
    try folder.write("base.safetensors", NarrowCheckpoint.safetensors(seed: 1))
    let run = try program(
      "teach", Self.list, "--model", "base.safetensors", "--windows", "1", "--output", "own.safetensors",
      "--head-only")
    try #require(run.status == 0, "\(run.errors)")
    #expect(try program("label", Self.whip, "--model", "own.safetensors").status == 0)
    try folder.write("base.safetensors", NarrowCheckpoint.safetensors(seed: 2))
    let other = try program("label", Self.whip, "--model", "own.safetensors")
    #expect(
      other.status == 2 && other.errors.contains("was taught on base") && other.errors.contains("is another"))
    try FileManager.default.removeItem(atPath: folder.path("base.safetensors"))
    let missing = try program("label", Self.whip, "--model", "own.safetensors")
    #expect(missing.status == 2 && missing.errors.contains("its backbone base.safetensors is neither"))
  }

  @Test func whatIsNotCertainEnoughHasNoLabel() throws {
    let report = try report(teach("--reject", "0", "--format", "json"))
    let rejection = try #require(report["rejection"] as? [String: Any])
    let least = try #require(rejection["minimumScore"] as? Double)
    #expect(rejection["wrong"] as? Int == 0 && least > 0)
    let results = try #require(report["results"] as? [[String: Any]])
    #expect(results.contains { ($0["score"] as? Double ?? 1) < least })
    // Camera motions that it was not taught.
    let clips = try FileManager.default.contentsOfDirectory(atPath: Checkout.samples.path)
      .filter { $0.hasSuffix(".mp4") }.map { Checkout.path("SampleVideos/\($0)") }
    let csv = try program(["label"] + clips + ["--model", "own.safetensors", "--format", "csv"]).text
    let rows = csv.split(whereSeparator: \.isNewline).dropFirst().map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    let uncertain = rows.filter { $0[1] == "uncertain" }
    #expect(!uncertain.isEmpty && uncertain.allSatisfy { $0[4].isEmpty && $0[5].isEmpty })
    let file = String(try #require(uncertain.first)[0])
    let json = try program("label", file, "--model", "own.safetensors", "--format", "json").object()
    #expect(json["uncertain"] as? Bool == true && (json["labels"] as? [Any])?.isEmpty == true)
    #expect(try program("label", file, "--model", "own.safetensors").text.contains("uncertain"))
    #expect(
      try program("scan", file, "--model", "own.safetensors", "--output", "s.csv", "--quiet").status == 0)
    let scanned = String(decoding: try folder.read("s.csv"), as: UTF8.self)
    #expect(scanned.contains(",uncertain,"))
  }

  @Test func aRunThatWasKilledResumesAndWritesTheSameBytes() throws {
    let arguments =
      "teach '\(Self.list)' --model camera-motion --windows 2 --output own.safetensors --cache kept "
      + "--report r.txt --quiet"
    var generator = SplitMix64(seed: 9)
    for _ in 0..<5 {
      let seconds = Double.random(in: 0.1...0.6, using: &generator)
      _ = try program.shell("timeout -s KILL \(seconds) \"$r2p1d\" \(arguments)")
    }
    #expect(try program.shell("\"$r2p1d\" \(arguments)").status == 0)
    let resumed = try folder.read("own.safetensors")
    let other = arguments.replacing("--cache kept", with: "--cache other")
    #expect(try program.shell("\"$r2p1d\" \(other)").status == 0)
    let whole = try folder.read("own.safetensors")
    #expect(whole == resumed)
    #expect(try program.shell("diff -r kept other").status == 0)
  }

  @Test func oneThreadWritesTheSameBytesAsTwo() throws {
    let files = try ["1", "2"].map { threads in
      #expect(try teach("--threads", threads).status == 0)
      return try folder.read("own.safetensors")
    }
    #expect(files[0] == files[1])
  }

  @Test func aVideoMayHaveSeveralClasses() throws {
    let folder = try TaughtClips.multiLabel.get()
    let model = folder.path("own.safetensors")
    let labels = try program("label", Self.whip, "--model", model, "--format", "json").object()
    let names = try #require(labels["labels"] as? [[String: Any]]).compactMap { $0["label"] as? String }
    #expect(Set(names) == ["whip pan", "moving"])
  }

  /// Which label is best says little of several.
  @Test func theReportOfSeveralClassesHasNoAccuracyOfOne() throws {
    let folder = try TaughtClips.multiLabel.get()
    let report = try #require(
      JSONSerialization.jsonObject(with: folder.read("report.json")) as? [String: Any])
    #expect(report["accuracy"] == nil && report["confusions"] == nil && report["majority"] == nil)
    let several = try #require(report["severalLabels"] as? [String: Any])
    let (precision, chance) = (several["meanAveragePrecision"], several["chance"])
    // Six classes of 8 videos and two of 24, of 48: what equal scores reach.
    let expected = (6 * 8.0 / 48 + 2 * 24.0 / 48) / 8
    let reached = try #require(chance as? Double)
    #expect(abs(reached - expected) < 1e-6)
    #expect(precision as? Double ?? 0 > 0.6)
    let exact = try #require((several["exact"] as? [String: Any])?["correct"] as? Int)
    let results = try #require(report["results"] as? [[String: Any]])
    func set(_ row: [String: Any], _ key: String) -> Set<String> { Set(row[key] as? [String] ?? []) }
    #expect(results.count { set($0, "said") == set($0, "labels") } == exact)
    #expect((report["thresholds"] as? [Double])?.count == 8)
  }

  /// The report's form is that of its file's name, unless it is said.
  @Test(arguments: [
    (["--report", "r.html"], "<!doctype html>"), (["--report", "r.json"], "{"),
    (["--report", "r.htm"], "<!doctype html>"), (["--report", "r.txt"], "48 videos"),
    (["--report", "r.html", "--format", "json"], "{"),
  ])
  func theReportsFormIsThatOfItsName(_ options: [String], _ start: String) throws {
    let run = try teachWithOptions(options)
    #expect(run.status == 0 && run.text.isEmpty, "\(run.errors)")
    #expect(String(decoding: try folder.read(options[1]), as: UTF8.self).hasPrefix(start))
  }

  /// A video that cannot be read is named in every form of the report.
  @Test func unreadVideosAreNamed() throws {
    let rows = try TaughtClips.rows.map { "\(TaughtClips.folder)/\($0.file),\($0.label)" }
    try folder.write("broken.mp4", Data("nothing".utf8))
    try folder.write("list.csv", (["file,label"] + rows + ["broken.mp4,strobing"]).joined(separator: "\n"))
    let cache = try TaughtClips.plain.get().path("features")
    for format in ["text", "json", "html"] {
      let run = try program(
        "teach", "list.csv", "--model", "camera-motion", "--output", "own.safetensors", "--cache", cache,
        "--format", format)
      #expect(run.status == 0 && run.errors.contains("broken.mp4: not a video"))
      #expect(run.text.contains(format == "text" ? "(1 more cannot be read)" : "broken.mp4"))
    }
  }
}
