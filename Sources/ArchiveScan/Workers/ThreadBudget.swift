import VideoDecoding

/// How the cores are shared in a scan, between the network and the decoders of all workers: the one place
/// that counts both.
///
/// Either side waits for the other now and then, so together they have `spare` threads more than there are
/// cores; of these each side has half, for which of them is the slower one depends on the files. Where a GPU
/// computes the network, one thread waits for it and the others decode.
package struct ThreadBudget: Sendable, Equatable {
  /// How many more threads than cores compute.
  package static let spare = 2

  /// The network's threads.
  package let network: Int
  /// The threads of all decoders.
  package let decoding: Int
  /// Processes that decode, at most one for each file.
  package let workers: Int

  /// `workers` overrides how many there would be, one for each decoder thread: asking for more of them than
  /// there are decoder threads asks for more threads, and the network keeps at least two.
  package init(cores: Int, workers: Int? = nil, hasGPU: Bool = false) {
    let total = max(cores, 1) + Self.spare
    let share = hasGPU ? total - 1 : total / 2
    self.workers = workers ?? max(share, 1)
    decoding = max(share, self.workers)
    network = hasGPU ? 1 : min(max(total - decoding, 2), max(cores, 1))
  }

  /// How many workers decode `files` files, and what each is told to use.
  package func decoders(files: Int) -> (workers: Int, threads: Int) {
    let workers = max(min(self.workers, files), 1)
    let share = decoding / workers
    return (workers, (1...max(share, 1)).last { Video.decoderThreads($0) <= share } ?? 1)
  }
}
