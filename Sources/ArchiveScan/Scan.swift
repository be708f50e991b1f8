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

  /// What an earlier run has kept of the film that it was at.
  func keptWindows(beside table: ScanTable) -> WindowJournal {
    WindowJournal(
      beside: table.path, settings: table.settings.fingerprint, classes: classifier.labels.names.count)
  }

  /// Adds the rows of `files`, which are `count` if that is known, to `table`, in their order, until all are
  /// done or `stop` is raised: then the file at hand is the last. Calls `afterRow` behind each.
  ///
  /// A file that fails is a row like others; only what lets nothing run is thrown.
  func run(
    _ files: some FileSource, count: Int?, into table: ScanTable, keeping kept: WindowJournal, stop: StopFlag,
    observe: @escaping (Event) -> Void, afterRow: () throws(ClassifierError) -> Void = {}
  ) throws(ClassifierError) {
    var options = options
    options.film = kept.film
    let decoded = DecodedFiles(classifier, options)
    let clock = ContinuousClock()
    var synced = clock.now
    var unsynced: [BytePath] = []
    try decoded.forEach(of: files, count: count, stop: stop) { (file) throws(ClassifierError) in
      observe(.began(file.path))
      return try label(file, kept, observe)
    } finish: { (file) throws(ClassifierError) in
      let labels = file.result.map(\.labels)
      if case .success(let labels) = labels {
        for warning in labels.video.warnings { observe(.warned(file.path, warning)) }
      }
      let made = try? file.result.get()
      try table.add(
        VideoOutcome(file: file.path, result: labels), stamp: file.stamp, sidecars: made?.hashes ?? [])
      try unsynced.append(contentsOf: made?.drafts.install() ?? [])
      kept.finish(file.path)
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

  /// The windows that an earlier run has kept of the film come first, and each new one is kept.
  private func label(
    _ file: DecodedFiles.Decoding, _ kept: WindowJournal, _ observe: @escaping (Event) -> Void
  ) throws(ClassifierError) -> Labelled {
    let drafts = try SidecarDrafts(of: file.path, classifier, options.sidecars)
    let scored = try ScoredWindows(
      file.windows, of: file.path, classifier, after: kept.kept(of: file.path)
    ) {
      observe(.windowDone(file.path, done: $0, of: $1))
    }
    do throws(ClassifierError) {
      let labels = try classifier.classify(file.path, scored) { (window) throws(ClassifierError) in
        try drafts.add(window)
        if keepsWindows, window.number >= scored.earlier { kept.add(window, of: file.video) }
      }
      return Labelled(labels: labels, drafts: drafts, hashes: try drafts.end(labels))
    } catch {
      if error.kind == .cancelled { kept.save(file.video) }
      throw error
    }
  }

  /// Whether windows are final as they come, and so can be kept.
  private var keepsWindows: Bool {
    if case .stride = classifier.sampling.placement { classifier.sampling.crops == 1 } else { false }
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
