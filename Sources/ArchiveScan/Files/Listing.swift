import R2P1DVideo

/// What tells one listing from another: all files that a scan was given, before it took its share of them.
///
/// Scans of shares that saw different files leave some out, or do them twice.
package struct Listing: Sendable, Hashable {
  package private(set) var files = 0
  /// The same in whatever order the files come.
  package private(set) var hash: UInt64 = 0
  /// Folders that could not be read.
  package var unreadable = 0

  package init() {}

  init(files: Int, hash: UInt64, unreadable: Int) {
    (self.files, self.hash, self.unreadable) = (files, hash, unreadable)
  }

  /// One more file; `size` where the shares hang on it.
  mutating func add(_ path: BytePath, size: Int64? = nil) {
    var hash = StableHash(path.bytes)
    if let size { hash.add("\0\(size)".utf8) }
    files += 1
    self.hash &+= hash.value
  }
}
