import Foundation
import TestSupport
import Testing

/// Ctrl-C, a full disk, places that cannot be written.
@Suite struct ScanInterruptionTests {
  let folder: ScanFolder

  init() throws { folder = try ScanFolder(clips: 6) }

  @Test(arguments: [SIGINT, SIGTERM])
  func theFirstSignalEndsTheFileAtHandAndKeepsTheRows(_ signal: Int32) throws {
    #expect(try folder.scanManyWindows(output: "whole.csv").status == 0)
    let process = try folder.start("--workers", "1")
    let worker = try #require(Processes.stoppedWorker(of: process))
    kill(process.processIdentifier, signal)
    // Long enough for a program that did not wait for the file to have ended.
    usleep(300_000)
    #expect(process.isRunning)
    kill(worker, SIGCONT)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 130)
    #expect(folder.errors.contains("run the same command to resume"), "\(folder.errors)")
    #expect(folder.errors.contains("once more ends it at once"), "\(folder.errors)")
    let rows = try folder.rows()
    #expect((2...4).contains(rows.count), "\(rows.count)")
    let last = try folder.scanManyWindows()
    #expect(
      last.status == 0 && last.errors.contains("\(rows.count - 1) file"), "\(last.errors)")
    #expect(try folder.folder.read("l.csv") == folder.folder.read("whole.csv"))
  }

  @Test func theSecondSignalEndsAtOnce() throws {
    let process = try folder.start("--workers", "1")
    let worker = try #require(Processes.stoppedWorker(of: process))
    kill(process.processIdentifier, SIGINT)
    usleep(300_000)
    kill(process.processIdentifier, SIGINT)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 130)
    kill(worker, SIGCONT)
    #expect(eventually { !Processes.isAlive(worker) })
    #expect(try folder.scanManyWindows().status == 0)
    #expect(try folder.rows().count == 7)
  }

  @Test(.enabled(if: Program.mayLimitFiles, "the sanitizer keeps its memory in files"))
  func aFullDiskIsAnErrorThatKeepsTheRows() throws {
    #expect(try folder.scan(output: "whole.csv").status == 0)
    // Half the output fits: blocks are of 512 bytes or, in some shells, of 1024.
    let run = try folder.program.shell(
      """
      ulimit -f 1
      exec "$r2p1d" scan clips --model camera-motion --windows 1 --output l.csv 2> errors
      """)
    #expect(run.status == 2, "\(folder.errors)")
    let lines = folder.errors.split(separator: "\n")
    #expect(lines.count == 1 && lines[0].contains("l.csv: cannot be written: file too large"), "\(lines)")
    let rest = try folder.scan()
    #expect(rest.status == 0, "\(rest.errors)")
    #expect(try folder.folder.read("l.csv") == folder.folder.read("whole.csv"))
  }

  @Test(arguments: ["nowhere/l.csv", "clips", "/dev/full"])
  func aPlaceThatCannotBeWrittenIsSaidAtOnce(_ output: String) throws {
    let run = try folder.scan(output: output)
    #expect(run.status == 2)
    #expect(run.errors.hasPrefix("r2p1d-video: \(output)"), "\(run.errors)")
    #expect(run.errors.count(where: \.isNewline) == 1)
  }

  @Test func twoScansDoNotWriteOneOutput() throws {
    let process = try folder.start("--workers", "1")
    let worker = try #require(Processes.stoppedWorker(of: process))
    let second = try folder.scanManyWindows()
    #expect(second.status == 75 && second.errors.contains("another scan is writing it"), "\(second.errors)")
    kill(worker, SIGCONT)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(folder.errors)")
    #expect(try folder.rows().count == 7)
  }
}
