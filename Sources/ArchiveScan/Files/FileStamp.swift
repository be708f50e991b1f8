import FoundationEssentials
import Glibc
import R2P1DVideo

/// Tells one content of a file from a later one: its size and when it was last changed.
package struct FileStamp: Sendable, Hashable {
  /// Bytes; −1 where there is no file.
  package let size: Int64
  /// Nanoseconds since 1970.
  package let modified: Int64

  package static let absent = FileStamp(size: -1, modified: 0)

  package init(size: Int64, modified: Int64) {
    (self.size, self.modified) = (size, modified)
  }

  /// What a path leads to now, links followed.
  package init(of path: BytePath) {
    self = path.status.map(FileStamp.init) ?? .absent
  }

  init(_ status: stat) {
    size = Int64(status.st_size)
    modified = Int64(status.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(status.st_mtim.tv_nsec)
  }
}

extension BytePath {
  /// What the operating system says of the file that this path leads to; nil where it leads to none.
  var status: stat? {
    var status = stat()
    let found = !bytes.contains(0) && withCString { stat($0, &status) } == 0
    return found ? status : nil
  }
}

/// What makes a file itself, whatever it is called.
struct FileIdentity: Hashable {
  let device: UInt64
  let number: UInt64

  init(_ status: stat) {
    device = UInt64(status.st_dev)
    number = UInt64(status.st_ino)
  }
}
