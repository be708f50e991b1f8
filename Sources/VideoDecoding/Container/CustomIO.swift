import CFFmpeg

/// An FFmpeg stream over the bytes of a source, from any place in them.
final class CustomIO {
  private(set) var io: UnsafeMutablePointer<AVIOContext>?
  /// Not kept: what is read is kept by whoever reads it.
  private unowned let bytes: any PlacedBytes
  private let control: DecodingControl
  /// Parts that are not read though they are asked for; nil where all is read.
  private let holes: Holes?
  private var position: Int64 = 0

  static let bufferBytes = 32 << 10

  /// With `holes` the stream reads in blocks of `Holes.bufferBytes` what goes through its buffer.
  init(_ bytes: any PlacedBytes, _ control: DecodingControl, holes: Holes? = nil) throws(VideoError) {
    self.bytes = bytes
    self.control = control
    self.holes = holes
    let size = holes == nil ? Self.bufferBytes : Holes.bufferBytes
    let buffer = av_malloc(size)?.assumingMemoryBound(to: UInt8.self)
    guard let buffer else { throw .outOfMemory }
    io = avio_alloc_context(
      buffer, Int32(size), 0, Unmanaged.passUnretained(self).toOpaque(),
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

  private func read(_ memory: UnsafeMutablePointer<UInt8>?, _ wanted: Int32) -> Int32 {
    if control.isCancelled { return CFFMPEG_ERROR_EXIT }
    let left = bytes.count - position
    guard left > 0, wanted > 0 else { return CFFMPEG_ERROR_EOF }
    let buffer = UnsafeMutableRawBufferPointer(start: memory, count: Int(min(wanted, Int32(clamping: left))))
    let got: Int32
    if let holes, !isOwnBuffer(memory) {
      got = holes.read(into: buffer, at: position, from: bytes)
    } else {
      holes?.approach(position, in: bytes)
      got = bytes.read(into: buffer, at: position)
      if got > 0 { holes?.watch(UnsafeRawBufferPointer(rebasing: buffer[..<Int(got)])) }
    }
    if got > 0 { position += Int64(got) }
    return got == 0 ? CFFMPEG_ERROR_EOF : got
  }

  /// Whether this is the stream's buffer, from which FFmpeg copies: what it reads past it is a packet's
  /// payload, or a table.
  private func isOwnBuffer(_ memory: UnsafeMutablePointer<UInt8>?) -> Bool {
    guard let io, let memory, let start = io.pointee.buffer else { return true }
    return memory >= start && memory < start + Int(io.pointee.buffer_size)
  }

  /// As `lseek`: beyond the end there is nothing to read, and no error.
  private func seek(_ offset: Int64, _ whence: Int32) -> Int64 {
    let base: Int64
    switch whence & ~AVSEEK_FORCE {
    case AVSEEK_SIZE: return bytes.count
    case SEEK_SET: base = 0
    case SEEK_CUR: base = position
    case SEEK_END: base = bytes.count
    default: return Int64(CFFMPEG_ERROR_INVALID)
    }
    let (target, overflows) = base.addingReportingOverflow(offset)
    guard !overflows, target >= 0 else { return Int64(CFFMPEG_ERROR_INVALID) }
    position = target
    return target
  }
}
