import CFFmpeg
import FoundationEssentials
import Glibc
import Synchronization

/// The bytes of a source, which can be read at any place.
protocol PlacedBytes: AnyObject {
  /// Bytes in all, as known on opening.
  var count: Int64 { get }
  /// Puts up to so many bytes from `offset` on into memory; how many, 0 at the end, or FFmpeg's error code.
  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) -> Int32
  /// Says how the bytes are going to be read; a hint.
  func expect(_ pattern: ReadingPattern)
  /// Says that these bytes are going to be read soon; a hint.
  func prefetch(_ range: Range<Int64>)
  /// Says that what is read next lies in this range, most of which is going to be read; a hint.
  func announce(_ range: Range<Int64>)
  /// Whether to look at a few bytes here and there is cheap.
  var isNear: Bool { get }
}

/// How a source is read from now on.
enum ReadingPattern {
  case forward
  /// Here and there: what lies between is not to be read ahead.
  case scattered
}

extension PlacedBytes {
  func expect(_ pattern: ReadingPattern) {}
  func prefetch(_ range: Range<Int64>) {}
  func announce(_ range: Range<Int64>) {}
  var isNear: Bool { true }

  /// Fills `buffer` from `offset` on; false if there are not so many bytes, or they cannot be read.
  func fill(_ buffer: UnsafeMutableRawBufferPointer, at offset: Int64) -> Bool {
    var done = 0
    while done < buffer.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
      let got = read(into: rest, at: offset + Int64(done))
      guard got > 0 else { return false }
      done += Int(got)
    }
    return true
  }
}

/// How many bytes of its source a video has read.
final class ReadingMeter: Sendable {
  private let bytes = Atomic<Int>(0)

  var bytesRead: Int { bytes.load(ordering: .relaxed) }

  func add(_ count: Int) { bytes.add(count, ordering: .relaxed) }
}

/// An open regular file; closed once. What it was on opening is what is read: bytes that are added later are
/// not seen.
final class FileBytes: PlacedBytes {
  let count: Int64
  private let descriptor: Int32
  private let meter: ReadingMeter
  private var pattern = ReadingPattern.forward

  /// `path` is the path's bytes with a closing zero.
  init(path: [CChar], meter: ReadingMeter) throws(VideoError) {
    guard !path.dropLast().contains(0) else { throw .missing }
    self.meter = meter
    // What it is comes first: opening a pipe would block, opening a device may do anything.
    var status = stat()
    guard stat(path, &status) == 0 else { throw Self.failure() }
    try Self.check(status)
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw Self.failure() }
    guard fstat(descriptor, &status) == 0 else {
      let failure = Self.failure()
      close(descriptor)
      throw failure
    }
    count = Int64(status.st_size)
    // Read ahead once, a kernel that keeps its cache in large pieces goes on doing so whatever it is told later.
    if count >= Self.leastScatteredBytes { expect(.scattered) }
  }

  /// A smaller file is read ahead as others are.
  private static let leastScatteredBytes: Int64 = 4 << 20

  deinit { close(descriptor) }

  private static func failure() -> VideoError {
    errno == ENOENT ? .missing : .unreadable(reason: String(cString: strerror(errno)))
  }

  private static func check(_ status: stat) throws(VideoError) {
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: throw .notRegularFile(kind: "a directory")
    case S_IFIFO: throw .notRegularFile(kind: "a pipe")
    case S_IFSOCK: throw .notRegularFile(kind: "a socket")
    default: throw .notRegularFile(kind: "a device")
    }
    guard status.st_size > 0 else { throw .empty }
  }

  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) -> Int32 {
    guard offset >= 0, offset < count else { return 0 }
    let wanted = min(buffer.count, Int(clamping: count - offset), Int(Int32.max))
    while true {
      let got = pread(descriptor, buffer.baseAddress, wanted, off_t(offset))
      if got >= 0 {
        meter.add(got)
        return Int32(got)
      }
      if errno != EINTR { return -errno }
    }
  }

  func expect(_ pattern: ReadingPattern) {
    guard pattern != self.pattern else { return }
    self.pattern = pattern
    _ = posix_fadvise(descriptor, 0, 0, pattern == .forward ? POSIX_FADV_NORMAL : POSIX_FADV_RANDOM)
  }

  func prefetch(_ range: Range<Int64>) {
    // The kernel takes no more than a part of a larger wish.
    for start in stride(from: range.lowerBound, to: range.upperBound, by: 128 << 10) {
      let count = min(128 << 10, range.upperBound - start)
      _ = posix_fadvise(descriptor, off_t(start), off_t(count), POSIX_FADV_WILLNEED)
    }
  }
}
