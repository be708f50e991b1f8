import FoundationEssentials
import Glibc
import R2P1DVideo

/// Finds the files to scan, always in the same order.
///
/// A folder is walked, its entries in the order of their bytes; what is hidden (`.name`) in it is skipped,
/// links are followed, and a link that leads back to a folder it lies in is not. A file that is named itself
/// is always taken.
package struct FileFinder {
  /// Takes every file in a folder, not only those whose name ends as a video's does.
  package var takesAll = false
  package var shard: Shard?
  /// Files never to take: the scan's own.
  package var excluded: [BytePath] = []
  /// Whether a file in a folder is one that a scan makes of another.
  package var isSidecar: (BytePath) -> Bool = { _ in false }

  package private(set) var files: [BytePath] = []
  /// Folders that could not be read, and why.
  package private(set) var unreadable: [(folder: BytePath, cause: String)] = []

  private var seen: Set<BytePath> = []
  private var own: Set<FileIdentity> = []

  package init() {}

  /// Adds what is found at each of `paths`, a file only once.
  package mutating func find(_ paths: [BytePath]) {
    own = Set(excluded.compactMap(\.status).map(FileIdentity.init))
    for path in paths {
      if let status = path.status, status.st_mode & S_IFMT == S_IFDIR {
        walk(path, above: [FileIdentity(status)])
      } else {
        add(path)
      }
    }
  }

  /// `above`: the folder itself and those that it was reached through.
  private mutating func walk(_ folder: BytePath, above: Set<FileIdentity>) {
    let names: [BytePath]
    do {
      names = try folder.entries()
    } catch {
      unreadable.append((folder, "cannot be read: \(error.reason)"))
      return
    }
    for name in names where name.bytes.first != UInt8(ascii: ".") {
      let path = folder.appending(name)
      let status = path.status
      guard let status, status.st_mode & S_IFMT == S_IFDIR else {
        let isOwn = status.map { own.contains(FileIdentity($0)) } ?? false
        if !isOwn && (takesAll || name.isVideoName) && !isSidecar(path) { add(path) }
        continue
      }
      let identity = FileIdentity(status)
      if !above.contains(identity) { walk(path, above: above.union([identity])) }
    }
  }

  private mutating func add(_ path: BytePath) {
    guard shard?.contains(path) ?? true, seen.insert(path).inserted else { return }
    files.append(path)
  }
}

extension BytePath {
  /// Directory-traversal order: component by component, each by its bytes.
  package func isWalkedBefore(_ other: BytePath) -> Bool {
    let slash = UInt8(ascii: "/")
    return bytes.lexicographicallyPrecedes(other.bytes) { left, right in
      left != right && (left == slash || right != slash && left < right)
    }
  }
}
