import FoundationEssentials
import Glibc
import SystemPackage

/// A file that is not complete yet: it lies beside its final place under a hidden name and belongs to one
/// process at a time, whatever becomes of that process.
///
/// Its name is deterministic, so that any process can resume a partial download.
package final class PartialFile {
  package let path: BytePath
  private(set) var count: Int64 = 0
  private var hash = SHA256()
  private let target: BytePath
  private let file: FileDescriptor
  private var isFinished = false

  /// Creates the partial file of `target`, or resumes an old one, once no other process holds it; `waiting`
  /// is called while one does.
  package init(of target: BytePath, waiting: () -> Void) throws(Errno) {
    self.target = target
    path = Self.place(of: target)
    file = try Self.hold(path, waiting: waiting)
    // From here on `deinit` removes the draft.
    try takeUp()
  }

  deinit {
    if !isFinished { _ = path.withCString { unlink($0) } }
    try? file.close()
  }

  /// Where the partial file of `target` lies. A name has at most 255 bytes: of a long one there is a hash.
  package static func place(of target: BytePath) -> BytePath {
    var name = target.name.bytes
    if name.count > 240 {
      name = name.prefix(200) + Array(SHA256.digits(of: name).prefix(32).utf8)
    }
    return target.folder.appending(BytePath(bytes: ".".utf8 + name + ".part".utf8))
  }

  /// A file may get or lose its name between opening and locking: only one that still has it counts.
  private static func hold(_ path: BytePath, waiting: () -> Void) throws(Errno) -> FileDescriptor {
    while true {
      let file = try FileDescriptor.open(path, .readWrite, options: [.create, .noFollow])
      do throws(Errno) {
        try lock(file.rawValue, waiting: waiting)
      } catch {
        try? file.close()
        throw error
      }
      var status = stat()
      let isRegular = fstat(file.rawValue, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
      if isRegular, isFile(file.rawValue, at: path) { return file }
      try? file.close()
      // Something else that has the name would be met for ever.
      guard isRegular else { throw .fileExists }
    }
  }

  private static func lock(_ file: Int32, waiting: () -> Void) throws(Errno) {
    // Where a file system has no locks, nobody else has one.
    if flock(file, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK { return }
    waiting()
    while flock(file, LOCK_EX) != 0 {
      guard errno == EINTR else { throw Errno.last }
    }
  }

  private static func isFile(_ file: Int32, at path: BytePath) -> Bool {
    var (mine, named) = (stat(), stat())
    return fstat(file, &mine) == 0 && path.withCString { lstat($0, &named) } == 0
      && mine.st_dev == named.st_dev && mine.st_ino == named.st_ino
  }

  /// The SHA-256 of what is there, in hexadecimal.
  package var sha256: String { hash.digits }

  /// Hashes what is there already.
  private func takeUp() throws(Errno) {
    while true {
      let bytes = try file.read(upTo: 1 << 20)
      if bytes.isEmpty { return }
      bytes.withUnsafeBytes { hash.update($0) }
      count += Int64(bytes.count)
    }
  }

  package func append(_ bytes: UnsafeRawBufferPointer) throws(Errno) {
    try file.write(all: bytes)
    hash.update(bytes)
    count += Int64(bytes.count)
  }

  package func append(_ bytes: [UInt8]) throws(Errno) {
    // A closure's own typed error does not pass through `withUnsafeBytes`.
    let appended = bytes.withUnsafeBytes { bytes in Result { () throws(Errno) in try append(bytes) } }
    try appended.get()
  }

  /// Restarts with nothing.
  package func empty() throws(Errno) {
    guard ftruncate(file.rawValue, 0) == 0, lseek(file.rawValue, 0, SEEK_SET) == 0 else { throw Errno.last }
    hash = SHA256()
    count = 0
  }

  /// The first bytes, at most `count`.
  package func start(_ count: Int) -> [UInt8] {
    (try? file.read(from: 0, count: count)) ?? []
  }

  /// Gives the file its final name, complete and on the disk.
  package func finish() throws(Errno) {
    guard fsync(file.rawValue) == 0 else { throw Errno.last }
    try install(replacing: true)
  }

  /// Gives the file its final name, not yet on the disk; fails with `fileExists` where that name is taken and
  /// what has it may not be replaced. What is replaced hands its permissions on.
  package func install(replacing: Bool) throws(Errno) {
    var former = stat()
    if replacing, target.withCString({ stat($0, &former) }) == 0 {
      fchmod(file.rawValue, former.st_mode & 0o777)
    }
    if replacing { try path.move(to: target) } else { try path.move(toFree: target) }
    isFinished = true
  }

  /// Leaves the file where it is, for whoever takes it up later.
  package func keep() { isFinished = true }
}
