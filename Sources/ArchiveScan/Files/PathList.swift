import FoundationEssentials
import Glibc
import R2P1DVideo

/// Paths from a list: one per line, or with a zero byte behind each, as `find -print0` writes them.
package enum PathList {
  /// The paths in the file at `path`; `-` is standard input.
  package static func read(_ path: BytePath, zeroSeparated: Bool) throws(ClassifierError) -> [BytePath] {
    let data: [UInt8]
    do {
      let file = try path == "-" ? InputFile(standardInput: ()) : InputFile(path)
      data = try file.read(upTo: .max)
    } catch {
      throw .list(path, cause: "cannot be read: \(error.reason)")
    }
    if !zeroSeparated, isUTF16(data) {
      throw .list(path, cause: "is in UTF-16; save it as UTF-8, one path a line")
    }
    return paths(in: data, zeroSeparated: zeroSeparated)
  }

  /// Empty entries are none; lines may begin with a byte order mark and end as on Windows.
  package static func paths(in data: [UInt8], zeroSeparated: Bool) -> [BytePath] {
    if zeroSeparated { return data.split(separator: 0).map { BytePath(bytes: $0) } }
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let lines = data.dropFirst(data.starts(with: mark) ? mark.count : 0).split(
      separator: UInt8(ascii: "\n"))
    let paths = lines.map { BytePath(bytes: $0.last == UInt8(ascii: "\r") ? $0.dropLast() : $0) }
    return paths.filter { !$0.bytes.isEmpty }
  }

  /// Whether the list is what Windows calls Unicode: no path of it would be found.
  private static func isUTF16(_ data: [UInt8]) -> Bool {
    data.starts(with: [0xFF, 0xFE]) || data.starts(with: [0xFE, 0xFF])
  }
}
