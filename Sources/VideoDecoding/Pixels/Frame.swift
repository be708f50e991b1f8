import CFFmpeg

/// One decoded picture, for as long as it is lent.
package struct Frame: ~Copyable {
  /// Upright, in pixels: those of the stream's first frame, to which a later frame of another size is scaled,
  /// as the ffmpeg program does.
  package let width: Int
  package let height: Int

  package let damage: FrameDamage

  private let orientation: Orientation
  private let frame: AVFrame
  private let converter: RGBConverter

  init(
    _ frame: AVFrame, _ orientation: Orientation, width: Int, height: Int, damage: FrameDamage = .none,
    _ converter: RGBConverter
  ) {
    self.damage = damage
    self.frame = frame
    self.orientation = orientation
    self.width = width
    self.height = height
    self.converter = converter
  }

  /// The frame in RGB, bit-exact as `ffmpeg -pix_fmt rgb24` writes it.
  ///
  /// Only the pixels where one of the upright `rows` meets one of the upright `columns` (each ascending, not
  /// empty, within the frame) are sure to be converted. They stay valid until the next call on any frame of
  /// the video.
  package borrowing func rgb(rows: [Int], columns: [Int]) throws(VideoError) -> RGBFrame {
    try converter.convert(
      frame, orientation, width: width, height: height, rows: rows, columns: columns)
  }
}

/// Packed 8-bit RGB in memory: upright pixel (column, row) is at `origin + column * columnStride + row *
/// rowStride`.
///
/// At least one byte after each pixel can be read too.
package struct RGBFrame {
  package let origin: UnsafePointer<UInt8>
  /// In bytes, of any sign, for the strides also turn the frame upright.
  package let rowStride: Int
  package let columnStride: Int

  /// `stored` is the stored pixel (0, 0) of a frame of `width` by `height` as it is stored, rows `stride`
  /// bytes apart.
  package init(stored: UnsafePointer<UInt8>, stride: Int, width: Int, height: Int, orientation: Orientation) {
    let toRight = orientation.mirrorsColumns ? -3 : 3
    let down = orientation.mirrorsRows ? -stride : stride
    origin =
      stored + (orientation.mirrorsColumns ? 3 * (width - 1) : 0)
      + (orientation.mirrorsRows ? stride * (height - 1) : 0)
    (rowStride, columnStride) = orientation.transposed ? (toRight, down) : (down, toRight)
  }
}
