/// Text on its way into XML 1.0.
enum XMLText {
  /// For text and for quoted attributes. Line breaks and tabs stay what they are; the other control characters
  /// and what is no character in XML are written `\xNN`.
  static func escape(_ text: String) -> String {
    text.unicodeScalars.reduce(into: "") { escaped, scalar in
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "\t", "\n", "\r": escaped += "&#\(scalar.value);"
      case "\u{FFFE}", "\u{FFFF}":
        escaped += String(scalar).utf8.map { "\\x" + String($0, radix: 16, uppercase: true) }.joined()
      default: escaped += BytePath(String(scalar)).printable
      }
    }
  }
}
