import CFFmpeg
import Glibc

/// Makes image files of pictures of one size. Owns the encoder, its frame, its packet and the conversion of
/// colours, and frees each once.
package final class ImageEncoder {
  package enum Format: Sendable, Hashable {
    /// `quality` is from 2, the best, to 31, as `ffmpeg -q:v` counts.
    case jpeg(quality: Int)
    /// Without loss: the pixels that went in.
    case png

    fileprivate var codec: AVCodecID { self == .png ? AV_CODEC_ID_PNG : AV_CODEC_ID_MJPEG }
    fileprivate var pixels: AVPixelFormat { self == .png ? AV_PIX_FMT_RGB24 : AV_PIX_FMT_YUVJ420P }
  }

  package let format: Format
  package let width: Int
  package let height: Int

  private var context: UnsafeMutablePointer<AVCodecContext>?
  private var frame: UnsafeMutablePointer<AVFrame>?
  private var packet: UnsafeMutablePointer<AVPacket>?
  /// To JPEG's colours; nil for PNG, which has those of the pixels.
  private var scaler: cffmpeg_scaler?

  /// As many rows or columns as FFmpeg puts into a JPEG.
  package static let longestSide = 65_500

  /// For pictures of `width` by `height`, each from 1 to `longestSide`. Nil where this FFmpeg has no encoder
  /// of the format.
  package init?(_ format: Format, width: Int, height: Int) {
    guard (1...Self.longestSide).contains(width), (1...Self.longestSide).contains(height) else { return nil }
    self.format = format
    self.width = width
    self.height = height
    guard openEncoder(), openFrame(), format == .png || openScaler() else { return nil }
  }

  deinit {
    sws_freeContext(scaler)
    av_packet_free(&packet)
    av_frame_free(&frame)
    avcodec_free_context(&context)
  }

  private func openEncoder() -> Bool {
    guard let codec = avcodec_find_encoder(format.codec) else { return false }
    context = avcodec_alloc_context3(codec)
    guard let context else { return false }
    context.pointee.width = Int32(width)
    context.pointee.height = Int32(height)
    context.pointee.pix_fmt = format.pixels
    context.pointee.time_base = AVRational(num: 1, den: 25)
    context.pointee.thread_count = 1
    // Bit-exact: without the version of the library in every file.
    context.pointee.flags |= AV_CODEC_FLAG_BITEXACT
    switch format {
    case .jpeg(let quality):
      context.pointee.color_range = AVCOL_RANGE_JPEG
      context.pointee.flags |= AV_CODEC_FLAG_QSCALE
      context.pointee.global_quality = FF_QP2LAMBDA * Int32(quality)
    case .png:
      // Each row as its difference to what is above and to the left: half the size of a photo.
      _ = av_opt_set(context.pointee.priv_data, "pred", "paeth", 0)
    }
    return avcodec_open2(context, codec, nil) >= 0
  }

  private func openFrame() -> Bool {
    packet = av_packet_alloc()
    frame = av_frame_alloc()
    guard packet != nil, let frame, let context else { return false }
    frame.pointee.format = format.pixels.rawValue
    frame.pointee.color_range = context.pointee.color_range
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

  /// The file of a picture: `rgb` is packed 8-bit RGB, `width` × `height` × 3 bytes. Nil where FFmpeg fails.
  package func encode(_ rgb: [UInt8]) -> [UInt8]? {
    guard rgb.count == 3 * width * height, let context, let frame, let packet,
      av_frame_make_writable(frame) >= 0, fill(frame, with: rgb)
    else { return nil }
    frame.pointee.pts += 1
    guard avcodec_send_frame(context, frame) >= 0, avcodec_receive_packet(context, packet) >= 0 else {
      return nil
    }
    defer { av_packet_unref(packet) }
    return Array(UnsafeBufferPointer(start: packet.pointee.data, count: Int(packet.pointee.size)))
  }

  private func fill(_ frame: UnsafeMutablePointer<AVFrame>, with rgb: [UInt8]) -> Bool {
    let data = frame.pointee.data
    let lines = frame.pointee.linesize
    return rgb.withUnsafeBufferPointer { rgb in
      guard let scaler else {
        guard let target = data.0, let source = rgb.baseAddress else { return false }
        for row in 0..<height { memcpy(target + row * Int(lines.0), source + row * 3 * width, 3 * width) }
        return true
      }
      return sws_scale(
        scaler, [rgb.baseAddress, nil, nil, nil], [Int32(3 * width), 0, 0, 0], 0, Int32(height),
        [data.0, data.1, data.2, nil], [lines.0, lines.1, lines.2, 0]) == Int32(height)
    }
  }
}
