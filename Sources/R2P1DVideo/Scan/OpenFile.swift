import FoundationEssentials
import Glibc

/// A file open for reading and appending; closed, and unlocked, once.
final class OpenFile {
  let path: FilePath
  let descriptor: Int32

  init(_ path: FilePath, flags: Int32) throws(SystemError) {
    self.path = path
    descriptor = path.withCString { open($0, flags | O_CLOEXEC, 0o666) }
    guard descriptor >= 0 else { throw SystemError() }
  }

  deinit { close(descriptor) }

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

  /// Whether nobody else has the lock, which is this file's from now on. Where there are no locks, nobody has.
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

  func read(from start: Int, count: Int) throws(SystemError) -> [UInt8] {
    var failure: SystemError?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count {
        let got = pread(descriptor, buffer.baseAddress! + filled, count - filled, off_t(start + filled))
        if got < 0 && errno == EINTR { continue }
        if got < 0 { failure = SystemError() }
        guard got > 0 else { return }
        filled += got
      }
    }
    if let failure { throw failure }
    return bytes
  }

  /// Appends all of `bytes`, or takes back what could be written of them.
  func append(_ bytes: [UInt8], at end: Int) throws(SystemError) {
    var done = 0
    while done < bytes.count {
      let written = bytes.withUnsafeBytes {
        pwrite(descriptor, $0.baseAddress! + done, bytes.count - done, off_t(end + done))
      }
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else {
        let error = SystemError(written < 0 ? errno : EIO)
        ftruncate(descriptor, off_t(end))
        throw error
      }
      done += written
    }
  }

  func cut(to size: Int) throws(SystemError) {
    guard ftruncate(descriptor, off_t(size)) == 0 else { throw SystemError() }
  }

  /// Waits until the disk has it. A file system that cannot say so is taken at its word.
  func sync() throws(SystemError) {
    guard fsync(descriptor) == 0 || errno == EINVAL || errno == EROFS else { throw SystemError() }
  }

  func move(to other: FilePath) throws(SystemError) {
    let moved = path.withCString { old in other.withCString { rename(old, $0) } }
    guard moved == 0 else { throw SystemError() }
  }
}
