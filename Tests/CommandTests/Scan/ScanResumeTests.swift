import Foundation
import TestSupport
import Testing

/// What a second run does.
@Suite struct ScanResumeTests {
  let folder: ScanFolder

  init() throws { folder = try ScanFolder(clips: 4) }

  @Test func finishedFilesArePassedOverAndNewOnesAdded() throws {
    #expect(try folder.scan().status == 0)
    let before = try folder.folder.read("l.csv")
    let again = try folder.scan()
    #expect(
      again.status == 0 && again.errors.contains("4 files are done already, 0 to do"), "\(again.errors)")
    #expect(try folder.folder.read("l.csv") == before)
    try folder.folder.write("clips/a/new.mp4", Data(contentsOf: URL(filePath: Checkout.clip)))
    #expect(try folder.scan().status == 0)
    #expect(try folder.folder.read("l.csv").starts(with: before))
    #expect(try folder.rows().map { $0[0] }.last == "clips/a/new.mp4")
  }

  @Test func aChangedFileIsDoneAgain() throws {
    #expect(try folder.scan().status == 0)
    let before = try folder.rows()
    let path = before[1][0]
    try folder.folder.write(path, Data(contentsOf: URL(filePath: Checkout.otherClip)))
    let run = try folder.scan()
    #expect(run.errors.contains("3 files are done already, 1 to do"), "\(run.errors)")
    let after = try folder.rows()
    #expect(after.map { $0[0] } == [before[0][0]] + before[2...].map { $0[0] } + [path])
    #expect(after.last?[4] == "zoom in")
    #expect(folder.folder.names.filter { $0.hasPrefix("l.csv") } == ["l.csv", "l.csv.journal"])
  }

  @Test func whatOthersHaveAddedBehindTheRowsIsRemovedWithAWord() throws {
    #expect(try folder.scan().status == 0)
    let before = try folder.folder.read("l.csv")
    try folder.folder.write("l.csv", before + Data("a note,\n".utf8))
    let run = try folder.scan()
    #expect(run.status == 0)
    #expect(
      run.errors.contains(
        "l.csv: removed 8 bytes behind its last row: an unfinished row, or what others have added\n"),
      "\(run.errors)")
    #expect(try folder.folder.read("l.csv") == before)
    #expect(try !folder.scan().errors.contains("removed"))
  }

  @Test func failedFilesAreTriedAgainOnlyWhenAskedAndTheStatusSpeaksOfAllRows() throws {
    let bad = try folder.folder.write("clips/bad.mp4", "no video")
    #expect(try folder.scan().status == 1)
    // The same size and time, so that only --retry-failed makes a difference.
    let again = try folder.scan()
    #expect(again.status == 1 && again.errors.contains("5 files are done already"), "\(again.errors)")
    #expect(try folder.scan("--retry-failed").status == 1)
    #expect(try folder.rows().count == 6)
    try FileManager.default.removeItem(atPath: bad)
    try folder.folder.write("clips/bad.mp4", Data(contentsOf: URL(filePath: Checkout.clip)))
    #expect(try folder.scan().status == 0)
    #expect(try folder.rows().count == 6)
  }

  @Test(arguments: [
    (["--windows", "3"], "windows"), (["--top", "2"], "top"), (["--resize", "squash"], "resize"),
    (["--merge", "max"], "merge"), (["--format", "jsonl"], "format"), (["--start", "1"], "start"),
    (["--track", "0"], "track"),
  ])
  func otherOptionsAreRefusedAndNothingChanges(_ options: [String], _ name: String) throws {
    let arguments = ["scan", "clips", "--model", "camera-motion", "--output", "l.csv"]
    #expect(try folder.program.run(Program.built, arguments).status == 0)
    let before = (try folder.folder.read("l.csv"), try folder.folder.read("l.csv.journal"))
    let run = try folder.program.run(Program.built, arguments + options)
    #expect(run.status == 2)
    #expect(
      run.errors.contains("l.csv: was made with other settings") && run.errors.contains(name), "\(run.errors)"
    )
    #expect(run.errors.count(where: \.isNewline) == 1)
    #expect(try folder.folder.read("l.csv") == before.0 && folder.folder.read("l.csv.journal") == before.1)
  }

  @Test func anotherModelIsRefusedThoughItIsCalledTheSame() throws {
    let options = ["scan", "clips", "--windows", "1", "--output", "l.csv", "--model", "m.safetensors"]
    try folder.folder.write("m.safetensors", NarrowCheckpoint.safetensors(seed: 1))
    #expect(try folder.program.run(Program.built, options).status == 0)
    try folder.folder.write("m.safetensors", NarrowCheckpoint.safetensors(seed: 2))
    let run = try folder.program.run(Program.built, options)
    #expect(run.status == 2 && run.errors.contains("model-sha-256"), "\(run.errors)")
  }

  @Test func anOutputWithoutItsJournalIsRefused() throws {
    try folder.folder.write("l.csv", "mine\n")
    let run = try folder.scan()
    #expect(run.status == 2 && run.errors.contains("without its journal"), "\(run.errors)")
    #expect(try folder.folder.read("l.csv") == Data("mine\n".utf8))
    #expect(!folder.folder.names.contains("l.csv.journal"))
  }

  @Test func sharesMergeToTheWhole() throws {
    try folder.folder.write("clips/bad.mp4", "no video")
    #expect(try folder.scan(output: "whole.csv").status == 1)
    for number in 1...3 {
      _ = try folder.scan("--shard", "\(number)/3", output: "part-\(number).csv")
    }
    let merge = try folder.program.shell("exec \"$r2p1d\" merge part-*.csv --output all.csv")
    #expect(merge.status == 1, "\(merge.errors)")
    #expect(try folder.folder.read("all.csv") == folder.folder.read("whole.csv"))
    // What was merged can be gone on with.
    let more = try folder.scan(output: "all.csv")
    #expect(more.status == 1 && more.errors.contains("5 files are done already"), "\(more.errors)")
    let twice = try folder.program("merge", "all.csv", "part-1.csv", "part-2.csv", "--output", "more.csv")
    #expect(twice.status == 2 && twice.errors.contains("disjoint"), "\(twice.errors)")
    #expect(!folder.folder.names.contains { $0.hasPrefix("more") })
  }
}
