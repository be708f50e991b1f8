import R2P1DVideo

/// Files in their order, each decoded in a process that it may bring down while others are scored: the loop that
/// `scan` and `evaluate` share.
struct DecodedFiles {
  let files: [BytePath]
  let sampling: ResolvedSampling
  let rules: InputOptions
  let options: ScanOptions

  /// A file that was decoded, or was to be.
  struct Decoded<Value> {
    let index: Int
    let path: BytePath
    /// The file as it was when its decoding began.
    let stamp: FileStamp
    /// What was made of its windows; else what it failed with.
    let result: Result<Value, ClassifierError>
  }

  /// Calls `make` with each file's windows, and `finish` with what came of it, until all are done or `stop` is
  /// raised: then the file at hand is the last.
  ///
  /// What a file fails with is a result; only what lets nothing run is thrown.
  func forEach<Value>(
    stop: StopFlag, make: (_ index: Int, RemoteWindowSource) throws(ClassifierError) -> Value,
    finish: (Decoded<Value>) throws(ClassifierError) -> Void
  ) throws(ClassifierError) {
    guard !files.isEmpty else { return }
    let decoders = options.budget.decoders(files: files.count)
    let configuration = WorkerConfiguration(
      sampling, threads: decoders.threads, memory: options.workerMemory, rules: rules.rules)
    let pool = WorkerPool(files, workers: decoders.workers, configuration, options)
    defer { pool.end() }
    for (index, file) in files.enumerated() {
      if stop.isRaised { break }
      let video = pool[index]
      let result = try result { () throws(ClassifierError) in try make(index, RemoteWindowSource(video)) }
      try finish(Decoded(index: index, path: file, stamp: video.stamp, result: result))
      pool.release(index)
    }
  }

  private func result<Value>(
    _ make: () throws(ClassifierError) -> Value
  ) throws(ClassifierError) -> Result<Value, ClassifierError> {
    do {
      return .success(try make())
    } catch {
      guard error.scope == .input else { throw error }
      return .failure(error)
    }
  }
}
