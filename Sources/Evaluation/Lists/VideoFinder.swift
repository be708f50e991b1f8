import FoundationEssentials
import Glibc
import R2P1DVideo

import struct SystemPackage.Errno

/// The videos below a folder, at any depth, in the order of their names' bytes; hidden ones are skipped.
struct VideoFinder {
  private(set) var videos: [BytePath] = []
  private(set) var notes: [String] = []

  /// Whether a folder below that cannot be read is skipped; else it is an error.
  var skipsUnreadable = false

  /// Deeper than any data set lies; a link that leads back ends here.
  private static let deepest = 12
  /// More than any data set has.
  private static let most = 10_000_000

  mutating func walk(_ folder: BytePath, depth: Int = 0) throws(ClassifierError) {
    let names: [BytePath]
    do throws(Errno) {
      names = try folder.entries()
    } catch {
      guard skipsUnreadable, depth > 0 else {
        throw .list(folder, cause: "cannot be read: \(error.reason)")
      }
      notes.append("\(folder.printable) cannot be read and was skipped: \(error.reason)")
      return
    }
    for name in names where name.bytes.first != UInt8(ascii: ".") {
      let path = folder.appending(name)
      if name.isVideoName, !path.isFolder {
        guard videos.count < Self.most else { throw .list(folder, cause: "holds more than 10000000 videos") }
        videos.append(path)
      } else if path.isFolder {
        guard depth < Self.deepest else {
          notes.append("\(path.printable) lies too deep and was skipped")
          continue
        }
        try walk(path, depth: depth + 1)
      }
    }
  }
}
