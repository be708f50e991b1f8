import CFFmpeg
import FoundationEssentials
import Glibc

/// A part of an open source, read as if it were a file of its own; opens nothing and closes nothing of the source.
final class ByteSection {
  private(set) var io: UnsafeMutablePointer<AVIOContext>?
  /// Kept open for as long as it is read from.
  private let source: ByteSource
  private let range: Range<Int64>
  /// From the start of the section.
  private var position: Int64 = 0

  private static let bufferBytes = 32 << 10

  /// `range` lies within the source.
  init(_ range: Range<Int64>, of source: ByteSource) throws(VideoError) {
    self.source = source
    self.range = range
    let buffer = av_malloc(Self.bufferBytes)?.assumingMemoryBound(to: UInt8.self)
    guard let buffer else { throw .outOfMemory }
    io = avio_alloc_context(
      buffer, Int32(Self.bufferBytes), 0, Unmanaged.passUnretained(self).toOpaque(),
      { section, bytes, count in ByteSection.of(section).read(bytes, count) }, nil,
      { section, offset, whence in ByteSection.of(section).seek(offset, whence) })
    guard io != nil else {
      av_free(buffer)
      throw .outOfMemory
    }
  }

  deinit {
    // FFmpeg may have put another buffer in the place of the first.
    if let io { av_free(io.pointee.buffer) }
    avio_context_free(&io)
  }

  private static func of(_ opaque: UnsafeMutableRawPointer?) -> ByteSection {
    Unmanaged<ByteSection>.fromOpaque(opaque!).takeUnretainedValue()
  }

  private func read(_ bytes: UnsafeMutablePointer<UInt8>?, _ count: Int32) -> Int32 {
    let left = Int64(range.count) - position
    guard left > 0 else { return CFFMPEG_ERROR_EOF }
    let place = avio_seek(source.io, range.lowerBound + position, SEEK_SET)
    guard place >= 0 else { return Int32(clamping: place) }
    let got = avio_read_partial(source.io, bytes, min(count, Int32(clamping: left)))
    if got > 0 { position += Int64(got) }
    return got == 0 ? CFFMPEG_ERROR_EOF : got
  }

  private func seek(_ offset: Int64, _ whence: Int32) -> Int64 {
    let count = Int64(range.count)
    let base: Int64
    switch whence & ~AVSEEK_FORCE {
    case AVSEEK_SIZE: return count
    case SEEK_SET: base = 0
    case SEEK_CUR: base = position
    case SEEK_END: base = count
    default: return Int64(CFFMPEG_ERROR_INVALID)
    }
    let (target, overflows) = base.addingReportingOverflow(offset)
    guard !overflows, (0...count).contains(target) else { return Int64(CFFMPEG_ERROR_INVALID) }
    position = target
    return target
  }
}

extension ByteSource {
  /// Bytes in all; nil where that is not known, or where no place can be gone to.
  var seekableSize: Int64? {
    guard let io, io.pointee.seekable & AVIO_SEEKABLE_NORMAL != 0 else { return nil }
    let size = avio_size(io)
    return size > 0 ? size : nil
  }

  /// Whether the name says that pictures in it are a video's frames.
  var isNamedAsFrames: Bool {
    let name = String(decoding: address.dropLast().suffix(6).map(UInt8.init(bitPattern:)), as: UTF8.self)
    return name.lowercased().hasSuffix(".mjpg") || name.lowercased() == ".mjpeg"
  }

  /// `count` bytes from `offset` on, fewer at the end of the source or where it cannot be read.
  func bytes(at offset: Int64, count: Int) -> [UInt8] {
    guard offset >= 0, avio_seek(io, offset, SEEK_SET) >= 0 else { return [] }
    return [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      filled = max(0, Int(avio_read(io, buffer.baseAddress, Int32(clamping: count))))
    }
  }
}
