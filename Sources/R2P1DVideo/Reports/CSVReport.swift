/// RFC 4180: a header, then one row per file, lines ended by CR LF.
struct CSVReport: Report {
  /// How many pairs of label and score a row has.
  let top: Int
  let explain: (ClassifierError) -> String

  mutating func begin() -> String {
    let labels = (1...max(top, 1)).flatMap { ["label_\($0)", "score_\($0)"] }
    return CSV.header(["file", "status", "duration", "windows"] + labels + ["error"])
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
      return CSV.row([outcome.file.string, "failed"] + blank + [explain(error)])
    }
  }

  mutating func end() -> String { "" }
}

package enum CSV {
  /// The fields with commas between, ended by CR LF.
  static func row(_ fields: [String]) -> String {
    fields.map(quote).joined(separator: ",") + "\r\n"
  }

  /// The names of the columns. `file` is in quotes, though nothing in it needs them: readers that find out
  /// how a table is written by looking at its first rows (DuckDB) then know that fields may be quoted,
  /// however late the first is.
  package static func header(_ names: [String]) -> String {
    names.map { $0 == "file" ? "\"file\"" : quote($0) }.joined(separator: ",") + "\r\n"
  }

  /// The fields of a row, without the quotes that some are in.
  package static func fields(_ row: String) -> [String] {
    var fields = [""]
    var (isQuoted, hasJustEnded) = (false, false)
    for character in row {
      switch character {
      case "\"":
        if hasJustEnded { fields[fields.count - 1].append(character) }
        hasJustEnded = isQuoted
        isQuoted.toggle()
        continue
      case "," where !isQuoted: fields.append("")
      case _ where character.isNewline && !isQuoted: break
      default: fields[fields.count - 1].append(character)
      }
      hasJustEnded = false
    }
    return fields
  }

  /// A field that holds a comma, a quote or a line break is quoted, its quotes doubled.
  private static func quote(_ field: String) -> String {
    let needsQuotes = field.unicodeScalars.contains { [",", "\"", "\r", "\n"].contains($0) }
    return needsQuotes ? "\"" + field.replacing("\"", with: "\"\"") + "\"" : field
  }
}
