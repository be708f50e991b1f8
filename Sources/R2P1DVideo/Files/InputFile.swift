import SystemPackage

/// An open file that is read from its start to its end; closed when it is no longer used.
package struct InputFile: ~Copyable {
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

  /// As many of the next `limit` bytes as are there, and at least one, which is waited for; none at the end.
  package func readAvailable(upTo limit: Int) throws(Errno) -> [UInt8] {
    try descriptor.readAvailable(upTo: limit)
  }
}
