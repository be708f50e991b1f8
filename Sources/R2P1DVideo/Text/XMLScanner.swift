/// The elements of an XML file, one by one: as much of XML as annotation files and XMP use. Entities of a
/// document's own are refused, and nothing is ever opened.
///
/// Foundation's XMLParser would bring the whole of Foundation, which the program does without, into the
/// binary.
package struct XMLScanner {
  package enum Event: Equatable {
    case open(String, [String: String])
    case close(String)
    case text(String)
  }

  /// Why a file is no XML of this kind.
  package struct Damage: Error {
    package let cause: String

    package init(cause: String) { self.cause = cause }
  }

  private let bytes: [UInt8]
  /// Where in the file the event ends that came last; one that was opened and closed at once ends twice.
  package private(set) var place = 0
  private var line = 1
  /// An element that was opened and closed at once.
  private var pendingClose: String?
  private var depth = 0

  private static let deepest = 64
  private static let mostAttributes = 64

  package init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The next event; nil at the end.
  package mutating func next() throws(Damage) -> Event? {
    if let name = pendingClose {
      pendingClose = nil
      return .close(name)
    }
    while place < bytes.count {
      guard bytes[place] == UInt8(ascii: "<") else { return .text(try text()) }
      if starts("<!--") {
        try skip(past: "-->")
      } else if starts("<?") {
        try skip(past: "?>")
      } else if starts("<![CDATA[") {
        let from = place + 9
        try skip(past: "]]>")
        return .text(String(decoding: bytes[from..<(place - 3)], as: UTF8.self))
      } else if starts("<!") {
        throw damage("a document type, which is not read")
      } else {
        return try tag()
      }
    }
    guard depth == 0 else { throw damage("the file ends within an element") }
    return nil
  }

  private func damage(_ cause: String) -> Damage {
    let line = bytes.prefix(place).count { $0 == UInt8(ascii: "\n") } + 1
    return Damage(cause: "line \(line): \(cause)")
  }

  private func starts(_ text: StaticString) -> Bool {
    bytes[place...].starts(with: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  private mutating func skip(past end: String) throws(Damage) {
    let end = Array(end.utf8)
    var from = place
    while from + end.count <= bytes.count {
      if bytes[from] == end[0], bytes[from..<(from + end.count)].elementsEqual(end) {
        place = from + end.count
        return
      }
      from += 1
    }
    throw damage("'\(String(decoding: end, as: UTF8.self))' is missing")
  }

  private mutating func text() throws(Damage) -> String {
    let from = place
    while place < bytes.count, bytes[place] != UInt8(ascii: "<") { place += 1 }
    return try decoded(bytes[from..<place])
  }

  private mutating func tag() throws(Damage) -> Event {
    place += 1
    let closes = place < bytes.count && bytes[place] == UInt8(ascii: "/")
    if closes { place += 1 }
    let name = try name()
    var attributes: [String: String] = [:]
    while true {
      skipBlanks()
      guard place < bytes.count else { throw damage("the file ends within <\(name)>") }
      if bytes[place] == UInt8(ascii: ">") {
        place += 1
        break
      }
      if bytes[place] == UInt8(ascii: "/"), place + 1 < bytes.count, bytes[place + 1] == UInt8(ascii: ">") {
        place += 2
        pendingClose = name
        return .open(name, attributes)
      }
      guard attributes.count < Self.mostAttributes else { throw damage("<\(name)> has too many attributes") }
      let (key, value) = try attribute()
      attributes[key] = value
    }
    depth += closes ? -1 : 1
    guard (0...Self.deepest).contains(depth) else {
      throw damage("<\(name)> is nested too deep, or not opened")
    }
    return closes ? .close(name) : .open(name, attributes)
  }

  private mutating func attribute() throws(Damage) -> (String, String) {
    let key = try name()
    skipBlanks()
    guard place < bytes.count, bytes[place] == UInt8(ascii: "=") else {
      throw damage("'\(key)' has no value")
    }
    place += 1
    skipBlanks()
    guard place < bytes.count, [UInt8(ascii: "\""), UInt8(ascii: "'")].contains(bytes[place]) else {
      throw damage("the value of '\(key)' is not in quotes")
    }
    let quote = bytes[place]
    let from = place + 1
    guard let end = bytes[from...].firstIndex(of: quote) else {
      throw damage("the value of '\(key)' does not end")
    }
    place = end + 1
    return (key, try decoded(bytes[from..<end]))
  }

  private mutating func name() throws(Damage) -> String {
    let from = place
    while place < bytes.count, !bytes[place].isBlank, !"\n<>=/'\"".utf8.contains(bytes[place]) { place += 1 }
    guard place > from, place - from <= 256 else { throw damage("a name is missing, or too long") }
    return BytePath(bytes: bytes[from..<place]).printable
  }

  private mutating func skipBlanks() {
    while place < bytes.count, bytes[place].isBlank || bytes[place] == UInt8(ascii: "\n") { place += 1 }
  }

  /// Text with its entities replaced: the five of XML, and characters by their numbers.
  private func decoded(_ bytes: ArraySlice<UInt8>) throws(Damage) -> String {
    let text = String(decoding: bytes, as: UTF8.self)
    guard bytes.contains(UInt8(ascii: "&")) else { return text }
    var result = ""
    var rest = text[...]
    while let mark = rest.firstIndex(of: "&") {
      result += rest[..<mark]
      guard let end = rest[mark...].prefix(12).firstIndex(of: ";"),
        let character = Self.character(rest[rest.index(after: mark)..<end])
      else { throw damage("an entity that XML does not have") }
      result.unicodeScalars.append(character)
      rest = rest[rest.index(after: end)...]
    }
    return result + rest
  }

  private static func character(_ entity: Substring) -> Unicode.Scalar? {
    switch entity {
    case "lt": return "<"
    case "gt": return ">"
    case "amp": return "&"
    case "quot": return "\""
    case "apos": return "'"
    default:
      guard entity.hasPrefix("#") else { return nil }
      let digits = entity.dropFirst()
      let code = digits.hasPrefix("x") ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
      return code.flatMap(Unicode.Scalar.init)
    }
  }
}

extension UInt8 {
  /// A space, a tab or a carriage return.
  package var isBlank: Bool { self == 0x20 || self == 0x09 || self == 0x0D }
}
