import R2P1DVideo

/// One object for one file, an array of them for several.
struct JSONReport: LabelReport {
  let files: Int
  let explain: (ClassifierError) -> String
  private var outcomes: [ExplainedOutcome] = []

  init(files: Int, explain: @escaping (ClassifierError) -> String) {
    self.files = files
    self.explain = explain
  }

  mutating func begin() -> String { "" }

  mutating func add(_ outcome: VideoOutcome) -> String {
    outcomes.append(ExplainedOutcome(outcome, explain))
    return ""
  }

  mutating func end() -> String {
    if files == 1, let outcome = outcomes.first { return JSON.text(outcome, pretty: true) }
    return JSON.text(outcomes, pretty: true)
  }
}

/// One object a line, each as its file ends.
struct JSONLinesReport: LabelReport {
  let explain: (ClassifierError) -> String

  mutating func begin() -> String { "" }
  mutating func add(_ outcome: VideoOutcome) -> String {
    JSON.text(ExplainedOutcome(outcome, explain), pretty: false)
  }
  mutating func end() -> String { "" }
}

extension VideoOutcome: Encodable {
  public func encode(to encoder: any Encoder) throws {
    try ExplainedOutcome(self, \.cause).encode(to: encoder)
  }
}

/// An outcome with the words for a failure.
package struct ExplainedOutcome: Encodable {
  private let outcome: VideoOutcome
  private let explain: (ClassifierError) -> String

  package init(_ outcome: VideoOutcome, _ explain: @escaping (ClassifierError) -> String) {
    self.outcome = outcome
    self.explain = explain
  }

  private enum Key: CodingKey {
    case error
  }

  package func encode(to encoder: any Encoder) throws {
    switch outcome.result {
    case .success(let labels):
      try labels.encode(to: encoder)
    case .failure(let error):
      try outcome.file.encodeAsFile(to: encoder)
      var values = encoder.container(keyedBy: Key.self)
      try values.encode(explain(error), forKey: .error)
    }
  }
}
