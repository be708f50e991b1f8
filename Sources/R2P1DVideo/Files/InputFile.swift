import Glibc

/// An open file that is read from its start to its end; closed when it is no longer used.
struct InputFile: ~Copyable {
  private let descriptor: Int32
  private let closes: Bool

  init(_ path: FilePath) throws(SystemError) {
    descriptor = path.withCString { open($0, O_RDONLY | O_CLOEXEC) }
    guard descriptor >= 0 else { throw SystemError() }
    closes = true
  }

  /// Standard input, which stays open.
  init(standardInput: Void) {
    (descriptor, closes) = (STDIN_FILENO, false)
  }

  deinit { if closes { close(descriptor) } }

  /// The next `limit` bytes; fewer at the end, and none after it.
  func read(upTo limit: Int) throws(SystemError) -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < limit {
      let piece = try next(min(limit - bytes.count, 1 << 20))
      if piece.isEmpty { break }
      bytes += piece
    }
    return bytes
  }

  private func next(_ count: Int) throws(SystemError) -> [UInt8] {
    while true {
      var failure: SystemError?
      let piece = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
        let got = Glibc.read(descriptor, buffer.baseAddress, count)
        if got < 0 { failure = SystemError() }
        filled = max(got, 0)
      }
      guard let failure else { return piece }
      if failure.code != EINTR { throw failure }
    }
  }
}
