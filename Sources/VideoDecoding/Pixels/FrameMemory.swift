import CFFmpeg

/// Memory for one RGB picture, 64-byte aligned, kept from frame to frame; freed once.
struct FrameMemory: ~Copyable {
  private var bytes: UnsafeMutableRawPointer?
  private var capacity = 0

  /// Vector code may write a little beyond the last pixel.
  private static let margin = 256

  deinit { av_free(bytes) }

  /// At least `count` bytes, whose content is not defined.
  mutating func reserve(_ count: Int) throws(VideoError) -> UnsafeMutablePointer<UInt8> {
    if bytes == nil || capacity < count {
      av_free(bytes)
      bytes = av_malloc(count + Self.margin)
      capacity = count
    }
    guard let bytes else { throw .outOfMemory }
    return bytes.bindMemory(to: UInt8.self, capacity: capacity + Self.margin)
  }
}
