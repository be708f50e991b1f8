import CFFmpeg

/// An FFmpeg stream over bytes that Swift code gives, from any place in them.
final class CustomIO {
  private(set) var io: UnsafeMutablePointer<AVIOContext>?
  private let count: Int64
  private let control: DecodingControl
  /// Puts up to so many bytes from this place on into memory; how many, 0 at the end, or FFmpeg's error code.
  private let read: (UnsafeMutableRawBufferPointer, Int64) -> Int32
  private var position: Int64 = 0

  private static let bufferBytes = 32 << 10

  /// `count` bytes in all.
  init(
    count: Int64, _ control: DecodingControl,
    read: @escaping (UnsafeMutableRawBufferPointer, Int64) -> Int32
  ) throws(VideoError) {
    self.count = count
    self.control = control
    self.read = read
    let buffer = av_malloc(Self.bufferBytes)?.assumingMemoryBound(to: UInt8.self)
    guard let buffer else { throw .outOfMemory }
    io = avio_alloc_context(
      buffer, Int32(Self.bufferBytes), 0, Unmanaged.passUnretained(self).toOpaque(),
      { stream, bytes, count in CustomIO.of(stream).read(bytes, count) }, nil,
      { stream, offset, whence in CustomIO.of(stream).seek(offset, whence) })
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

  private static func of(_ opaque: UnsafeMutableRawPointer?) -> CustomIO {
    Unmanaged<CustomIO>.fromOpaque(opaque!).takeUnretainedValue()
  }

  private func read(_ bytes: UnsafeMutablePointer<UInt8>?, _ wanted: Int32) -> Int32 {
    if control.isCancelled { return CFFMPEG_ERROR_EXIT }
    let left = count - position
    guard left > 0 else { return CFFMPEG_ERROR_EOF }
    let got = read(
      UnsafeMutableRawBufferPointer(start: bytes, count: Int(min(wanted, Int32(clamping: left)))), position)
    if got > 0 { position += Int64(got) }
    return got == 0 ? CFFMPEG_ERROR_EOF : got
  }

  private func seek(_ offset: Int64, _ whence: Int32) -> Int64 {
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
