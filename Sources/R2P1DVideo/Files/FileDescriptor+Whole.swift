import Glibc
import SystemPackage

// swift-system's calls, which go on after a signal, with errors of the one type that they have.

extension FileDescriptor {
  package static func open(
    _ path: BytePath, _ mode: AccessMode, options: OpenOptions = []
  ) throws(Errno) -> FileDescriptor {
    try path.withCString { (path) throws(Errno) in
      try errno {
        try open(
          path, mode, options: options.union(.closeOnExec), permissions: FilePermissions(rawValue: 0o666))
      }
    }
  }

  /// Writes all of `bytes`.
  package func write(all bytes: UnsafeRawBufferPointer) throws(Errno) {
    try Self.errno { _ = try writeAll(bytes) }
  }

  /// Writes all of `bytes` from `offset` on, wherever the descriptor stands.
  package func write(all bytes: [UInt8], at offset: Int) throws(Errno) {
    try Self.errno { _ = try writeAll(toAbsoluteOffset: Int64(offset), bytes) }
  }

  /// The next `limit` bytes; fewer at the end, and none after it.
  package func read(upTo limit: Int) throws(Errno) -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < limit {
      let piece = try Self.bytes(min(limit - bytes.count, 1 << 20)) { try read(into: $0) }
      if piece.isEmpty { break }
      bytes += piece
    }
    return bytes
  }

  /// As many of the next `limit` bytes as are there, and at least one, which is waited for; none at the end.
  package func readAvailable(upTo limit: Int) throws(Errno) -> [UInt8] {
    try Self.bytes(limit) { try read(into: $0) }
  }

  /// `count` bytes from `offset` on, wherever the descriptor stands; fewer where the file ends before.
  package func read(from offset: Int, count: Int) throws(Errno) -> [UInt8] {
    try Self.bytes(count) { buffer in
      var filled = 0
      while filled < count {
        let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
        let got = try read(fromAbsoluteOffset: Int64(offset + filled), into: rest)
        if got == 0 { break }
        filled += got
      }
      return filled
    }
  }

  package func cut(to size: Int) throws(Errno) {
    try Self.errno { try resize(to: Int64(size)) }
  }

  private static func bytes(
    _ count: Int, _ fill: (UnsafeMutableRawBufferPointer) throws -> Int
  ) throws(Errno) -> [UInt8] {
    try errno {
      try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
        filled = try fill(UnsafeMutableRawBufferPointer(buffer))
      }
    }
  }

  private static func errno<R>(_ body: () throws -> R) throws(Errno) -> R {
    do {
      return try body()
    } catch {
      throw error as? Errno ?? .ioError
    }
  }
}

extension Errno {
  /// That of the call before.
  package static var last: Errno { Errno(rawValue: Glibc.errno) }

  /// The system's own word for the cause, as "no such file or directory".
  package var reason: String {
    let text = description
    return text.prefix(1).lowercased() + text.dropFirst()
  }
}
