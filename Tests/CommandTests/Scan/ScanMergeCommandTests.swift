import Foundation
import TestSupport
import Testing

/// `merge` of shares: what is missing is named, and nothing is lost without a word.
@Suite struct ScanMergeCommandTests {
  let folder: ScanFolder

  init() throws {
    folder = try ScanFolder(clips: 6)
    for number in 1...3 {
      let run = try folder.scan("--shard", "\(number)/3", "--quiet", output: "part-\(number).csv")
      #expect(run.status == 0, "\(run.errors)")
    }
  }

  private func merge(_ arguments: String) throws -> Program.Run {
    try folder.program.shell("exec \"$r2p1d\" merge \(arguments)")
  }

  private var isWritten: Bool { folder.folder.names.contains { $0.hasPrefix("all.csv") } }

  @Test func allSharesAreTheWhole() throws {
    #expect(try folder.scan(output: "whole.csv").status == 0)
    let run = try merge("part-*.csv --output all.csv")
    #expect(run.status == 0 && run.errors.contains("6 rows of 3 parts, 0 failed"), "\(run.errors)")
    #expect(try folder.folder.read("all.csv") == folder.folder.read("whole.csv"))
    let missing = try merge("--missing part-*.csv")
    #expect(missing.status == 0 && missing.output.isEmpty)
  }

  @Test(arguments: ["part-[13].csv", "part-1.csv part-2-is-elsewhere.csv part-3.csv"])
  func aMissingShareIsNamedAndNothingIsWritten(_ parts: String) throws {
    let run = try merge("\(parts) --output all.csv")
    #expect(run.status == 1 && run.errors.contains("share 2 of 3 is missing"), "\(run.errors)")
    #expect(!isWritten)
    #expect(try merge("--missing \(parts)").text == "2\n")
    let partial = try merge("\(parts) --output all.csv --partial")
    #expect(partial.status == 0 && partial.errors.contains("share 2 of 3 is missing"), "\(partial.errors)")
    // What was written of a part of the shares says so later, and the missing share makes it whole.
    #expect(try merge("all.csv --output more.csv").status == 1)
    #expect(try merge("all.csv part-2.csv --output more.csv").status == 0)
  }

  @Test func rowsOfFilesThatNoPartHasAreNotReplaced() throws {
    #expect(try merge("part-*.csv --output all.csv").status == 0)
    let whole = try folder.folder.read("all.csv")
    let run = try merge("part-1.csv --partial --output all.csv")
    #expect(run.status == 2 && run.errors.contains("has rows of files that no part has"), "\(run.errors)")
    #expect(try folder.folder.read("all.csv") == whole)
    // The same again, and more, is what a merge is repeated for.
    #expect(try merge("part-1.csv --partial --output some.csv").status == 0)
    #expect(try merge("part-*.csv --output some.csv").status == 0)
    #expect(try folder.folder.read("some.csv") == whole)
  }

