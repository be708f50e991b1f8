/// RFC 4180: a header, then a row a file, lines ended by CR LF.
struct CSVReport: Report {
  /// How many pairs of label and score a row has.
  let top: Int

  mutating func begin() -> String {
    let labels = (1...max(top, 1)).flatMap { ["label_\($0)", "score_\($0)"] }
    return CSV.row(["file", "status", "duration", "windows"] + labels + ["error"])
  }

  mutating func add(_ outcome: Outcome) -> String {
    switch outcome.result {
    case .success(let video):
      let labels = video.labels.flatMap { [$0.label, "\($0.score.roundedScore)"] }
      let blank = Array(repeating: "", count: 2 * top - labels.count)
      let facts = [
        outcome.file.string, "ok", "\(video.video.duration.roundedTime)", "\(video.windows.count)",
      ]
      return CSV.row(facts + labels + blank + [""])
    case .failure(let error):
      let blank = Array(repeating: "", count: 2 + 2 * top)
      return CSV.row([outcome.file.string, "failed"] + blank + [error.cause])
    }
  }

  mutating func end() -> String { "" }
}

enum CSV {
  /// The fields with commas between, ended by CR LF.
  static func row(_ fields: [String]) -> String {
    fields.map(quote).joined(separator: ",") + "\r\n"
  }

  /// A field that holds a comma, a quote or a line break is quoted, its quotes doubled.
  private static func quote(_ field: String) -> String {
    let needsQuotes = field.unicodeScalars.contains { [",", "\"", "\r", "\n"].contains($0) }
    return needsQuotes ? "\"" + field.replacing("\"", with: "\"\"") + "\"" : field
  }
}
