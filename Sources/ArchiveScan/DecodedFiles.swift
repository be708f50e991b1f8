import R2P1DVideo

/// Files in their order, each decoded in a process that it may bring down while others are scored: the loop
/// that `scan`, `worker` and `evaluate` share.
///
/// A GPU computes windows of several of them at once, results being those of each alone.
struct DecodedFiles {
  let classifier: Classifier
  let options: ScanOptions
  /// The classifier's own, or what is wanted instead.
  let sampling: ResolvedSampling

  init(_ classifier: Classifier, _ options: ScanOptions, sampling: ResolvedSampling? = nil) {
    (self.classifier, self.options) = (classifier, options)
    self.sampling = sampling ?? classifier.sampling
  }

  /// A file that was decoded, or was to be.
  struct Decoded<Value> {
    let index: Int
    let path: BytePath
    /// The file as it was when its decoding began.
    let stamp: FileStamp
    /// What was made of its windows; else what it failed with.
    let result: Result<Value, ClassifierError>
    /// What became of the process that decoded it, if that is why it failed.
    let fault: DecoderFault?
  }

  /// A file whose windows are about to come.
  struct Decoding {
    let index: Int
    let video: DecodeJob
    let windows: RemoteWindowSource

    var path: BytePath { video.path }
  }

  /// Calls `make` with each file's windows, and `finish` with what came of it, until all are done or `stop`
  /// is raised: then the file at hand is the last, and not finished where it ends inside that. `count` is how
  /// many there are, if that is known.
  ///
  /// What a file fails with is a result; only what lets nothing run is thrown.
  func forEach<Value>(
    of files: some FileSource, count: Int? = nil, stop: StopFlag,
    make: (Decoding) throws(ClassifierError) -> Value,
    finish: (Decoded<Value>) throws(ClassifierError) -> Void
  ) throws(ClassifierError) {
    try classifier.overlapping { () throws(ClassifierError) in
      try run(files, count, stop, make, finish)
    }
  }

  private func run<Value>(
    _ files: some FileSource, _ count: Int?, _ stop: StopFlag,
    _ make: (Decoding) throws(ClassifierError) -> Value,
    _ finish: (Decoded<Value>) throws(ClassifierError) -> Void
  ) throws(ClassifierError) {
    let decoders = options.budget.decoders(files: count ?? .max)
    let configuration = WorkerConfiguration(
      sampling, threads: decoders.threads, memory: options.workerMemory,
      rules: classifier.options.input.rules)
    let pool = WorkerPool(
      files, workers: decoders.workers, batch: classifier.batch, configuration, options, stop: stop)
    defer { pool.end() }
    var index = 0
    while !stop.isRaised, let video = try pool.next() {
      let interrupt = { @Sendable in pool.interrupt(video) }
      let result = try stop.run(interruptedBy: interrupt) {
        () throws(ClassifierError) -> Result<Value, ClassifierError> in
        try self.result { () throws(ClassifierError) in
          try make(Decoding(index: index, video: video, windows: RemoteWindowSource(video, of: pool)))
        }
      }
      if stop.endsFile, case .failure(let error) = result, error.kind == .cancelled { break }
      try finish(
        Decoded(
          index: index, path: video.path, stamp: video.stamp, result: result, fault: video.fault))
      pool.release(video)
      index += 1
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
