#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#elseif canImport(Glibc)
  import Glibc
#endif

/// The bytes of a checkpoint: a mapped file, a copy, or memory that lives as long as the process.
///
/// They are never written to. A mapped file that another process shortens afterwards cannot be read any more,
/// as with every mapping: the system ends the process that touches the missing pages.
final class CheckpointMemory: @unchecked Sendable {  // immutable after init, and read only
  let bytes: UnsafeRawBufferPointer
  /// The path, or the name that stands for it in errors.
  let path: String
  /// The mapped file's path; nil where none is mapped.
  let file: [UInt8]?
  private let owner: Owner

  private enum Owner { case mapping, copy, process }

  /// Maps the file. Nothing of it is read yet.
  init(mapping file: [UInt8], named path: String) throws(CheckpointError) {
    do {
      bytes = try Self.map(file)
    } catch {
      throw CheckpointError(path: path, reason: error)
    }
    self.path = path
    self.file = file
    owner = .mapping
  }

  /// A copy of `values`, aligned for any element.
  init(copying values: UnsafeRawBufferPointer, path: String) {
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: values.count, alignment: 64)
    copy.copyMemory(from: values)
    bytes = UnsafeRawBufferPointer(copy)
    self.path = path
    file = nil
    owner = .copy
  }

  /// Memory that is neither copied nor freed.
  init(lasting bytes: UnsafeRawBufferPointer, path: String) {
    self.bytes = bytes
    self.path = path
    file = nil
    owner = .process
  }

  deinit {
    switch owner {
    case .mapping: munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count)
    case .copy: bytes.deallocate()
    case .process: break
    }
  }

  /// Lets the kernel take back the whole pages inside `range`; they come back from the file when touched
  /// again.
  func release(_ range: Range<Int>) {
    guard owner == .mapping, let base = bytes.baseAddress else { return }
    let page = Int(getpagesize())
    let first = (range.lowerBound + page - 1) / page * page
    let last = range.upperBound / page * page
    guard first < last else { return }
    madvise(UnsafeMutableRawPointer(mutating: base + first), last - first, MADV_DONTNEED)
  }

  private static func map(_ path: [UInt8]) throws(CheckpointError.Reason) -> UnsafeRawBufferPointer {
    // O_NONBLOCK: a pipe without a writer must not hang.
    let file = open(path.map { CChar(bitPattern: $0) } + [0], O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else {
      throw errno == ENOENT ? .missing(systemError()) : .cannotOpen(systemError())
    }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw .cannotOpen(systemError()) }
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: throw CheckpointFolder(namesInFolder(path)).reason
    default: throw .notAFile("a pipe or a device")
    }
    guard status.st_size > 0 else { throw .empty }
    let size = Int(status.st_size)
    let address = mmap(nil, size, PROT_READ, MAP_PRIVATE, file, 0)
    guard let address, address != UnsafeMutableRawPointer(bitPattern: -1) else {
      throw .cannotOpen(systemError())
    }
    return UnsafeRawBufferPointer(start: address, count: size)
  }
}

/// The names in a folder; none where it cannot be read.
func namesInFolder(_ folder: [UInt8]) -> some Sequence<String> {
  let folder = opendir(folder.map { CChar(bitPattern: $0) } + [0])
  return sequence(state: OpenFolder(folder)) { open -> String? in
    guard let folder = open.folder, let entry = readdir(folder) else { return nil }
    return withUnsafeBytes(of: &entry.pointee.d_name) { name in
      String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
    }
  }
}

/// Closes the folder when nobody reads it any more.
private final class OpenFolder {
  let folder: OpaquePointer?

  init(_ folder: OpaquePointer?) { self.folder = folder }

  deinit { if let folder { closedir(folder) } }
}

/// What the last failed system call says, as in "No such file or directory".
func systemError() -> String { String(cString: strerror(errno)) }
