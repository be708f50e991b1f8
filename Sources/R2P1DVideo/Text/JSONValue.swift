/// A value of JSON, as it is written: whole numbers without a fraction, real ones always with one.
///
/// Readers that find out a column's type by looking at its first rows (DuckDB, pandas) would take a column of
/// reals that begins with `30` for one of integers, and round the rest. Foundation's encoder writes 30.0 as
/// `30`.
package enum JSONValue: Equatable, Sendable {
  case null
  case bool(Bool)
  /// A number as JSON spells it.
  case number(String)
  case string(String)
  case array([JSONValue])
  /// Written in the alphabetical order of its keys, so that the same value is the same text.
  case object([String: JSONValue])
}

extension JSONValue: ExpressibleByStringLiteral {
  package init(stringLiteral value: String) { self = .string(value) }
}

extension JSONValue {
  package static func integer(_ value: some BinaryInteger) -> JSONValue { .number("\(value)") }

  /// The fewest digits that mean `value`, at least one of them after a point; null for what is no number in
  /// JSON.
  package static func real(_ value: some BinaryFloatingPoint & CustomStringConvertible) -> JSONValue {
    guard value.isFinite else { return .null }
    let text = value.description
    // Swift's `1e-09` has no fraction.
    guard !text.contains("."), let exponent = text.firstIndex(of: "e") else { return .number(text) }
    return .number(text[..<exponent] + ".0" + text[exponent...])
  }
}

extension JSONValue {
  /// The text, on one line or, if `pretty`, a line for each element.
  package func text(pretty: Bool) -> String {
    var text = ""
    write(to: &text, indentation: pretty ? "\n" : nil)
    return text
  }

  /// `indentation` is what a new line at this depth begins with, the line feed included; nil for one line in
  /// all.
  private func write(to text: inout String, indentation: String?) {
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .number(let digits): text += digits
    case .string(let value): Self.quote(value, to: &text)
    case .array(let values):
      Self.list(values, "[", "]", to: &text, indentation) { $0.write(to: &$1, indentation: $2) }
    case .object(let values):
      Self.list(values.sorted { $0.key < $1.key }, "{", "}", to: &text, indentation) {
        entry, text, indentation in
        Self.quote(entry.key, to: &text)
        text += indentation == nil ? ":" : " : "
        entry.value.write(to: &text, indentation: indentation)
      }
    }
  }

  private static func list<Element>(
    _ elements: [Element], _ open: String, _ close: String, to text: inout String, _ indentation: String?,
    write: (Element, inout String, String?) -> Void
  ) {
    let inner = elements.isEmpty ? nil : indentation.map { $0 + "  " }
    text += open
    for (number, element) in elements.enumerated() {
      if number > 0 { text += "," }
      text += inner ?? ""
      write(element, &text, inner)
    }
    if inner != nil { text += indentation ?? "" }
    text += close
  }

  private static func quote(_ string: String, to text: inout String) {
    text += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case "\u{0}"..<" ":
        let code = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - code.count) + code
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}
