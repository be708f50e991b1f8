import R2P1DVideo

/// Labels many files, each decoded in a process that it may bring down; one row per file as it ends.
package struct Scan {
  /// What happens on the way.
  package enum Event {
    case began(BytePath)
    case windowDone(BytePath, done: Int, of: Int)
    case warned(BytePath, VideoWarning)
    case finished(ScanRecord)
    /// How many files this run has to do, and how many have their row, as far as is known.
    case planned(files: Int, finished: Int)
  }

  private let classifier: Classifier
  private let options: ScanOptions

  package init(_ classifier: Classifier, _ options: ScanOptions) {
    self.classifier = classifier
    self.options = options
  }

  /// Adds the rows of `files`, which are `count` if that is known, to `table`, in their order, until all are
  /// done or `stop` is raised: then the file at hand is the last. Calls `afterRow` behind each.
  ///
  /// A file that fails is a row like others; only what lets nothing run is thrown.
  func run(
    _ files: some FileSource, count: Int?, into table: ScanTable, stop: StopFlag,
    observe: @escaping (Event) -> Void, afterRow: () throws(ClassifierError) -> Void = {}
  ) throws(ClassifierError) {
    let decoded = DecodedFiles(
      sampling: classifier.sampling, rules: classifier.options.input, options: options)
    let clock = ContinuousClock()
    var synced = clock.now
    var unsynced: [BytePath] = []
    try decoded.forEach(of: files, count: count, stop: stop) { (file) throws(ClassifierError) in
      observe(.began(file.path))
      return try label(file.path, file.windows, observe)
    } finish: { (file) throws(ClassifierError) in
      let labels = file.result.map(\.labels)
      if case .success(let labels) = labels {
        for warning in labels.video.warnings { observe(.warned(file.path, warning)) }
      }
      let made = try? file.result.get()
      try table.add(
        VideoOutcome(file: file.path, result: labels), stamp: file.stamp, sidecars: made?.hashes ?? [])
      try unsynced.append(contentsOf: made?.drafts.install() ?? [])
      if let record = table.records.last { observe(.finished(record)) }
      try afterRow()
      if clock.now - synced > Self.syncInterval {
        try sync(table, &unsynced)
        synced = clock.now
      }
    }
    try sync(table, &unsynced)
  }

  /// A video's labels, and what else is made of it and waits for its row.
  private struct Labelled {
    let labels: VideoLabels
    let drafts: SidecarDrafts
    let hashes: [String]
  }

  private func label(
    _ file: BytePath, _ source: RemoteWindowSource, _ observe: @escaping (Event) -> Void
  ) throws(ClassifierError) -> Labelled {
    let drafts = try SidecarDrafts(of: file, classifier, options.sidecars)
    let labels = try classifier.classify(file, source) {
      observe(.windowDone(file, done: $0, of: $1))
    } observe: { (window) throws(ClassifierError) in
      try drafts.add(window)
    }
    return Labelled(labels: labels, drafts: drafts, hashes: try drafts.end(labels))
  }

  /// Rows last, so that none on the disk is without what was made with it.
  private func sync(_ table: ScanTable, _ sidecars: inout [BytePath]) throws(ClassifierError) {
    try Sidecars.sync(sidecars)
    sidecars = []
    try table.sync()
  }

  /// What a power cut may cost.
  static var syncInterval: Duration { .seconds(10) }
}
