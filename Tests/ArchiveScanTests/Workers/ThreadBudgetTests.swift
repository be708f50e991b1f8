import Testing
import VideoDecoding

@testable import ArchiveScan

@Suite struct ThreadBudgetTests {
  /// The decoders' threads, as FFmpeg starts them for what the workers are told.
  private func decoderThreads(_ budget: ThreadBudget, files: Int) -> Int {
    let decoders = budget.decoders(files: files)
    return decoders.workers * Video.decoderThreads(decoders.threads)
  }

  @Test(arguments: [1, 2, 3, 8, 16, 64, 1024], [1, 2, 3, 7, 1000])
  func networkAndDecodersTakeTheCoresAndTwoMoreAtMost(cores: Int, files: Int) {
    let budget = ThreadBudget(cores: cores)
    #expect(budget.network + decoderThreads(budget, files: files) <= cores + ThreadBudget.spare)
  }

  @Test(arguments: [(1, 1, 1), (2, 2, 2), (8, 5, 5), (64, 33, 33)])
  func theThreadsOfAScanOfManyFiles(cores: Int, network: Int, decoding: Int) {
    let budget = ThreadBudget(cores: cores)
    #expect(budget.network == network && decoderThreads(budget, files: 1000) == decoding)
  }

  /// One that asks for more processes than there are cores gets them, each with one thread.
  @Test(arguments: [1, 2, 8, 64], [1, 2, 8, 256])
  func workersThatWereAskedForShareWhatDecodes(cores: Int, workers: Int) {
    let budget = ThreadBudget(cores: cores, workers: workers)
    #expect(budget.decoders(files: 1000).workers == workers)
    let all = budget.network + decoderThreads(budget, files: 1000)
    #expect(all <= max(cores + ThreadBudget.spare, workers + 2))
  }

  @Test(arguments: [(1, 2), (2, 3), (8, 9), (64, 65)])
  func besideAGPUAllCoresDecode(cores: Int, workers: Int) {
    let budget = ThreadBudget(cores: cores, hasGPU: true)
    #expect(budget.network == 1 && budget.decoders(files: 1000).workers == workers)
    #expect(1 + decoderThreads(budget, files: 1000) <= cores + ThreadBudget.spare)
    #expect(ThreadBudget(cores: cores, workers: 3, hasGPU: true).workers == 3)
  }

  @Test(arguments: [1, 2, 8, 64])
  func aFileHasAWorkerAtMost(cores: Int) {
    let budget = ThreadBudget(cores: cores)
    #expect(budget.decoders(files: 1).workers == 1 && budget.decoders(files: 0).workers == 1)
  }
}
