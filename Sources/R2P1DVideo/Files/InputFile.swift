import Glibc
import SystemPackage

/// An open file that is read from its start to its end; closed when it is no longer used.
package struct InputFile: ~Copyable, Sendable {
  private let descriptor: FileDescriptor
  private let closes: Bool

  package init(_ path: BytePath) throws(Errno) {
    descriptor = try .open(path, .readOnly)
    closes = true
  }

  /// Standard input, which stays open.
  package init(standardInput: Void) {
    (descriptor, closes) = (.standardInput, false)
  }

  deinit { if closes { try? descriptor.close() } }

  /// The next `limit` bytes; fewer at the end, and none after it.
  package func read(upTo limit: Int) throws(Errno) -> [UInt8] { try descriptor.read(upTo: limit) }

  /// Whether there is something to read, or an end, within so many milliseconds.
  package func isReady(within milliseconds: Int32) -> Bool {
    var place = pollfd(fd: descriptor.rawValue, events: Int16(POLLIN), revents: 0)
    return poll(&place, 1, milliseconds) > 0
  }

  /// As many of the next `limit` bytes as are there, and at least one, which is waited for; none at the end.
  package func readAvailable(upTo limit: Int) throws(Errno) -> [UInt8] {
    try descriptor.readAvailable(upTo: limit)
  }
}
