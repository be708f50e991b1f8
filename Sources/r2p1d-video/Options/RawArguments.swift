import FoundationEssentials
import Glibc
import R2P1DVideo

/// The process's arguments as strings that lose no byte, though a path need not be UTF-8.
///
/// A byte 0xNN that is no UTF-8 becomes the private-use character U+10F7NN on the way into the argument
/// parser, and that byte again on the way out. Those characters themselves, should one be in a name, go the
/// same way byte by byte.
enum RawArguments {
  private static let base: UInt32 = 0x10F700

  /// The arguments after the program's name.
  static func ofProcess() -> [String] {
    (1..<max(Int(CommandLine.argc), 1)).compactMap { index in
      CommandLine.unsafeArgv[index].map {
        text(UnsafeRawBufferPointer(start: $0, count: strlen($0)).map(\.self))
      }
    }
  }

  /// The string that stands for `bytes`.
  static func text(_ bytes: [UInt8]) -> String {
    BytePath.pieces(of: bytes).reduce(into: "") { text, piece in
      switch piece {
      case .character(let scalar) where byte(scalar) == nil: text.unicodeScalars.append(scalar)
      case .character(let scalar): text += String(scalar).utf8.map(standIn).joined()
      case .byte(let byte): text += standIn(byte)
      }
    }
  }

  /// The bytes that `text` stands for.
  static func bytes(_ text: String) -> [UInt8] {
    text.unicodeScalars.flatMap { scalar in byte(scalar).map { [$0] } ?? Array(String(scalar).utf8) }
  }

  /// A message that quotes arguments, with the bytes in it made readable.
  static func printable(_ text: String) -> String {
    BytePath(bytes: bytes(text)).printable
  }

  private static func standIn(_ byte: UInt8) -> String {
    Unicode.Scalar(base + UInt32(byte)).map(String.init) ?? ""
  }

  private static func byte(_ scalar: Unicode.Scalar) -> UInt8? {
    scalar.value & ~0xFF == base ? UInt8(scalar.value & 0xFF) : nil
  }
}
