import R2P1DVideo

/// Results as text for people or programs. What the three functions return, in the order of their calls, is
/// the report.
public protocol LabelReport {
  /// What stands before the first file.
  mutating func begin() -> String
  /// What one file adds.
  mutating func add(_ outcome: VideoOutcome) -> String
  /// What stands after the last file.
  mutating func end() -> String
}

/// The reports there are.
public enum LabelFormat: String, Sendable, CaseIterable {
  case text, json, jsonl, csv

  /// Whether it carries receipts.
  public var isJSON: Bool { self == .json || self == .jsonl }

  /// A report of `files` files, with `top` labels each where the format has columns for them; `explain` says
  /// what is written of a failure.
  public func report(
    files: Int, top: Int, explain: @escaping (ClassifierError) -> String = { $0.cause }
  ) -> any LabelReport {
    switch self {
    case .text: TextReport()
    case .json: JSONReport(files: files, explain: explain)
    case .jsonl: JSONLinesReport(explain: explain)
    case .csv: CSVReport(top: top, explain: explain)
    }
  }
}
