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
    let decoded = DecodedFiles(
      sampling: classifier.sampling, rules: classifier.options.input, options: options)
    let clock = ContinuousClock()
    var synced = clock.now
    try decoded.forEach(of: ListedFiles(files), count: files.count, stop: stop) {
      (file) throws(ClassifierError) in
      observe(.began(file.path))
      return try classifier.classify(file.path, file.windows) {
        observe(.windowDone(file.path, done: $0, of: $1))
      }
    } finish: { (file) throws(ClassifierError) in
      if case .success(let labels) = file.result {
        for warning in labels.video.warnings { observe(.warned(file.path, warning)) }
      }
      try table.add(VideoOutcome(file: file.path, result: file.result), stamp: file.stamp)
      if let record = table.records.last { observe(.finished(record)) }
      if clock.now - synced > Self.syncInterval {
        try table.sync()
        synced = clock.now
      }
    }
    try table.sync()
  }

  /// What a power cut may cost.
  static var syncInterval: Duration { .seconds(10) }
}
