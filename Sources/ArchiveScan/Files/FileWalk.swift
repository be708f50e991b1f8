import FoundationEssentials
import Glibc
import R2P1DVideo

/// Finds the files below paths, always in the same order.
///
/// A folder is walked, its entries in the order of their bytes; what is hidden (`.name`) in it is skipped,
/// links are followed, and a link that leads back to a folder it lies in is not. A file that is named itself
/// is always taken.
package struct FileWalk: Sendable {
  /// Takes every file in a folder, not only those whose name ends as a video's does.
  package var takesAll = false
  /// Files never to take from a folder: the scan's own.
  package var excluded: [BytePath] = [] {
    didSet { own = Set(excluded.compactMap(\.status).map(FileIdentity.init)) }
  }

  /// Whether a file in a folder is one that a scan makes of another.
  package var isSidecar: @Sendable (BytePath) -> Bool = { _ in false }

  /// Folders that could not be read, and why.
  package private(set) var unreadable: [(folder: BytePath, cause: String)] = []
  private var own: Set<FileIdentity> = []

  package init() {}

  /// A file as it is found: nil for its stamp where there is none.
  package typealias Found = (path: BytePath, stamp: FileStamp?)

  /// Calls `body` with what is found at `path`.
  package mutating func visit<E: Error>(
    _ path: BytePath, _ body: (Found) throws(E) -> Void
  ) throws(E) {
    let status = path.status
    if let status, status.st_mode & S_IFMT == S_IFDIR {
      try walk(path, above: [FileIdentity(status)], body)
    } else {
      try body((path, status.map(FileStamp.init)))
    }
  }

  /// `above`: the folder itself and those that it was reached through.
  private mutating func walk<E: Error>(
    _ folder: BytePath, above: Set<FileIdentity>, _ body: (Found) throws(E) -> Void
  ) throws(E) {
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
        if !isOwn && (takesAll || name.isVideoName) && !isSidecar(path) {
          try body((path, status.map(FileStamp.init)))
        }
        continue
      }
      let identity = FileIdentity(status)
      if !above.contains(identity) { try walk(path, above: above.union([identity]), body) }
    }
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
