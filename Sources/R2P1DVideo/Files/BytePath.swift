import FoundationEssentials
import Glibc

/// A path as the operating system holds it: bytes, which need not be UTF-8.
public struct BytePath: Sendable, Hashable, ExpressibleByStringLiteral {
  /// The path's bytes, without a closing zero.
  public let bytes: [UInt8]

  public init(bytes: some Sequence<UInt8>) {
    self.bytes = Array(bytes)
  }

  public init(_ path: String) {
    self.init(bytes: path.utf8)
  }

  public init(stringLiteral path: String) {
    self.init(path)
  }

  /// Whether the bytes are UTF-8, so that `string` is the path itself.
  public var isUTF8: Bool { String(validating: bytes, as: UTF8.self) != nil }

  /// The path as text; each byte that is not UTF-8 is written `\xNN`.
  public var string: String {
    String(validating: bytes, as: UTF8.self) ?? Self.describe(bytes)
  }

  /// An error unless this file of certificates can be read: a server would be called untrusted instead.
  func checkCertificates() throws(ClassifierError) {
    guard withCString({ access($0, R_OK) }) != 0 else { return }
    throw .certificates(self, cause: "no certificates can be read: \(String(cString: strerror(errno)))")
  }

  /// `string` on one line and harmless on a terminal: control characters are written `\xNN` too.
  public var printable: String {
    string.unicodeScalars.reduce(into: "") { text, scalar in
      if scalar.properties.generalCategory == .control {
        text += String(scalar).utf8.map(Self.escape).joined()
      } else {
        text.unicodeScalars.append(scalar)
      }
    }
  }

  /// The last component.
  public var name: BytePath {
    BytePath(bytes: bytes.suffix(from: bytes.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0))
  }

  /// The folder that holds the file: `.` for a bare name.
  public var folder: BytePath {
    guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == 0 ? "/" : BytePath(bytes: bytes[..<slash])
  }

  /// The last component without what follows its last dot.
  public var stem: BytePath {
    guard let dot = name.bytes.lastIndex(of: UInt8(ascii: ".")), dot > 0 else { return name }
    return BytePath(bytes: name.bytes[..<dot])
  }

  /// What follows the last component's last dot, in lower case; empty where nothing does.
  package var ending: String {
    guard let dot = name.bytes.lastIndex(of: UInt8(ascii: ".")), dot > 0 else { return "" }
    return String(decoding: name.bytes[(dot + 1)...], as: UTF8.self).lowercased()
  }

  /// The path of `name` in the folder that this path names.
  public func appending(_ name: BytePath) -> BytePath {
    BytePath(
      bytes: bytes.last == UInt8(ascii: "/") ? bytes + name.bytes : bytes + [UInt8(ascii: "/")] + name.bytes)
  }

  /// Calls `body` with the path as C wants it.
  package func withCString<R, E: Error>(_ body: (UnsafePointer<CChar>) throws(E) -> R) throws(E) -> R {
    let terminated = bytes.map { CChar(bitPattern: $0) } + [0]
    return try terminated.withUnsafeBufferPointer { (buffer) throws(E) -> R in
      try body(buffer.baseAddress!)
    }
  }

  private static func escape(_ byte: UInt8) -> String {
    "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
  }

  private static func describe(_ bytes: [UInt8]) -> String {
    pieces(of: bytes).reduce(into: "") { text, piece in
      switch piece {
      case .character(let scalar): text.unicodeScalars.append(scalar)
      case .byte(let byte): text += escape(byte)
      }
    }
  }

  /// A character in UTF-8, or a byte that belongs to none.
  package enum Piece {
    case character(Unicode.Scalar)
    case byte(UInt8)
  }

  /// What `bytes` are made of, in order.
  package static func pieces(of bytes: [UInt8]) -> [Piece] {
    var pieces: [Piece] = []
    var rest = bytes[...]
    while let first = rest.first {
      let text = (1...min(4, rest.count)).lazy
        .compactMap { String(validating: rest.prefix($0), as: UTF8.self) }.first
      pieces.append(text?.unicodeScalars.first.map(Piece.character) ?? .byte(first))
      rest = rest.dropFirst(text?.utf8.count ?? 1)
    }
    return pieces
  }
}
