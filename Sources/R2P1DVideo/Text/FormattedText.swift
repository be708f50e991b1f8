import Glibc

// What Foundation has for these would bring ICU's data along, which is half of the program.

extension String {
  /// Numbers as C's `printf` writes them: `String(format: "%.1f s", 2.0)`. At most 255 bytes.
  package init(format: String, _ arguments: any CVarArg...) {
    self = withVaList(arguments) { list in
      withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { text in
        vsnprintf(text.baseAddress!, text.count, format, list)
        return String(cString: text.baseAddress!)
      }
    }
  }

  /// The text without white space at its ends, nor any of the characters in `more`.
  package func trimmed(_ more: Set<Character> = []) -> String {
    let isOuter = { (character: Character) in character.isWhitespace || more.contains(character) }
    var rest = self[...]
    while let first = rest.first, isOuter(first) { rest.removeFirst() }
    while let last = rest.last, isOuter(last) { rest.removeLast() }
    return String(rest)
  }
}
