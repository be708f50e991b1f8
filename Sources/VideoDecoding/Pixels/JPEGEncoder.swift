import CFFmpeg

/// Makes JPEGs of small frames of one size. Owns the encoder, its frame, its packet and the conversion to
/// YUV, and frees each once.
package final class JPEGEncoder {
  package let width: Int
  package let height: Int

  private var context: UnsafeMutablePointer<AVCodecContext>?
  private var frame: UnsafeMutablePointer<AVFrame>?
  private var packet: UnsafeMutablePointer<AVPacket>?
  private var scaler: cffmpeg_scaler?

  /// From 2, the best, to 31, as `ffmpeg -q:v` counts.
  private static let quality = 4

  /// For frames of `width` by `height`, each 1 to 4096. Nil where this FFmpeg cannot make JPEGs.
  package init?(width: Int, height: Int) {
    guard (1...4096).contains(width), (1...4096).contains(height) else { return nil }
    self.width = width
    self.height = height
    guard openEncoder(), openFrame(), openScaler() else { return nil }
  }

  deinit {
    sws_freeContext(scaler)
    av_packet_free(&packet)
    av_frame_free(&frame)
    avcodec_free_context(&context)
  }

  private func openEncoder() -> Bool {
    guard let codec = avcodec_find_encoder(AV_CODEC_ID_MJPEG) else { return false }
    context = avcodec_alloc_context3(codec)
    guard let context else { return false }
    context.pointee.width = Int32(width)
    context.pointee.height = Int32(height)
    context.pointee.pix_fmt = AV_PIX_FMT_YUVJ420P
    context.pointee.color_range = AVCOL_RANGE_JPEG
    context.pointee.time_base = AVRational(num: 1, den: 25)
    context.pointee.thread_count = 1
    // Bit-exact: without the version of the library in every file.
    context.pointee.flags |= AV_CODEC_FLAG_QSCALE | AV_CODEC_FLAG_BITEXACT
    context.pointee.global_quality = FF_QP2LAMBDA * Int32(Self.quality)
    return avcodec_open2(context, codec, nil) >= 0
  }

  private func openFrame() -> Bool {
    packet = av_packet_alloc()
    frame = av_frame_alloc()
    guard packet != nil, let frame, let context else { return false }
    frame.pointee.format = AV_PIX_FMT_YUVJ420P.rawValue
    frame.pointee.color_range = AVCOL_RANGE_JPEG
    frame.pointee.width = Int32(width)
    frame.pointee.height = Int32(height)
    frame.pointee.quality = context.pointee.global_quality
    return av_frame_get_buffer(frame, 0) >= 0
  }

  private func openScaler() -> Bool {
    let (width, height) = (Int32(width), Int32(height))
    scaler = sws_getContext(
      width, height, AV_PIX_FMT_RGB24, width, height, AV_PIX_FMT_YUV420P, CFFMPEG_BICUBIC, nil, nil, nil)
    guard let scaler else { return false }
    // JPEG's own colours: the matrix of BT.601, all 256 values.
    let matrix = sws_getCoefficients(Int32(AVCOL_SPC_BT470BG.rawValue))
    return sws_setColorspaceDetails(scaler, matrix, 1, matrix, 1, 0, 1 << 16, 1 << 16) >= 0
  }

  /// The JPEG of a frame: `rgb` is packed 8-bit RGB, `width` × `height` × 3 bytes. Nil where FFmpeg fails.
  package func encode(_ rgb: [UInt8]) -> [UInt8]? {
    guard rgb.count == 3 * width * height, let context, let frame, let packet,
      av_frame_make_writable(frame) >= 0, convert(rgb, into: frame)
    else { return nil }
    frame.pointee.pts += 1
    guard avcodec_send_frame(context, frame) >= 0, avcodec_receive_packet(context, packet) >= 0 else {
      return nil
    }
    defer { av_packet_unref(packet) }
    return Array(UnsafeBufferPointer(start: packet.pointee.data, count: Int(packet.pointee.size)))
  }

  private func convert(_ rgb: [UInt8], into frame: UnsafeMutablePointer<AVFrame>) -> Bool {
    let data = frame.pointee.data
    let lines = frame.pointee.linesize
    return rgb.withUnsafeBufferPointer { rgb in
      sws_scale(
        scaler, [rgb.baseAddress, nil, nil, nil], [Int32(3 * width), 0, 0, 0], 0, Int32(height),
        [data.0, data.1, data.2, nil], [lines.0, lines.1, lines.2, 0])
    } == Int32(height)
  }
}
