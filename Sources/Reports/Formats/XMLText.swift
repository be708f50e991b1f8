import R2P1DVideo

/// Text on its way into XML 1.0.
enum XMLText {
  /// `text` for text and for quoted attributes; what XML cannot hold is as in `holdable`.
  static func escape(_ text: String) -> String {
    holdable(text).unicodeScalars.reduce(into: "") { escaped, scalar in
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "\t", "\n", "\r": escaped += "&#\(scalar.value);"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
  }

  /// Line breaks and tabs stay what they are; the other control characters, and what is no character in XML,
  /// are written `\xNN`.
  static func holdable(_ text: String) -> String {
    text.unicodeScalars.reduce(into: "") { held, scalar in
      switch scalar {
      case "\t", "\n", "\r": held.unicodeScalars.append(scalar)
      case "\u{FFFE}", "\u{FFFF}":
        held += String(scalar).utf8.map { "\\x" + String($0, radix: 16, uppercase: true) }.joined()
      default: held += BytePath(String(scalar)).printable
      }
    }
  }
}
