import FoundationEssentials
import Glibc

/// A file that is not complete yet: it lies beside its final place under a hidden name and belongs to one process at a
/// time, whatever becomes of that process.
///
/// The name is the same for all, so that what a process that was killed left behind is gone on with.
final class PartialFile {
  let path: FilePath
  private(set) var count: Int64 = 0
  private var hash = SHA256()
  private let target: FilePath
  private let descriptor: Int32
  private var isFinished = false

  /// Makes the draft of `target`, or takes up an old one, once no other process holds it; `waiting` hears that one does.
  init(of target: FilePath, waiting: () -> Void) throws(SystemError) {
    self.target = target
    path = target.folder.appending(FilePath(bytes: ".".utf8 + target.name.bytes + ".part".utf8))
    descriptor = try Self.hold(path, waiting: waiting)
    // From here on `deinit` removes the draft.
    try takeUp()
  }

  deinit {
    if !isFinished { _ = path.withCString { unlink($0) } }
    close(descriptor)
  }

  /// A file may get or lose its name between opening and locking: only one that still has it counts.
  private static func hold(_ path: FilePath, waiting: () -> Void) throws(SystemError) -> Int32 {
    while true {
      let file = path.withCString { open($0, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o666) }
      guard file >= 0 else { throw SystemError() }
      do throws(SystemError) {
        try lock(file, waiting: waiting)
      } catch {
        close(file)
        throw error
      }
      if isFile(file, at: path) { return file }
      close(file)
    }
  }

  private static func lock(_ file: Int32, waiting: () -> Void) throws(SystemError) {
    if flock(file, LOCK_EX | LOCK_NB) == 0 { return }
    guard errno == EWOULDBLOCK else { throw SystemError() }
    waiting()
    while flock(file, LOCK_EX) != 0 {
      guard errno == EINTR else { throw SystemError() }
    }
  }

  private static func isFile(_ file: Int32, at path: FilePath) -> Bool {
    var (mine, named) = (stat(), stat())
    return fstat(file, &mine) == 0 && path.withCString { lstat($0, &named) } == 0
      && mine.st_dev == named.st_dev && mine.st_ino == named.st_ino && mine.st_mode & S_IFMT == S_IFREG
  }

  /// The SHA-256 of what is there, in hexadecimal.
  var sha256: String { hash.digits }

  /// Hashes what is there already.
  private func takeUp() throws(SystemError) {
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let read = Glibc.read(descriptor, &buffer, buffer.count)
      if read < 0 && errno == EINTR { continue }
      guard read >= 0 else { throw SystemError() }
      if read == 0 { return }
      buffer[..<read].withUnsafeBytes { hash.update($0) }
      count += Int64(read)
    }
  }

  func append(_ bytes: UnsafeRawBufferPointer) throws(SystemError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let piece = UnsafeRawBufferPointer(rebasing: rest)
      let written = write(descriptor, piece.baseAddress, piece.count)
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else { throw SystemError() }
      rest = rest.dropFirst(written)
    }
    hash.update(bytes)
    count += Int64(bytes.count)
  }

  /// Begins anew, with nothing.
  func empty() throws(SystemError) {
    guard ftruncate(descriptor, 0) == 0, lseek(descriptor, 0, SEEK_SET) == 0 else { throw SystemError() }
    hash = SHA256()
    count = 0
  }

  /// The first bytes, at most `count`.
  func start(_ count: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    return Array(bytes[..<max(pread(descriptor, &bytes, count, 0), 0)])
  }

  /// Gives the file its final name, complete and on the disk.
  func finish() throws(SystemError) {
    guard fsync(descriptor) == 0 else { throw SystemError() }
    let renamed = path.withCString { old in target.withCString { rename(old, $0) } }
    guard renamed == 0 else { throw SystemError() }
    isFinished = true
  }
}
