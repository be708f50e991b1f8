import CFFmpeg
import Glibc

/// A part of an open source, read as if it were a file of its own; opens nothing and closes nothing of the
/// source.
final class ByteSection: PlacedBytes {
  let count: Int64
  private let start: Int64
  private let source: ByteSource
  private var stream: CustomIO?

  var io: UnsafeMutablePointer<AVIOContext>? { stream?.io }

  /// `range` lies within the source, which is kept open.
  init(_ range: Range<Int64>, of source: ByteSource) throws(VideoError) {
    (start, count) = (range.lowerBound, Int64(range.count))
    self.source = source
    stream = try CustomIO(self, source.control)
  }

  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) -> Int32 {
    guard offset >= 0, offset < count else { return 0 }
    let wanted = min(buffer.count, Int(clamping: count - offset), Int(Int32.max))
    if let bytes = source.bytes {
      return bytes.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted]), at: start + offset)
    }
    let place = avio_seek(source.io, start + offset, SEEK_SET)
    guard place >= 0 else { return Int32(clamping: place) }
    return avio_read_partial(
      source.io, buffer.bindMemory(to: UInt8.self).baseAddress, Int32(clamping: wanted))
  }

  var isNear: Bool { source.bytes?.isNear ?? false }

  func announce(_ range: Range<Int64>) {
    source.bytes?.announce(start + range.lowerBound..<start + range.upperBound)
  }

  func expect(_ pattern: ReadingPattern) { source.bytes?.expect(pattern) }

  func prefetch(_ range: Range<Int64>) {
    source.bytes?.prefetch(start + range.lowerBound..<start + range.upperBound)
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
