import FoundationEssentials
import R2P1DVideo

/// What a clip's file is called: `movie.0001.00-01-02.345.pan right.mp4`, so that names sort by time.
package struct ClipName: Sendable {
  private let stem: BytePath
  private let ending: String
  private let numberDigits, hourDigits: Int

  /// As many bytes as a file's name may have.
  private static let mostBytes = 255
  /// What a label keeps at least, however long the video's name.
  private static let leastOfLabel = 60

  /// For `count` clips of the video `file`, none of which begins after `last` seconds; `ending` has its dot.
  package init(of file: BytePath, ending: String, count: Int, last: Rational) {
    stem = BytePath(bytes: Self.harmless(file.sourceName.stem.bytes, fallback: "video"))
    self.ending = ending
    numberDigits = max(4, "\(count)".count)
    hourDigits = max(2, "\(Int(last.double) / 3600)".count)
  }

  /// The name of clip number `number`, from 1, which begins at `start` in the video.
  package func name(_ number: Int, at start: Rational, label: String) -> BytePath {
    let clock = start.fileClock(hourDigits: hourDigits)
    let middle = Array(".\(Self.padded(number, numberDigits)).\(clock).".utf8)
    let rest = Self.mostBytes - middle.count - ending.utf8.count
    let label = Self.harmless(label.utf8, fallback: "_")
    let shortStem = Self.shortened(stem.bytes, to: max(rest - label.count, rest - Self.leastOfLabel, 1))
    let shortLabel = Self.shortened(label, to: rest - shortStem.count)
    return BytePath(bytes: shortStem + middle + shortLabel + ending.utf8)
  }

  static func padded(_ number: Int, _ digits: Int) -> String {
    let text = "\(number)"
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }

  /// What every file system takes as a part of a name: no separators, no characters that some programs or
  /// systems give a meaning, no point or hyphen at the start.
  static func harmless(_ text: some Sequence<UInt8>, fallback: String) -> [UInt8] {
    var bytes: [UInt8] = []
    for piece in BytePath.pieces(of: Array(text)) {
      switch piece {
      case .byte(let byte): bytes.append(byte)
      case .character(let scalar):
        bytes += isHarmless(scalar) ? Array(String(scalar).utf8) : [UInt8(ascii: "_")]
      }
    }
    let first = bytes.prefix { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") }
    bytes.replaceSubrange(..<first.count, with: Array(repeating: UInt8(ascii: "_"), count: first.count))
    return bytes.isEmpty ? Array(fallback.utf8) : bytes
  }

  private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
    let kinds: [Unicode.GeneralCategory] = [.control, .format, .lineSeparator, .paragraphSeparator]
    return !"/\\:*?\"<>|".unicodeScalars.contains(scalar)
      && !kinds.contains(scalar.properties.generalCategory)
      && !scalar.properties.isWhitespace
  }

  /// The first characters, of at most so many bytes.
  private static func shortened(_ bytes: [UInt8], to count: Int) -> [UInt8] {
    guard bytes.count > count else { return bytes }
    var end = max(count, 0)
    // Within a character of UTF-8 its later bytes are 10xxxxxx.
    while end > 0, bytes[end] & 0xC0 == 0x80, count - end < 4 { end -= 1 }
    return Array(bytes[..<end])
  }
}

extension BytePath {
  /// The name of a file, or that in an address, without what is asked of the server behind it.
  var sourceName: BytePath {
    guard string.contains("://") else { return name }
    return BytePath(bytes: bytes.prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }).name
  }
}

extension Rational {
  /// `00-01-02.345`: a clock without what file systems refuse.
  fileprivate func fileClock(hourDigits: Int) -> String {
    let milliseconds = rounded(perSecond: 1000)
    let seconds = milliseconds / 1000
    let fields =
      [ClipName.padded(seconds / 3600, hourDigits)]
      + [seconds / 60 % 60, seconds % 60].map { ClipName.padded($0, 2) }
    return fields.joined(separator: "-") + "." + ClipName.padded(milliseconds % 1000, 3)
  }
}
