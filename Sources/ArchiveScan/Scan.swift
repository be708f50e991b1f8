import R2P1DVideo

/// Labels many files, each decoded in a process that it may bring down; one row per file as it ends.
package struct Scan {
  /// What happens on the way.
  package enum Event {
    case began(BytePath)
    case windowDone(BytePath, done: Int, of: Int)
    case warned(BytePath, VideoWarning)
    case finished(ScanRecord)
  }

  private let classifier: Classifier
  private let options: ScanOptions

  package init(_ classifier: Classifier, _ options: ScanOptions) {
    self.classifier = classifier
    self.options = options
  }

  /// Adds the rows of `files` to `table`, in their order, until all are done or `stop` is raised: then the
  /// file at hand is the last.
  ///
  /// A file that fails is a row like others; only what lets nothing run is thrown.
  package func run(
    _ files: [BytePath], into table: ScanTable, stop: StopFlag, observe: @escaping (Event) -> Void
  ) throws(ClassifierError) {
    let decoders = options.budget.decoders(files: files.count)
    let configuration = WorkerConfiguration(
      classifier.sampling, threads: decoders.threads, memory: options.workerMemory,
      rules: classifier.options.input.rules)
    let pool = WorkerPool(files, workers: decoders.workers, configuration, options)
    defer { pool.end() }
    let clock = ContinuousClock()
    var synced = clock.now
    for (index, file) in files.enumerated() {
      if stop.isRaised { break }
      observe(.began(file))
      let video = pool[index]
      let outcome = try outcome(of: video) { observe(.windowDone(file, done: $0, of: $1)) }
      if case .success(let labels) = outcome.result {
        for warning in labels.video.warnings { observe(.warned(video.path, warning)) }
      }
      try table.add(outcome, stamp: video.stamp)
      pool.release(index)
      if let record = table.records.last { observe(.finished(record)) }
      if clock.now - synced > Self.syncInterval {
        try table.sync()
        synced = clock.now
      }
    }
    try table.sync()
  }

  /// What a power cut may cost.
  private static var syncInterval: Duration { .seconds(10) }

  private func outcome(
    of video: DecodeJob, progress: @escaping (_ done: Int, _ of: Int) -> Void
  ) throws(ClassifierError) -> VideoOutcome {
    do {
      let labels = try classifier.classify(video.path, RemoteWindowSource(video), progress: progress)
      return VideoOutcome(file: video.path, result: .success(labels))
    } catch {
      guard error.scope == .input else { throw error }
      return VideoOutcome(file: video.path, result: .failure(error))
    }
  }
}
