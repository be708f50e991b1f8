import Foundation
import TestSupport
import Testing

/// The threads of a real scan, as the kernel counts them.
@Suite struct ScanThreadTests {
  private func threads(_ process: Int32) -> Int {
    let tasks = try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/task")
    return (tasks?.count ?? 0) - Sanitizer.threads
  }

  /// However many cores there are: `--threads` says how many to use.
  @Test(arguments: [2, 64]) func eightWorkersStayWithinTheBudget(cores: Int) throws {
    let folder = try ScanFolder()
    let process = try folder.start("--workers", "8", "--threads", "\(cores)")
    var (most, mostInAWorker, mostWorkers) = (0, 0, 0)
    while process.isRunning {
      let workers = Processes.workers(of: process)
      let counts = workers.map(threads)
      mostWorkers = max(mostWorkers, workers.count)
      mostInAWorker = max(mostInAWorker, counts.max() ?? 0)
      most = max(most, threads(process.processIdentifier) + counts.reduce(0, +))
      usleep(5000)
    }
    #expect(process.terminationStatus == 0 && mostWorkers == 8)
    // Beside those that compute: in each worker its own thread and one that watches the scan, in the scan one
    // that waits for each worker, its own, and one each for progress, a signal and a checkpoint's hash.
    let waiting = 8 * 2 + 8 + 4
    // Of 64 cores the decoders have 33, four for each of eight workers. One that another takes the place of
    // has its threads a moment longer, idle; a decoder of one thread has none beside its worker's.
    let decoder = cores == 2 ? 0 : 4
    #expect(mostInAWorker <= 2 + 2 * decoder)
    #expect(most <= max(cores, 8) + 2 + waiting + 8 * decoder)
  }
}
