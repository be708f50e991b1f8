import CFFmpeg

/// A libswscale context from one kind of frame to RGB; freed once.
final class Scaler {
  /// Everything about a frame that its conversion depends on.
  struct Kind: Hashable {
    var width: Int32
    var height: Int32
    let format: Int32
    let matrix: UInt32
    let range: UInt32
    /// Of the RGB.
    var targetWidth: Int32
    var targetHeight: Int32

    /// To RGB of the frame's own size.
    init(_ frame: AVFrame) {
      width = frame.width
      height = frame.height
      format = frame.format
      matrix = frame.colorspace.rawValue
      range = frame.color_range.rawValue
      targetWidth = width
      targetHeight = height
    }
  }

  let kind: Kind
  private let context: cffmpeg_scaler
  /// Whether rows cannot be made in pairs: Bayer patterns are interpolated within what is asked for alone.
  private let isWhole: Bool

  /// The settings of ffmpeg's scale filter as `-pix_fmt rgb24` inserts it: bicubic, the frame's own matrix
  /// (BT.601 where it names none) and range, chroma rows of 4:2:0 half-way between luma rows.
  init(_ kind: Kind) throws(VideoError) {
    self.kind = kind
    guard let context = sws_alloc_context() else { throw .outOfMemory }
    self.context = context
    let object = UnsafeMutableRawPointer(context)
    let settings: [(String, Int32)] = [
      ("srcw", kind.width), ("srch", kind.height), ("src_format", kind.format),
      ("dstw", kind.targetWidth), ("dsth", kind.targetHeight), ("dst_format", AV_PIX_FMT_RGB24.rawValue),
      ("sws_flags", CFFMPEG_BICUBIC),
      ("src_v_chr_pos", kind.format == AV_PIX_FMT_YUV420P.rawValue ? 128 : -513),
    ]
    for (name, value) in settings { av_opt_set_int(object, name, Int64(value), 0) }
    guard sws_init_context(context, nil, nil) >= 0 else {
      sws_freeContext(context)
      throw Self.unsupported(kind)
    }
    let flags = av_pix_fmt_desc_get(AVPixelFormat(kind.format))?.pointee.flags ?? 0
    isWhole = flags & UInt64(AV_PIX_FMT_FLAG_BAYER) != 0 || sws_receive_slice_alignment(context) > 2
    setColours()
  }

  deinit { sws_freeContext(context) }

  private func setColours() {
    var inverse: UnsafeMutablePointer<Int32>?
    var table: UnsafeMutablePointer<Int32>?
    var (fromFull, toFull): (Int32, Int32) = (0, 0)
    var (brightness, contrast, saturation): (Int32, Int32, Int32) = (0, 0, 0)
    // Formats without a matrix (RGB, for one) have no such details, and need none.
    guard
      sws_getColorspaceDetails(
        context, &inverse, &fromFull, &table, &toFull, &brightness, &contrast, &saturation) >= 0
    else { return }
    if kind.range == AVCOL_RANGE_JPEG.rawValue { fromFull = 1 }
    if kind.range == AVCOL_RANGE_MPEG.rawValue { fromFull = 0 }
    let named = (1...10).contains(kind.matrix) && kind.matrix != AVCOL_SPC_YCGCO.rawValue
    let matrix = sws_getCoefficients(Int32(named ? kind.matrix : AVCOL_SPC_BT470BG.rawValue))
    sws_setColorspaceDetails(context, matrix, fromFull, matrix, toFull, brightness, contrast, saturation)
  }

  /// Makes the rows of `runs`, which begin at even ones, of `picture` from a frame of this kind.
  func convert(_ frame: AVFrame, _ runs: RowRuns, into picture: RGBPicture) throws(VideoError) {
    var frame = frame
    let code = withUnsafeMutablePointer(to: &frame) { frame in
      // Of a copy it points elsewhere: the planes' pointers are a frame's first field.
      frame.pointee.extended_data = UnsafeMutableRawPointer(frame).assumingMemoryBound(
        to: UnsafeMutablePointer<UInt8>?.self)
      return sws_frame_start(context, picture.frame, frame)
    }
    defer { sws_frame_end(context) }
    if code == CFFMPEG_ERROR_NO_MEMORY { throw .outOfMemory }
    guard code >= 0, sws_send_slice(context, 0, UInt32(kind.height)) >= 0 else {
      throw Self.unsupported(kind)
    }
    for run in isWhole ? [0..<Int(kind.targetHeight)] : runs.runs {
      let rows = run.clamped(to: 0..<Int(kind.targetHeight))
      guard sws_receive_slice(context, UInt32(rows.lowerBound), UInt32(rows.count)) >= 0 else {
        throw Self.unsupported(kind)
      }
    }
  }

  private static func unsupported(_ kind: Kind) -> VideoError {
    let name = av_get_pix_fmt_name(AVPixelFormat(kind.format)).map { String(cString: $0) } ?? "unknown"
    return .unsupportedPixels(format: name, width: Int(kind.width), height: Int(kind.height))
  }
}
