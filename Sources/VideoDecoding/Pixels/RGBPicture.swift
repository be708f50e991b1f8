import CFFmpeg

/// Memory for packed 8-bit RGB of `width` by `height`, rows 64-byte aligned; freed once.
///
/// Rows that are never written take no memory.
final class RGBPicture {
  let width: Int
  let height: Int
  /// As libswscale wants it.
  let frame: UnsafeMutablePointer<AVFrame>

  var bytes: UnsafeMutablePointer<UInt8> { frame.pointee.data.0! }
  /// Bytes from one row to the next.
  var stride: Int { Int(frame.pointee.linesize.0) }

  /// Columns that vector code likes to begin at.
  static let columnBlock = 64
  /// Vector code may write a little beyond the last pixel.
  private static let margin = 256

  init(width: Int, height: Int) throws(VideoError) {
    (self.width, self.height) = (width, height)
    var made = av_frame_alloc()
    guard let frame = made else { throw .outOfMemory }
    let stride = 3 * Self.roundUp(width)
    let count = stride * height + Self.margin
    let bytes = av_malloc(count)
    // Frees the bytes with the last reference to them.
    guard let bytes = bytes?.bindMemory(to: UInt8.self, capacity: count),
      let buffer = av_buffer_create(bytes, count, nil, nil, 0)
    else {
      av_free(bytes)
      av_frame_free(&made)
      throw .outOfMemory
    }
    frame.pointee.buf.0 = buffer
    frame.pointee.data.0 = bytes
    frame.pointee.linesize.0 = Int32(stride)
    frame.pointee.format = AV_PIX_FMT_RGB24.rawValue
    (frame.pointee.width, frame.pointee.height) = (Int32(width), Int32(height))
    self.frame = frame
  }

  static func roundUp(_ width: Int) -> Int { (width + columnBlock - 1) / columnBlock * columnBlock }

  deinit {
    var last: UnsafeMutablePointer<AVFrame>? = frame
    av_frame_free(&last)
  }
}
