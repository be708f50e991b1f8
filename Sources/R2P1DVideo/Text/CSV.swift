package enum CSV {
  /// The fields with commas between, ended by CR LF.
  package static func row(_ fields: [String]) -> String {
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
      case _ where character.endsLine && !isQuoted: break
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

extension Character {
  /// Whether it ends a line of a text file, as other programs read it: U+2028 and the like are part of a
  /// line.
  package var endsLine: Bool { self == "\n" || self == "\r\n" || self == "\r" }
}
