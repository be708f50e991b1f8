import Foundation
import TestSupport
import Testing

/// A list is done while it is read, and a deadline ends a scan cleanly.
@Suite struct ScanStreamTests {
  let folder: ScanFolder

  init() throws { folder = try ScanFolder(clips: 4) }

  /// A scan of a list that comes through a pipe, and the pipe's other end.
  private func start(_ arguments: String...) throws -> (scan: Process, list: FileHandle) {
    _ = try folder.program.shell("mkfifo list")
    let scan = try folder.program.start(
      Program.built,
      ["scan", "--files-from", "list", "--model", "camera-motion", "--windows", "1", "--output", "l.csv"]
        + arguments, FileHandle.nullDevice, try folder.folder.empty("errors"))
    return (scan, try FileHandle(forWritingTo: URL(filePath: folder.folder.path("list"))))
  }

  @Test func aFileIsDoneBeforeTheListHasEnded() throws {
    #expect(try folder.scan(output: "whole.csv").status == 0)
    let names = try folder.rows("whole.csv").dropFirst().map { $0[0] }
    let (scan, list) = try start()
    for (number, name) in names.enumerated() {
      try list.write(contentsOf: Data((name + "\n").utf8))
      #expect(eventually { ((try? folder.rows())?.count ?? 0) >= number + 2 || !scan.isRunning })
    }
    #expect(scan.isRunning)
    let parts = try folder.program("merge", "l.csv", "--missing")
    #expect(parts.status == 75)
    try list.close()
    scan.waitUntilExit()
    #expect(scan.terminationStatus == 0, "\(folder.errors)")
    #expect(try folder.folder.read("l.csv") == folder.folder.read("whole.csv"))
    #expect(try folder.program("merge", "l.csv", "--output", "all.csv").status == 0)
  }

  @Test func aListThatHasNotEndedIsSaidByMerge() throws {
    let (scan, list) = try start("--quiet")
    try list.write(contentsOf: Data("clips/pan_left.mp4\n".utf8))
    #expect(eventually { ((try? folder.rows())?.count ?? 0) >= 2 || !scan.isRunning })
    scan.terminate()
    scan.waitUntilExit()
    #expect(scan.terminationStatus == 130, "\(folder.errors)")
    let run = try folder.program("merge", "l.csv", "--output", "all.csv")
    #expect(run.status == 1 && run.errors.contains("interrupted before its listing was finished"))
    try list.close()
    // The same list once more, with files that have their row, have changed, and are new.
    _ = try folder.program.shell("touch -d @1700000000 clips/pan_left.mp4")
    let again = try folder.program.shell(
      "ls clips/*.mp4 | \"$r2p1d\" scan --files-from - --model camera-motion --windows 1 --output l.csv")
    #expect(again.status == 0, "\(again.errors)")
    #expect(try folder.rows().count == 5)
    #expect(try folder.program("merge", "l.csv", "--output", "all.csv").status == 0)
    let last = try folder.program.shell(
      "ls clips/*.mp4 | \"$r2p1d\" scan --files-from - --model camera-motion --windows 1 --output l.csv")
    #expect(last.errors.contains("4 files are done already, 0 to do"), "\(last.errors)")
  }

  @Test func aListThatBreaksOffIsAnErrorThatKeepsTheRows() throws {
    try folder.folder.write("list", "\"file\",size,mtime_ns\r\nclips/pan_left.mp4,1,1\r\nnonsense\r\n")
    let run = try folder.scan("--files-from", "list", paths: [])
    #expect(run.status == 2 && run.errors.contains("list: entry 2 is not of the form"), "\(run.errors)")
    #expect(try folder.program("merge", "l.csv", "--output", "all.csv").status == 1)
  }

  @Test func aDeadlineEndsAScanThatHangs() throws {
    let scan = try folder.start("--workers", "1", "--deadline", "2")
    let worker = try #require(Processes.stoppedWorker(of: scan))
    let began = ContinuousClock.now
    scan.waitUntilExit()
    #expect(scan.terminationStatus == 3 && folder.errors.contains("files are left"), "\(folder.errors)")
    // Not the 600 s of --timeout.
    #expect(ContinuousClock.now - began < .seconds(60))
    #expect(eventually { !Processes.isAlive(worker) })
    let merge = try folder.program("merge", "l.csv", "--output", "all.csv")
    #expect(merge.status == 1 && merge.errors.contains("was interrupted: "), "\(merge.errors)")
    let rest = try folder.scanManyWindows("--deadline", "600")
    #expect(rest.status == 0, "\(rest.errors)")
    #expect(try folder.rows().count == 5)
  }

  /// A job that is cancelled shortly before its time is over is cancelled, and not to be requeued.
  @Test func aSignalBeforeTheDeadlineIsAnInterruption() throws {
    let scan = try folder.start("--workers", "1", "--deadline", "3")
    let worker = try #require(Processes.stoppedWorker(of: scan))
    scan.terminate()
    scan.waitUntilExit()
    #expect(scan.terminationStatus == 130 && folder.errors.contains("interrupted; "), "\(folder.errors)")
    #expect(eventually { !Processes.isAlive(worker) })
  }

  @Test func aDeadlineThatIsNotReachedChangesNothing() throws {
    #expect(try folder.scan("--deadline", "600").status == 0)
    try folder.folder.write("clips/bad.mp4", "no video")
    #expect(try folder.scan("--deadline", "600").status == 1)
    for value in ["0", "-1", "x", "100000001"] {
      #expect(try folder.scan("--deadline", value).status == 64)
    }
  }
}
