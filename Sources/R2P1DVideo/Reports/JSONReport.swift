/// One object for one file, an array of them for several.
struct JSONReport: Report {
  let files: Int
  private var outcomes: [Outcome] = []

  init(files: Int) {
    self.files = files
  }

  mutating func begin() -> String { "" }

  mutating func add(_ outcome: Outcome) -> String {
    outcomes.append(outcome)
    return ""
  }

  mutating func end() -> String {
    if files == 1, let outcome = outcomes.first { return JSON.text(outcome, pretty: true) }
    return JSON.text(outcomes, pretty: true)
  }
}

/// One object a line, each as its file ends.
struct JSONLinesReport: Report {
  mutating func begin() -> String { "" }
  mutating func add(_ outcome: Outcome) -> String { JSON.text(outcome, pretty: false) }
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
  private enum Key: CodingKey {
    case error
  }

  public func encode(to encoder: any Encoder) throws {
    switch result {
    case .success(let labels):
      try labels.encode(to: encoder)
    case .failure(let error):
      try file.encodeAsFile(to: encoder)
      var values = encoder.container(keyedBy: Key.self)
      try values.encode(error.cause, forKey: .error)
    }
  }
}
