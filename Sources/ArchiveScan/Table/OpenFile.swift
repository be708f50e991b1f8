import FoundationEssentials
import Glibc
import R2P1DVideo

import struct SystemPackage.Errno
import struct SystemPackage.FileDescriptor

/// A file open for reading and appending; closed, and unlocked, once.
final class OpenFile {
  let path: BytePath
  private let file: FileDescriptor

  init(
    _ path: BytePath, _ mode: FileDescriptor.AccessMode = .readWrite,
    options: FileDescriptor.OpenOptions = []
  ) throws(Errno) {
    self.path = path
    file = try .open(path, mode, options: options)
  }

  deinit { try? file.close() }

  var descriptor: Int32 { file.rawValue }

  var status: stat {
    var status = stat()
    fstat(descriptor, &status)
    return status
  }

  var size: Int { Int(status.st_size) }

  /// Whether the path still leads to this file.
  var isInPlace: Bool {
    path.status.map { FileIdentity($0) == FileIdentity(status) } ?? false
  }

  /// Whether nobody else has the lock, which is this file's from now on. Where there are no locks, nobody
  /// has.
  func lock(shared: Bool = false) -> Bool {
    // A process that was just killed may need a moment to let go.
    for _ in 0..<20 {
      if flock(descriptor, (shared ? LOCK_SH : LOCK_EX) | LOCK_NB) == 0 || errno != EWOULDBLOCK {
        return true
      }
      usleep(100_000)
    }
    return false
  }

  func read(from start: Int, count: Int) throws(Errno) -> [UInt8] {
    try file.read(from: start, count: count)
  }

  /// Appends all of `bytes`, or takes back what could be written of them.
  func append(_ bytes: [UInt8], at end: Int) throws(Errno) {
    do {
      try file.write(all: bytes, at: end)
    } catch {
      try? file.cut(to: end)
      throw error
    }
  }

  func cut(to size: Int) throws(Errno) {
    try file.cut(to: size)
  }

  /// Waits until the disk has it. A file system that cannot say so is taken at its word.
  func sync() throws(Errno) {
    guard fsync(descriptor) == 0 || errno == EINVAL || errno == EROFS else { throw Errno.last }
  }

  func move(to other: BytePath) throws(Errno) { try path.move(to: other) }
}
