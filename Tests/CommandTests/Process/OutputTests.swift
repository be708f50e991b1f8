import Foundation
import TestSupport
import Testing

@Suite struct OutputTests {
  let program = Program()
  let folder: TemporaryFolder
  let model: String

  init() throws {
    (folder, model) = try TemporaryFolder.withNarrowCheckpoint()
  }

  @Test func outputHoldsWhatStandardOutputWould() throws {
    let arguments = "label '\(Checkout.clip)' --model '\(model)' --format csv"
    let run = try program.shell(
      "\"$r2p1d\" \(arguments) --output '\(folder.path("l.csv"))' && \"$r2p1d\" \(arguments)")
    #expect(run.status == 0, "\(run.errors)")
    #expect(try folder.read("l.csv") == run.output)
    #expect(folder.names == ["l.csv", "narrow.safetensors"])
  }

  @Test func aDashIsStandardOutput() throws {
    let run = try program("label", Checkout.clip, "--model", model, "--format", "jsonl", "--output", "-")
    #expect(run.status == 0 && run.text.hasPrefix("{"))
  }

  @Test func anOldFileStaysWhenNothingCouldRun() throws {
    let path = try folder.write("l.json", "old")
    let run = try program("label", Checkout.clip, "--model", folder.path("none.pth"), "--output", path)
    #expect(run.status == 2)
    #expect(try folder.read("l.json") == Data("old".utf8))
    #expect(folder.names == ["l.json", "narrow.safetensors"])
  }

  @Test func aReplacedFileKeepsItsModeAndItsLink() throws {
    let path = try folder.write("real.csv", "old")
    try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("link.csv"), withDestinationPath: "real.csv")
    let run = try program(
      "label", Checkout.clip, "--model", model, "--windows", "1", "--format", "csv", "--output",
      folder.path("link.csv"))
    #expect(run.status == 0, "\(run.errors)")
    #expect(try folder.read("real.csv").starts(with: Data("\"file\",status".utf8)))
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    #expect(attributes[.posixPermissions] as? Int == 0o640)
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder.path("link.csv")) == "real.csv")
  }

  @Test(arguments: ["nowhere/l.csv", "."])
  func aPlaceThatCannotBeWrittenIsSaidBeforeAnythingRuns(_ name: String) throws {
    let run = try program(
      "label", Checkout.clip, "--model", folder.path("none.pth"), "--output", folder.path(name))
    #expect(run.status == 2)
    #expect(
      run.errors.hasPrefix("r2p1d-video: \(folder.path(name)): ") && run.errors.count(where: \.isNewline) == 1
    )
  }

  @Test func aDeviceIsWrittenToNotReplaced() throws {
    let run = try program("label", Checkout.clip, "--model", model, "--windows", "1", "--output", "/dev/null")
    #expect(run.status == 0, "\(run.errors)")
    #expect(try program.shell("test -c /dev/null").status == 0)
  }

  @Test func aFullDeviceIsAnErrorNotASuccess() throws {
    let run = try program.shell(
      "exec \"$r2p1d\" label '\(Checkout.clip)' --model '\(model)' --windows 1 > /dev/full")
    #expect(run.status == 2)
    #expect(run.errors == "r2p1d-video: standard output: cannot be written: no space left on device\n")
  }

  @Test func aReaderThatLeavesEndsTheProgramQuietly() throws {
    let clips = Array(repeating: "'\(Checkout.clip)'", count: 6).joined(separator: " ")
    let run = try program.shell(
      "\"$r2p1d\" label \(clips) --model '\(model)' --format jsonl --logits --windows 1 | head -c 10")
    #expect(run.output.count == 10)
    #expect(run.errors.isEmpty)
  }

  @Test(arguments: [SIGINT, SIGTERM])
  func anInterruptionLeavesNoHalfFile(_ signal: Int32) throws {
    // So many clips that the run would take many seconds.
    let clips = Array(repeating: Checkout.clip, count: 1000)
    let process = try program.start(
      Program.built, ["label"] + clips + ["--model", model, "--output", folder.path("l.txt")],
      FileHandle.nullDevice, nil)
    let hidden = { folder.names.contains { $0.hasPrefix(".l.txt.") } }
    // Asleep on a thread of its own: a task would wake up only when other tests leave it one.
    while process.isRunning, !hidden() { Thread.sleep(forTimeInterval: 0.002) }
    kill(process.processIdentifier, signal)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit)
    #expect(process.terminationStatus == 128 + signal)
    #expect(folder.names == ["narrow.safetensors"])
  }

  /// The messages' reader goes while the output is under way: the program ends as any whose pipe is closed.
  @Test func aReaderOfTheMessagesThatGoesAwayLeavesNoHalfFile() throws {
    let missing = (0..<2000).map { "none\($0).mp4" }.joined(separator: " ")
    let run = try program.shell(
      "\"$r2p1d\" label \(missing) --model '\(model)' --output '\(folder.path("l.txt"))' 2>&1 | head -1")
    #expect(run.text.contains("none0.mp4"))
    #expect(folder.names == ["narrow.safetensors"])
  }

  /// Every command that has an output, with the file `read` in each place where it reads one.
  @Test(arguments: [
    "label clip.mp4 --output clip.mp4", "label clip.mp4 --output ./clip.mp4",
    "label clip.mp4 --output link.mp4",
    "label clip.mp4 --labels labels.txt --output labels.txt",
    "timeline clip.mp4 --format vtt --output clip.mp4", "windows clip.mp4 --output clip.mp4",
    "inspect clip.mp4 --format json --output clip.mp4", "embed clip.mp4 --format csv --output clip.mp4",
    "evaluate list.csv --output list.csv", "evaluate list.csv --output clip.mp4",
    "teach list.csv --output own.safetensors --report list.csv",
    "teach list.csv --output own.safetensors --report own.safetensors",
  ])
  func noOutputReplacesWhatIsRead(_ words: String) throws {
    let folder = try TemporaryFolder()
    try folder.write("clip.mp4", Data(contentsOf: URL(filePath: Checkout.clip)))
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("link.mp4"), withDestinationPath: folder.path("clip.mp4"))
    try folder.write("labels.txt", "a\nb\n")
    try folder.write("list.csv", "file,label\nclip.mp4,zoom in\nother.mp4,static\n")
    let names = folder.names
    let before = try names.map { try folder.read($0) }
    let run = try Program(folder: folder.url)(words.split(separator: " ").map(String.init) + Self.model)
    #expect(run.status == 2 && run.errors.contains("is named twice"), "\(run.errors)")
    #expect(folder.names == names)
    #expect(try names.map { try folder.read($0) } == before)
  }

  private static let model = ["--model", "camera-motion"]
}
