import Foundation
import TestSupport
import Testing

/// `kill -9` at any moment: nothing lost, nothing twice, nothing torn.
@Suite struct ScanKillTests {
  @Test func fiftyKillsAtRandomPointsLeaveTheFileOfAnUninterruptedRun() throws {
    let folder = try ScanFolder(clips: 6)
    let began = ContinuousClock.now
    #expect(try folder.scan(output: "whole.csv").status == 0)
    let whole = try folder.folder.read("whole.csv")
    let duration = (ContinuousClock.now - began) / .seconds(1)

    var random = SplitMix64(seed: 5)
    var (kills, resumed) = (0, 0)
    while kills < 50 {
      let rowsBefore = folder.journalLines()
      let process = try folder.start(sampling: ["--windows", "1"])
      // Half of the kills while it starts, half some rows later, however slow the machine is.
      if Bool.random(using: &random) {
        usleep(UInt32(duration * 1e6 * Double.random(in: 0..<1, using: &random)))
      } else {
        let rows = Int.random(in: 1...3, using: &random)
        _ = eventually { folder.journalLines() >= rowsBefore + rows || !process.isRunning }
        usleep(UInt32.random(in: 0..<20_000, using: &random))
      }
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      if process.terminationReason == .exit {
        #expect(process.terminationStatus == 0, "after \(kills) kills: \(folder.errors)")
        #expect(try folder.folder.read("l.csv") == whole, "after \(kills) kills")
        folder.remove("l.csv", "l.csv.journal")
      } else {
        kills += 1
        if rowsBefore > 1 && folder.journalLines() > rowsBefore { resumed += 1 }
        let left = (try? folder.folder.read("l.csv")) ?? Data()
        // What is there begins as the whole does, but for what the journal does not vouch for.
        #expect(whole.starts(with: left) || left.isEmpty, "after \(kills) kills")
      }
    }
    let last = try folder.scan()
    #expect(last.status == 0, "\(last.errors)")
    #expect(try folder.folder.read("l.csv") == whole)
    // Otherwise the kills have tested nothing.
    #expect(resumed > 0)
  }

  @Test func aKilledScanLeavesNoWorkerBehind() throws {
    let folder = try ScanFolder()
    let process = try folder.start("--workers", "2")
    #expect(eventually { !Processes.workers(of: process).isEmpty || !process.isRunning })
    let workers = Processes.workers(of: process)
    try #require(!workers.isEmpty)
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    #expect(eventually { !workers.contains(where: Processes.isAlive) })
  }
}
