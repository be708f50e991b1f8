import FoundationEssentials
import Glibc
import R2P1DVideo
import Synchronization

import struct SystemPackage.Errno
import struct SystemPackage.FileDescriptor

/// Standard output, or a file that appears under its name only when `finish` has been called.
///
/// Until then it is written beside, under a hidden name, which is removed if the run fails or is interrupted.
final class Output {
  private let name: BytePath
  let descriptor: Int32
  /// The hidden name; nil for what cannot be replaced whole, as a pipe or a terminal.
  private(set) var draft: BytePath?
  /// Whether it may take the place of a file that is there.
  private let replaces: Bool

  private init(name: BytePath, descriptor: Int32, replaces: Bool = true) {
    self.name = name
    self.descriptor = descriptor
    self.replaces = replaces
  }

  /// A file that is not there yet, nor may be when it is finished.
  convenience init(new path: BytePath) throws(ClassifierError) {
    try Self.checkIsNew(path)
    try self.init(replacing: path, mode: nil, replaces: false)
  }

  /// Fails if anything has this name, be it a link to nowhere.
  static func checkIsNew(_ path: BytePath) throws(ClassifierError) {
    var status = stat()
    if path.withCString({ lstat($0, &status) }) == 0 { throw isThere(path) }
    if errno == ENAMETOOLONG { throw .output(path, cause: "cannot be written: \(Errno.last.reason)") }
  }

  private static func isThere(_ path: BytePath) -> ClassifierError {
    .output(
      path, cause: "is there, and nothing is overwritten: give another --output-dir, or remove it")
  }

  static func standard() -> Output {
    Output(name: "standard output", descriptor: STDOUT_FILENO)
  }

  /// A file to be. Fails at once if it could not be written.
  convenience init(_ path: BytePath) throws(ClassifierError) {
    var status = stat()
    let exists = path.withCString { stat($0, &status) } == 0
    if exists && status.st_mode & S_IFMT == S_IFDIR {
      throw .output(path, cause: "is a directory, expected a file")
    }
    if exists && status.st_mode & S_IFMT != S_IFREG {
      try self.init(path, descriptor: path.withCString { open($0, O_WRONLY | O_CLOEXEC) })
    } else {
      try Self.claim(path)
      try self.init(replacing: exists ? path.resolved : path, mode: exists ? status.st_mode & 0o777 : nil)
    }
  }

  /// The files of this run: outputs, and what no output may replace, for it is read.
  private static let files = Mutex((written: Set<BytePath>(), read: Set<BytePath>()))

  /// Takes the file for an output. Fails if it is one already, or is read.
  static func claim(_ path: BytePath) throws(ClassifierError) {
    let place = path.place
    let isFree = files.withLock { !$0.read.contains(place) && $0.written.insert(place).inserted }
    guard isFree else { throw Self.taken(path) }
  }

  /// Keeps outputs away from files that are read, the one on standard input (`-`) too. Fails if one of them
  /// is an output already.
  static func spare(_ paths: [BytePath?]) throws(ClassifierError) {
    for path in paths.compactMap({ $0 }) {
      let place = (path.isStandardInput ? "/proc/self/fd/0" : path).place
      let isOutput = files.withLock { files in
        files.read.insert(place)
        return files.written.contains(place)
      }
      if isOutput { throw Self.taken(path) }
    }
  }

  private static func taken(_ path: BytePath) -> ClassifierError {
    .output(path, cause: "is named twice: each output needs a file of its own, other than what is read")
  }

  private convenience init(_ path: BytePath, descriptor: Int32) throws(ClassifierError) {
    guard descriptor >= 0 else { throw .output(path, cause: "cannot be written: \(Errno.last.reason)") }
    self.init(name: path, descriptor: descriptor)
  }

  private convenience init(
    replacing path: BytePath, mode: mode_t?, replaces: Bool = true
  ) throws(ClassifierError) {
    // Of a long name so much that, with what is added, it stays within the 255 bytes that a name may have.
    let hidden = path.folder.appending(BytePath(bytes: ".".utf8 + path.name.bytes.prefix(200)))
    var descriptor: Int32 = -1
    let draft = try Signals.remove { () throws(ClassifierError) in
      do throws(Errno) {
        let made = try hidden.makeDraft()
        descriptor = made.descriptor
        return made.path
      } catch {
        throw .output(path, cause: "cannot be written: \(error.reason)")
      }
    }
    self.init(name: path, descriptor: descriptor, replaces: replaces)
    self.draft = draft
    fchmod(descriptor, mode ?? 0o666 & ~Self.mask)
  }

  /// What new files are not allowed, by the user's `umask`.
  private static var mask: mode_t {
    let mask = umask(0)
    umask(mask)
    return mask
  }

  func write(_ text: String) throws(ClassifierError) {
    try write(Array(text.utf8))
  }

  /// Writes the values' bytes as they are in memory.
  func write<Value: BitwiseCopyable>(_ values: [Value]) throws(ClassifierError) {
    // A closure's own typed error does not pass through `withUnsafeBytes`.
    let written = values.withUnsafeBytes { bytes in
      Result { () throws(ClassifierError) in try write(bytes) }
    }
    try written.get()
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws(ClassifierError) {
    do throws(Errno) {
      try FileDescriptor(rawValue: descriptor).write(all: bytes)
    } catch {
      throw failure(error)
    }
  }

  /// Writes over the file's first bytes.
  func overwrite(_ bytes: [UInt8]) throws(ClassifierError) {
    guard lseek(descriptor, 0, SEEK_SET) >= 0 else { throw failure() }
    try write(bytes)
  }

  /// Puts a file under its name, complete and on the disk.
  func finish() throws(ClassifierError) {
    guard let draft else { return }
    guard fsync(descriptor) == 0 else { throw failure() }
    guard replaces ? Self.rename(draft, name) : Self.renameToNew(draft, name) else {
      throw errno == EEXIST && !replaces ? Self.isThere(name) : failure()
    }
    self.draft = nil
    Signals.keep(draft)
  }

  private static func rename(_ old: BytePath, _ new: BytePath) -> Bool {
    old.withCString { old in new.withCString { Glibc.rename(old, $0) } } == 0
  }

  /// A link is never made over a file. Where the file system has none, a name that is free is taken.
  private static func renameToNew(_ old: BytePath, _ new: BytePath) -> Bool {
    if old.withCString({ old in new.withCString { link(old, $0) } }) == 0 {
      _ = old.withCString { unlink($0) }
      return true
    }
    guard errno != EEXIST else { return false }
    var status = stat()
    guard new.withCString({ lstat($0, &status) }) != 0 else {
      errno = EEXIST
      return false
    }
    return rename(old, new)
  }

  private func failure(_ error: Errno = .last) -> ClassifierError {
    .output(name, cause: "cannot be written: \(error.reason)")
  }

  deinit {
    if let draft { _ = draft.withCString { unlink($0) } }
    if descriptor != STDOUT_FILENO { close(descriptor) }
  }
}
