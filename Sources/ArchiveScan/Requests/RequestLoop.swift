import R2P1DVideo
import Reports

/// Answers requests for labels as they come: a line of JSON each, in their order, each as soon as its file is
/// done.
package struct RequestLoop {
  private let classifier: Classifier
  private let options: ScanOptions
  private let settings: ScanSettings
  private let explain: @Sendable (ClassifierError) -> String

  /// `explain` says what an answer reports of a failure.
  package init(
    _ classifier: Classifier, _ options: ScanOptions,
    explain: @escaping @Sendable (ClassifierError) -> String
  ) {
    self.classifier = classifier
    self.options = options
    self.explain = explain
    settings = ScanSettings(classifier, .jsonl)
  }

  /// Takes requests until they end or `stop` is raised: then the file at hand is the last. Each line goes to
  /// `write`; some of them, if there is to be a heartbeat, from another thread, but one at a time.
  ///
  /// A file that fails is an answer; only what lets nothing run is thrown.
  package func run(
    _ requests: PathStream, stop: StopFlag, hasHeartbeat: Bool, warn: (VideoWarning, BytePath) -> Void,
    write: @escaping @Sendable (String) throws(ClassifierError) -> Void
  ) throws(ClassifierError) {
    let settings = self.settings.fingerprint
    try write(JSON.text(ready(settings), pretty: false))
    let heartbeat = hasHeartbeat ? Self.heartbeat(settings, write) : nil
    defer { heartbeat?.end() }
    let files = DecodedFiles(classifier, options)
    try files.forEach(of: requests, stop: stop) { (file) throws(ClassifierError) in
      heartbeat?.begin(file.video)
      let scored = try ScoredWindows(file.windows, of: file.path, classifier) {
        heartbeat?.scored($0, of: $1)
      }
      return try classifier.classify(file.path, scored)
    } finish: { (file) throws(ClassifierError) in
      heartbeat?.endFile()
      var kind: Answer.Kind?
      switch file.result {
      case .success(let labels): for warning in labels.video.warnings { warn(warning, file.path) }
      case .failure(let error): kind = Answer.Kind(error, file.fault, file.path)
      }
      let outcome = ExplainedOutcome(VideoOutcome(file: file.path, result: file.result), explain)
      let answer = Answer(outcome: outcome, kind: kind, stamp: file.stamp, settings: settings)
      try write(JSON.text(answer, pretty: false))
    }
  }

  private func ready(_ settings: String) -> ReadyLine {
    let facts = self.settings.facts.map { ($0.name, $0.value) }
    return ReadyLine(
      model: classifier.model, settings: settings, facts: Dictionary(facts) { first, _ in first })
  }

  /// Its failures to write show at the next answer.
  private static func heartbeat(
    _ settings: String, _ write: @escaping @Sendable (String) throws(ClassifierError) -> Void
  ) -> Heartbeat {
    Heartbeat { video, windows in
      let line = ProgressLine(file: video.path, stamp: video.stamp, settings: settings, progress: windows)
      try? write(JSON.text(line, pretty: false))
    }
  }
}
