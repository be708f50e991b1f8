import ArgumentParser
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

  /// Refuses what begins with a dash and is a file here: several letters behind one dash may be options, and
  /// one of them the one that prints help and does nothing else.
  static func checkDashes(_ arguments: [String]) throws {
    for argument in arguments.prefix(while: { $0 != "--" })
    where argument.hasPrefix("-") && !argument.hasPrefix("--") && argument.count > 2 {
      let path = BytePath(bytes: bytes(argument))
      guard path.isFile else { continue }
      throw ValidationError("\(argument) begins as options do: write ./\(argument)")
    }
  }

  private static func standIn(_ byte: UInt8) -> String {
    Unicode.Scalar(base + UInt32(byte)).map(String.init) ?? ""
  }

  private static func byte(_ scalar: Unicode.Scalar) -> UInt8? {
    scalar.value & ~0xFF == base ? UInt8(scalar.value & 0xFF) : nil
  }
}
