import CFFmpeg

/// The part of each frame that the container says is shown, as the ffmpeg program's crop filter cuts it out.
///
/// Versions before 7.1 do not say it, and neither they nor their program crop.
struct Crop {
  private let top: Int
  private let bottom: Int
  private let left: Int
  private let right: Int

  /// Nil where the container cuts nothing off.
  init?(_ stream: UnsafePointer<AVStream>) {
    guard let bytes = cffmpeg_stream_crop(stream) else { return nil }
    let numbers = (0..<4).map { number in
      (0..<4).reduce(0) { $0 | Int(bytes[4 * number + $1]) << (8 * $1) }
    }
    guard numbers.contains(where: { $0 > 0 }) else { return nil }
    (top, bottom, left, right) = (numbers[0], numbers[1], numbers[2], numbers[3])
  }

  /// First column, first row, width and height of the part, on whole chroma samples; nil if nothing would
  /// remain.
  private func part(
    width: Int, height: Int, _ format: AVPixFmtDescriptor
  ) -> (x: Int, y: Int, width: Int, height: Int)? {
    let (column, row) = (1 << Int(format.log2_chroma_w), 1 << Int(format.log2_chroma_h))
    let (remainingWidth, remainingHeight) = (width - left - right, height - top - bottom)
    let (shownWidth, shownHeight) = (remainingWidth / column * column, remainingHeight / row * row)
    guard remainingWidth > 0, remainingHeight > 0, shownWidth > 0, shownHeight > 0 else { return nil }
    return (left / column * column, top / row * row, shownWidth, shownHeight)
  }

  /// The frame's shown part, which lies in the frame's own memory.
  func applied(to frame: AVFrame) throws(VideoError) -> AVFrame {
    let (width, height) = (Int(frame.width), Int(frame.height))
    let pixels = AVPixelFormat(frame.format)
    // Pixels of less than a byte begin within one.
    guard let format = av_pix_fmt_desc_get(pixels)?.pointee,
      format.flags & UInt64(AV_PIX_FMT_FLAG_BITSTREAM | AV_PIX_FMT_FLAG_HWACCEL) == 0
    else {
      let name = av_get_pix_fmt_name(pixels).map { String(cString: $0) } ?? "unknown"
      throw .unsupportedPixels(format: "\(name), cropped,", width: width, height: height)
    }
    guard let part = part(width: width, height: height, format) else {
      throw .cropsEverything(width: width, height: height)
    }
    var steps = [Int32](repeating: 0, count: 4)
    withUnsafePointer(to: format) { av_image_fill_max_pixsteps(&steps, nil, $0) }
    let (chromaX, chromaY) = (Int(format.log2_chroma_w), Int(format.log2_chroma_h))
    // Packed formats with chroma of half the columns hold two pixels a step.
    let lumaX = format.flags & UInt64(AV_PIX_FMT_FLAG_PLANAR) == 0 ? part.x >> chromaX : part.x
    let strides = [frame.linesize.0, frame.linesize.1, frame.linesize.2, frame.linesize.3]
    func offset(_ plane: Int, _ row: Int, _ column: Int) -> Int {
      row * Int(strides[plane]) + column * Int(steps[plane])
    }
    var shown = frame
    (shown.width, shown.height) = (Int32(part.width), Int32(part.height))
    shown.data.0 = frame.data.0.map { $0 + offset(0, part.y, lumaX) }
    // A palette is no plane of pixels.
    if format.flags & UInt64(AV_PIX_FMT_FLAG_PAL) == 0 {
      shown.data.1 = frame.data.1.map { $0 + offset(1, part.y >> chromaY, part.x >> chromaX) }
      shown.data.2 = frame.data.2.map { $0 + offset(2, part.y >> chromaY, part.x >> chromaX) }
    }
    shown.data.3 = frame.data.3.map { $0 + offset(3, part.y, part.x) }
    return shown
  }
}
