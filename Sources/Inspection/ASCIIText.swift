/// Text for a font that has ASCII alone.
enum ASCIIText {
  /// `text` without accents, typographic signs as those of a typewriter; every other character that the font
  /// lacks is one `missing`.
  static func plain(_ text: String) -> String {
    text.reduce(into: "") { plain, character in
      if character.isASCII {
        plain += character.isNewline ? " " : String(character)
      } else {
        plain += substitutes[character] ?? String(missing)
      }
    }
  }

  /// Drawn as a box.
  static let missing: Character = "\u{FFFD}"

  /// Whether something of `text` cannot be shown.
  static func isIncomplete(_ text: String) -> Bool { plain(text).contains(missing) }

  /// A letter with an accent equals, as a `Character`, the letter and the accent one after the other.
  private static let substitutes: [Character: String] = {
    var all: [Character: String] = [
      "ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L",
      "đ": "d", "Đ": "D", "ı": "i", "’": "'", "‘": "'", "“": "\"", "”": "\"", "–": "-", "—": "-", "…": "...",
      "×": "x", "·": "|", "\u{A0}": " ",
    ]
    let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    // Grave, acute, circumflex, tilde, macron, breve, dot, diaeresis, ring, double acute, caron, comma below,
    // cedilla, ogonek.
    let accents =
      "\u{300}\u{301}\u{302}\u{303}\u{304}\u{306}\u{307}\u{308}\u{30A}\u{30B}\u{30C}\u{326}\u{327}\u{328}"
    for letter in letters {
      for accent in accents.unicodeScalars {
        let text = String(letter) + String(accent)
        if text.count == 1 { all[Character(text)] = String(letter) }
      }
    }
    return all
  }()
}
