/// One object for one file, an array of them for several.
struct JSONReport: Report {
  let files: Int
  let explain: (ClassifierError) -> String
  private var outcomes: [ExplainedOutcome] = []

  init(files: Int, explain: @escaping (ClassifierError) -> String) {
    self.files = files
    self.explain = explain
  }

  mutating func begin() -> String { "" }

  mutating func add(_ outcome: Outcome) -> String {
    outcomes.append(ExplainedOutcome(outcome: outcome, explain: explain))
    return ""
  }

  mutating func end() -> String {
    if files == 1, let outcome = outcomes.first { return JSON.text(outcome, pretty: true) }
    return JSON.text(outcomes, pretty: true)
  }
}

/// One object a line, each as its file ends.
struct JSONLinesReport: Report {
  let explain: (ClassifierError) -> String

  mutating func begin() -> String { "" }
  mutating func add(_ outcome: Outcome) -> String {
    JSON.text(ExplainedOutcome(outcome: outcome, explain: explain), pretty: false)
  }
  mutating func end() -> String { "" }
}

package enum JSON {
  /// `value` and a line feed: all JSON that a command prints comes through here.
  package static func text(_ value: some Encodable, pretty: Bool) -> String {
    guard let json = try? JSONValue(encoding: value) else { return "" }
    return json.text(pretty: pretty) + "\n"
  }
}

extension Outcome: Encodable {
  public func encode(to encoder: any Encoder) throws {
    try ExplainedOutcome(outcome: self, explain: \.cause).encode(to: encoder)
  }
}

/// An outcome with the words for a failure.
private struct ExplainedOutcome: Encodable {
  let outcome: Outcome
  let explain: (ClassifierError) -> String

  private enum Key: CodingKey {
    case error
  }

  func encode(to encoder: any Encoder) throws {
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
