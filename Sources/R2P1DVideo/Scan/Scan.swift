/// Labels many files, each decoded in a process that it may bring down, a row a file as it ends.
package struct Scan {
  /// What happens on the way.
  package enum Event {
    case began(FilePath)
    case windowDone(FilePath, done: Int, of: Int)
    case warned(FilePath, VideoWarning)
    case finished(ScanRecord)
  }

  private let classifier: Classifier
  private let options: ScanOptions

  package init(_ classifier: Classifier, _ options: ScanOptions) {
    self.classifier = classifier
    self.options = options
  }

  /// Adds the rows of `files` to `table`, in their order, until all are done or `stop` is raised: then the file at hand
  /// is the last.
  ///
  /// A file that fails is a row like others; only what lets nothing run is thrown.
  package func run(
    _ files: [FilePath], into table: ScanTable, stop: StopFlag, observe: @escaping (Event) -> Void
  ) throws(ClassifierError) {
    let order = WorkerConfiguration(
      classifier.sampling, threads: classifier.options.threads, memory: options.workerMemory,
      rules: classifier.options.input.rules)
    let lanes = WorkerPool(files, order: order, options: options)
    defer { lanes.end() }
    let clock = ContinuousClock()
    var synced = clock.now
    for (index, file) in files.enumerated() {
      if stop.isRaised { break }
      observe(.began(file))
      let video = lanes[index]
      let outcome = try outcome(of: video) { observe(.windowDone(file, done: $0, of: $1)) }
      if case .success(let labels) = outcome.result {
        for warning in labels.video.warnings { observe(.warned(video.path, warning)) }
      }
      try table.add(outcome, stamp: video.stamp)
      lanes.release(index)
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
  ) throws(ClassifierError) -> Outcome {
    do {
      let scored = try ScoredWindows(
        RemoteWindowSource(video), of: video.path, classifier, progress: progress)
      let labels = try classifier.classify(video.path, scored)
      return Outcome(file: video.path, result: .success(labels))
    } catch {
      guard error.scope == .input else { throw error }
      return Outcome(file: video.path, result: .failure(error))
    }
  }
}