  @Test func anInterruptedShareIsNamedUntilItsScanHasEnded() throws {
    let folder = try ScanFolder()
    for number in 2...3 {
      _ = try folder.scanManyWindows("--shard", "\(number)/3", output: "part-\(number).csv")
    }
    let scan = try folder.start("--workers", "1", "--shard", "1/3", output: "part-1.csv")
    let worker = try #require(Processes.stoppedWorker(of: scan))
    scan.terminate()
    usleep(300_000)
    kill(worker, SIGCONT)
    scan.waitUntilExit()
    try #require(scan.terminationStatus == 130, "it had ended before: \(folder.errors)")
    let run = try folder.program.shell("exec \"$r2p1d\" merge part-*.csv --output all.csv")
    #expect(run.status == 1 && !folder.folder.names.contains("all.csv"))
    #expect(
      run.errors.contains(/part-1\.csv: share 1\/3 was interrupted: \d of \d files left to do/),
      "\(run.errors)")
    // The form that `sbatch --array=` takes, and with a comma for a blank a shell's loop.
    folder.remove("part-3.csv", "part-3.csv.journal")
    let loop = try folder.program.shell(
      """
      for i in $("$r2p1d" merge --missing --quiet part-*.csv | tr , ' '); do
        "$r2p1d" scan clips --model camera-motion --stride 4 --shard "$i/3" --quiet \\
          --output "part-$i.csv" || exit
        echo "$i"
      done
      exec "$r2p1d" merge part-*.csv --output all.csv
      """)
    #expect(loop.status == 0 && loop.text == "1\n3\n", "\(loop.text) \(loop.errors)")
    #expect(try folder.rows("all.csv").count == 11)
  }

  @Test func sharesOfAGrownArchiveAreNamed() throws {
    try folder.folder.write("clips/x/late.mp4", Data(contentsOf: URL(filePath: Checkout.clip)))
    usleep(1_100_000)
    _ = try folder.scan("--shard", "2/3", output: "part-2.csv")
    let run = try merge("part-*.csv --output all.csv")
    #expect(run.status == 1 && run.errors.contains("saw 6 files in all, part-2.csv saw others later, 7"))
    #expect(try merge("--missing part-*.csv").text == "1,3\n")
  }

  @Test func aFolderThatCannotBeReadIsNotForgotten() throws {
    try folder.folder.write("loops", "clips\n")
    let status = try folder.program.shell(
      """
      mkdir clips/shut && chmod 0 clips/shut
      "$r2p1d" scan clips --model camera-motion --windows 1 --output all-1.csv
      scan=$?
      "$r2p1d" merge all-1.csv --output merged.csv
      echo "$scan $?"
      chmod 700 clips/shut
      """)
    // The superuser may read everything.
    #expect(status.text == (geteuid() == 0 ? "0 0\n" : "1 1\n"), "\(status.errors)")
  }

  @Test func aListSaysWhatHasToBeThere() throws {
    _ = try folder.program.shell("\"$r2p1d\" list clips --output list.csv; ls clips/*.mp4 > names")
    for list in ["list.csv", "names"] {
      let whole = try merge("part-*.csv --complete \(list) --output all.csv")
      #expect(whole.status == 0, "\(whole.errors)")
      folder.remove("all.csv", "all.csv.journal")
      let run = try merge("part-[12].csv --complete \(list) --output all.csv")
      #expect(run.status == 1 && run.errors.contains(": has no row") && !isWritten, "\(run.errors)")
      // What has no row is a list for scan.
      let loop = try folder.program.shell(
        """
        "$r2p1d" merge --missing --complete \(list) part-[12].csv |
          "$r2p1d" scan --files-from - --model camera-motion --windows 1 --output rest.csv
        exec "$r2p1d" merge part-[12].csv rest.csv --complete \(list) --output all.csv
        """)
      #expect(loop.status == 0, "\(loop.errors)")
      folder.remove("all.csv", "all.csv.journal", "rest.csv", "rest.csv.journal")
    }
  }

  /// A journal without the lines that say what its rows are of.
  @Test func whatAnEarlierVersionMadeIsMergedWithAWord() throws {
    for number in 1...3 {
      let journal = String(decoding: try folder.folder.read("part-\(number).csv.journal"), as: UTF8.self)
      let lines = journal.split(separator: "\n").filter {
        !$0.contains("\tbegan\t") && !$0.contains("\tlisted\t")
      }
      try folder.folder.write("part-\(number).csv.journal", lines.map { $0 + "\n" }.joined())
    }
    let run = try merge("part-*.csv --output all.csv")
    #expect(run.status == 0 && run.errors.contains("6 rows of 3 parts"), "\(run.errors)")
    #expect(run.errors.contains("part-1.csv: whether its listing was finished is unknown"), "\(run.errors)")
    let resumed = try folder.scan("--shard", "1/3", output: "part-1.csv")
    #expect(resumed.status == 0 && resumed.errors.contains("are done already, 0 to do"), "\(resumed.errors)")
    #expect(try merge("--missing part-[12].csv").text == "2,3\n")
  }

  @Test(arguments: [
    "part-1.csv", "part-1.csv --missing --output all.csv", "part-1.csv --missing --partial",
    "part-1.csv -0 --output all.csv",
  ])
  func wrongUsageIsStatus64(_ arguments: String) throws {
    let run = try merge(arguments)
    #expect(run.status == 64 && run.errors.count(where: \.isNewline) == 1, "\(run.errors)")
  }
}

/// A lock says "later" by its status, whichever command meets it.
@Suite struct LockedOutputTests {
  let folder: ScanFolder

  init() throws { folder = try ScanFolder(clips: 2) }

  @Test(arguments: [
    "scan clips --model camera-motion --stride 4 --output l.csv",
    "merge l.csv --output all.csv", "merge l.csv --missing", "merge other.csv --output l.csv",
    "evaluate list.csv --model camera-motion --journal l.csv",
  ])
  func aLockedOutputIsStatus75(_ command: String) throws {
    #expect(try folder.scan(output: "other.csv").status == 0)
    try folder.folder.write("list.csv", "file,label\nclips/pan_left.mp4,pan left\n")
    let scan = try folder.start("--workers", "1")
    let worker = try #require(Processes.stoppedWorker(of: scan))
    #expect(eventually { folder.journalLines() > 0 })
    let run = try folder.program(line: command)
    #expect(run.status == 75, "\(run.errors)")
    let last = run.errors.split(separator: "\n").last ?? ""
    #expect(last.contains("l.csv: another scan is writing it: wait for its end"), "\(run.errors)")
    kill(worker, SIGCONT)
    scan.waitUntilExit()
    #expect(scan.terminationStatus == 0)
    #expect(try folder.scanManyWindows().status == 0)
  }
}
