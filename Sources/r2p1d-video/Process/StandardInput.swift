import Glibc
import R2P1DVideo
import SystemPackage

extension BytePath {
  /// Whether an argument means standard input; a file of this name is `./-`.
  var isStandardInput: Bool { self == "-" }

  /// The video that an argument names: a file, an address, or `-` for what comes on standard input.
  func video() throws(ClassifierError) -> VideoInput {
    isStandardInput ? .reader(try StandardInput.whole.get(), name: string) : .file(self)
  }
}

extension Classifier {
  /// What becomes of the video that an argument names.
  func outcome(
    of file: BytePath, progress: @escaping @Sendable (_ done: Int, _ of: Int) -> Void
  ) async -> VideoOutcome {
    do throws(ClassifierError) {
      return await outcome(of: try file.video(), progress: progress)
    } catch {
      return VideoOutcome(file: file, result: .failure(error))
    }
  }
}

/// All that comes on standard input: a container is read at many places, and often more than once.
///
/// Of a file it is what lies there from where it stands; anything else is kept in a file without a name,
/// which goes when the program ends.
private struct StandardInput: VideoInput.ByteReader {
  let byteCount: Int64
  private let file: FileDescriptor
  private let start: Int64

  /// Read once, however often it is asked for.
  static let whole = Result { () throws(ClassifierError) in try StandardInput() }

  private init() throws(ClassifierError) {
    var status = stat()
    guard fstat(STDIN_FILENO, &status) == 0 else { throw Self.unreadable(.last) }
    // As one that the caller has closed is.
    if fcntl(STDIN_FILENO, F_GETFL) & O_ACCMODE == O_WRONLY { throw Self.unreadable(.badFileDescriptor) }
    switch status.st_mode & S_IFMT {
    case S_IFREG:
      file = .standardInput
      start = Int64(lseek(STDIN_FILENO, 0, SEEK_CUR))
      byteCount = max(Int64(status.st_size) - start, 0)
    case S_IFIFO, S_IFSOCK:
      file = try Self.unnamedFile()
      start = 0
      byteCount = try Self.copy(to: file)
    default:
      let kind = status.st_mode & S_IFMT == S_IFDIR ? "a directory" : "a terminal or a device"
      throw .video(Self.name, cause: "is \(kind), expected a video")
    }
  }

  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws -> Int {
    try file.read(fromAbsoluteOffset: start + offset, into: buffer)
  }

  private static let name: BytePath = "standard input"

  private static func unreadable(_ reason: Errno) -> ClassifierError {
    .video(name, cause: "cannot be read: \(reason.reason)")
  }

  private static func unkept(_ reason: Errno) -> ClassifierError {
    .video(name, cause: "cannot be kept in \(folder.printable), which TMPDIR may name: \(reason.reason)")
  }

  /// Where large files go that are of no use later.
  private static var folder: BytePath {
    guard let name = getenv("TMPDIR").map({ String(cString: $0) }), !name.isEmpty else { return "/var/tmp" }
    return BytePath(name)
  }

  private static func unnamedFile() throws(ClassifierError) -> FileDescriptor {
    let (path, descriptor) = try checked(unkept) { () throws(Errno) in
      try folder.appending(".r2p1d-video").makeDraft()
    }
    _ = path.withCString { unlink($0) }
    return FileDescriptor(rawValue: descriptor)
  }

  /// The number of bytes.
  private static func copy(to file: FileDescriptor) throws(ClassifierError) -> Int64 {
    var count: Int64 = 0
    while case let piece = try checked(unreadable, { () throws(Errno) in try next() }), !piece.isEmpty {
      try checked(unkept) { () throws(Errno) in try file.write(all: piece, at: Int(count)) }
      count += Int64(piece.count)
    }
    return count
  }

  private static func next() throws(Errno) -> [UInt8] {
    try FileDescriptor.standardInput.readAvailable(upTo: 1 << 20)
  }

  private static func checked<R>(
    _ failure: (Errno) -> ClassifierError, _ body: () throws(Errno) -> R
  ) throws(ClassifierError) -> R {
    do {
      return try body()
    } catch {
      throw failure(error)
    }
  }
}
