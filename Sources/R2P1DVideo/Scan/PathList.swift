import Foundation

/// Paths from a list: one a line, or with a zero byte behind each, as `find -print0` writes them.
package enum PathList {
  /// The paths in the file at `path`; `-` is standard input.
  package static func read(_ path: FilePath, zeroSeparated: Bool) throws(ClassifierError) -> [FilePath] {
    let data: Data
    do {
      let file = try path == "-" ? .standardInput : path.openForReading()
      data = try file.readToEnd() ?? Data()
    } catch let error as SystemError {
      throw .list(path, cause: "cannot be read: \(error)")
    } catch {
      throw .list(path, cause: "cannot be read: \(error.localizedDescription)")
    }
    return paths(in: data, zeroSeparated: zeroSeparated)
  }

  /// Empty entries are none; a line may end as on Windows.
  package static func paths(in data: Data, zeroSeparated: Bool) -> [FilePath] {
    let parts = data.split(separator: zeroSeparated ? 0 : UInt8(ascii: "\n"))
    let paths = parts.map { part in
      !zeroSeparated && part.last == UInt8(ascii: "\r")
        ? FilePath(bytes: part.dropLast()) : FilePath(bytes: part)
    }
    return paths.filter { !$0.bytes.isEmpty }
  }
}
