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
    guard sws_init_context(context, nil, nil) >= 0 else { throw Self.unsupported(kind) }
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

  /// Converts the part of `frame` that begins at an even row and column, of this kind's size, into `rgb`,
  /// whose rows are `stride` bytes apart. A part that is not the whole must be of 8-bit planes.
  func convert(
    _ frame: AVFrame, firstRow: Int, firstColumn: Int, into rgb: UnsafeMutablePointer<UInt8>, stride: Int
  ) throws(VideoError) {
    var (planes, strides) = frame.planes
    if firstRow != 0 || firstColumn != 0, let format = av_pix_fmt_desc_get(AVPixelFormat(kind.format)) {
      for index in planes.indices {
        let isChroma = index == 1 || index == 2
        let row = firstRow >> (isChroma ? Int(format.pointee.log2_chroma_h) : 0)
        let column = firstColumn >> (isChroma ? Int(format.pointee.log2_chroma_w) : 0)
        planes[index] = planes[index].map { $0 + row * Int(strides[index]) + column }
      }
    }
    let targets: [UnsafeMutablePointer<UInt8>?] = [rgb, nil, nil, nil]
    let targetStrides: [Int32] = [Int32(stride), 0, 0, 0]
    let rows = sws_scale(context, planes, strides, 0, kind.height, targets, targetStrides)
    guard rows == kind.targetHeight else { throw Self.unsupported(kind) }
  }

  private static func unsupported(_ kind: Kind) -> VideoError {
    let name = av_get_pix_fmt_name(AVPixelFormat(kind.format)).map { String(cString: $0) } ?? "unknown"
    return .unsupportedPixels(format: name, width: Int(kind.width), height: Int(kind.height))
  }
}
