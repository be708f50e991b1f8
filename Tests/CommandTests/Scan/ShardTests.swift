import Foundation
import TestSupport
import Testing

/// Which share of the files a scan takes.
@Suite struct ShardTests {
  let folder: ScanFolder

  init() throws { folder = try ScanFolder(clips: 3) }

  /// SLURM's variables of a task: its number, the array's first, last and count.
  private func scan(_ shard: String, task: [String]) throws -> Program.Run {
    var folder = folder
    let names = ["ID", "MIN", "MAX", "COUNT"].map { "SLURM_ARRAY_TASK_\($0)" }
    for (name, value) in zip(names, task) where !value.isEmpty { folder.program.environment[name] = value }
    return try folder.scan("--shard", shard, "--quiet", output: "part.csv")
  }

  @Test(arguments: [
    ("auto", ["2", "1", "4", "4"], "2/4"), ("auto", ["0", "0", "15", "16"], "1/16"),
    ("auto", ["15", "0", "15", "16"], "16/16"), ("auto", ["1", "1", "1", "1"], "1/1"),
    // A part of an array that is submitted again: the task's number is the share's.
    ("auto/16", ["7", "2", "7", "2"], "7/16"), ("auto/16", ["3", "3", "3", "1"], "3/16"),
  ])
  func anArrayTaskTakesItsShare(_ shard: String, _ task: [String], _ share: String) throws {
    let run = try scan(shard, task: task)
    #expect(run.status == 0, "\(run.errors)")
    let journal = String(decoding: try folder.folder.read("part.csv.journal"), as: UTF8.self)
    #expect(journal.contains("\tbegan\t\(share)\n"), "\(journal)")
  }

  @Test(arguments: [
    // No array, and one of an engine that does not count.
    ("auto", ["", "", "", ""], "SLURM_ARRAY_TASK_ID, which is not set"),
    ("auto", ["2", "1", "4", ""], "SLURM_ARRAY_TASK_COUNT, which is not set"),
    ("auto", ["2", "1", "", "4"], "SLURM_ARRAY_TASK_MAX, which is not set"),
    ("auto/4", ["", "", "", ""], "SLURM_ARRAY_TASK_ID, which is not set"),
    // Steps, gaps, and a part of an array that is submitted again.
    ("auto", ["3", "1", "7", "4"], "steps or gaps"), ("auto", ["1", "1", "5", "3"], "steps or gaps"),
    ("auto", ["3", "3", "3", "1"], "begins at 3"), ("auto", ["8", "5", "8", "4"], "begins at 5"),
    // Numbers that do not fit the count.
    ("auto/4", ["0", "0", "3", "4"], "SLURM_ARRAY_TASK_ID is 0, expected 1 to 4"),
    ("auto/4", ["5", "1", "16", "16"], "SLURM_ARRAY_TASK_ID is 5, expected 1 to 4"),
    ("auto", ["9", "1", "4", "4"], "expected 1 to 4"), ("auto", ["x", "1", "4", "4"], "expected a number"),
    ("auto", ["2", "1", "4", "-4"], "expected a number"),
  ])
  func anArrayThatDoesNotSayWhichShareIsRefused(
    _ shard: String, _ task: [String], _ cause: String
  ) throws {
    let run = try scan(shard, task: task)
    #expect(run.status == 64 && run.errors.contains(cause), "\(run.errors)")
    #expect(run.errors.count(where: \.isNewline) == 1)
    #expect(folder.folder.names == ["clips"])
  }

  @Test(arguments: ["auto/0", "auto/", "auto/x", "auto/1000001", "auto/4/5", "Auto", "2/auto"])
  func aShareThatMakesNoSenseIsRefused(_ shard: String) throws {
    #expect(try folder.scan("--shard", shard).status == 64)
  }

  @Test func aPartThatWasBegunAsAnotherShareStays() throws {
    #expect(try folder.scan("--shard", "1/4", output: "part.csv").status == 0)
    let before = try folder.folder.read("part.csv.journal")
    let run = try folder.scan("--shard", "1/8", output: "part.csv")
    #expect(run.status == 2 && run.errors.contains("begun as share 1/4, now it is 1/8"), "\(run.errors)")
    #expect(try folder.folder.read("part.csv.journal") == before)
    // An array of one task that is submitted again would be the whole archive.
    let array = try scan("auto", task: ["1", "1", "1", "1"])
    #expect(array.status == 2 && array.errors.contains("begun as share 1/4, now it is 1/1"))
    #expect(try folder.folder.read("part.csv.journal") == before)
    // Without a share, a table of whatever shares becomes one of all files.
    #expect(try folder.scan(output: "part.csv").status == 0)
    #expect(try folder.rows("part.csv").count == 4)
  }

  /// Sizes from 1 to 64 times: by the hash of their paths one share has most of the bytes.
  @Test func sharesOfAListingHaveTheSameWork() throws {
    var listing = "\"file\",size,mtime_ns\r\n"
    let sizes = [64, 32, 31, 1, 1, 1, 8, 7, 16, 15]
    let clip = try Data(contentsOf: URL(filePath: Checkout.clip))
    for (number, size) in sizes.enumerated() {
      try folder.folder.write("c/\(number).mp4", clip)
      listing += "c/\(number).mp4,\(size),0\r\n"
    }
    try folder.folder.write("list.csv", listing)
    let list = ["--files-from", "list.csv", "--quiet"]
    var bytes: [Int] = []
    for number in 1...3 {
      let output = "part-\(number).csv"
      let run = try folder.program(
        ["scan", "--model", "camera-motion", "--stride", "100", "--output", output, "--shard", "\(number)/3"]
          + list)
      #expect(run.status == 0, "\(run.errors)")
      let files = try folder.rows(output).dropFirst().compactMap { Int($0[0].dropFirst(2).dropLast(4)) }
      bytes.append(files.reduce(0) { $0 + sizes[$1] })
      // The biggest first.
      #expect(files.map { sizes[$0] } == files.map { sizes[$0] }.sorted(by: >))
    }
    #expect(bytes.reduce(0, +) == 176 && bytes.max() == 64 && bytes.min()! >= 54, "\(bytes)")
    let merge = try folder.program.shell(
      "exec \"$r2p1d\" merge part-*.csv --complete list.csv --output all.csv")
    #expect(merge.status == 0, "\(merge.errors)")
    // A share by the path's hash is of another division.
    let other = try folder.program(
      [
        "scan", "c", "--model", "camera-motion", "--stride", "100", "--output", "part-4.csv", "--shard",
        "3/3",
      ])
    #expect(other.status == 0, "\(other.errors)")
    folder.remove("part-3.csv", "part-3.csv.journal", "all.csv", "all.csv.journal")
    let mixed = try folder.program.shell("exec \"$r2p1d\" merge part-*.csv --output all.csv")
    #expect(mixed.status != 0 && !folder.folder.names.contains("all.csv"), "\(mixed.errors)")
  }

  @Test func aShareThatIsMuchLargerThanOthersSaysSo() throws {
    try folder.folder.write("clips/long.mp4", Data(count: 1 << 20))
    var said = 0
    for number in 1...3 {
      let run = try folder.program(
        ["scan", "clips", "--model", "camera-motion", "--stride", "100", "--output", "p-\(number).csv"]
          + ["--shard", "\(number)/3"])
      if run.errors.contains("times an even share of the bytes") { said += 1 }
    }
    #expect(said == 1)
  }
}
