/// A line of a journal: a check over the rest, then fields with tabs between.
///
/// A line that a crash tore, or left as zeros, fails its check.
enum JournalLine {
  static func bytes(_ fields: [[UInt8]]) -> [UInt8] {
    let rest = Array(fields.map(escape).joined(separator: [tab]))
    return Array(StableHash.text(rest).utf8) + [tab] + rest + [lineFeed]
  }

  /// The fields of a line (without its line feed); nil if it is not whole.
  static func fields(_ line: ArraySlice<UInt8>) -> [[UInt8]]? {
    guard line.count > 17, line[line.startIndex + 16] == tab else { return nil }
    let rest = line.dropFirst(17)
    guard StableHash.text(rest).utf8.elementsEqual(line.prefix(16)) else { return nil }
    let fields = rest.split(separator: tab, omittingEmptySubsequences: false).map(unescape)
    return fields.contains(nil) ? nil : fields.compactMap { $0 }
  }

  static let lineFeed = UInt8(ascii: "\n")
  private static let tab = UInt8(ascii: "\t")
  private static let percent = UInt8(ascii: "%")

  /// Control characters and the per cent sign become `%NN`.
  private static func escape(_ field: [UInt8]) -> [UInt8] {
    guard field.contains(where: needsEscape) else { return field }
    return field.flatMap { needsEscape($0) ? [percent] + Array(hexadecimal($0).utf8) : [$0] }
  }

  private static func needsEscape(_ byte: UInt8) -> Bool { byte < 0x20 || byte == 0x7F || byte == percent }

  private static func hexadecimal(_ byte: UInt8) -> String {
    (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
  }

  private static func unescape(_ field: ArraySlice<UInt8>) -> [UInt8]? {
    guard field.contains(percent) else { return Array(field) }
    var bytes: [UInt8] = []
    var rest = field
    while let byte = rest.popFirst() {
      guard byte == percent else {
        bytes.append(byte)
        continue
      }
      guard rest.count >= 2, let code = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
      else {
        return nil
      }
      bytes.append(code)
      rest = rest.dropFirst(2)
    }
    return bytes
  }
}
