import CFFmpeg

/// Packets in, pictures out. Owns the codec context and one frame, and frees each once.
final class Decoder {
  private let context: UnsafeMutablePointer<AVCodecContext>
  /// The picture last received; released by the next `receive`.
  let frame: UnsafeMutablePointer<AVFrame>
  private let damage = DamageLog()

  /// `threads` is for frame and slice threads together, at least 1.
  init(
    _ codec: UnsafePointer<AVCodec>, stream: UnsafeMutablePointer<AVStream>, rate: AVRational, threads: Int,
    maxPixels: Int
  ) throws(VideoError) {
    let name = String(cString: codec.pointee.name)
    guard let context = avcodec_alloc_context3(codec) else { throw .outOfMemory }
    guard let frame = av_frame_alloc() else {
      var last: UnsafeMutablePointer<AVCodecContext>? = context
      avcodec_free_context(&last)
      throw .outOfMemory
    }
    self.context = context
    self.frame = frame
    var code = avcodec_parameters_to_context(context, stream.pointee.codecpar)
    context.pointee.pkt_timebase = stream.pointee.time_base
    context.pointee.framerate = rate
    context.pointee.max_pixels = Int64(maxPixels)
    context.pointee.thread_count = Int32(clamping: max(1, threads))
    damage.listen(to: context)
    if code >= 0 { code = avcodec_open2(context, codec, nil) }
    guard code >= 0 else { throw .decoderFailed(codec: name, reason: FFmpegStatus.reason(code)) }
  }

  deinit {
    var lastFrame: UnsafeMutablePointer<AVFrame>? = frame
    av_frame_free(&lastFrame)
    var lastContext: UnsafeMutablePointer<AVCodecContext>? = context
    avcodec_free_context(&lastContext)
    damage.close()
  }

  /// Hands over a packet; nil asks for the pictures still inside.
  func send(_ packet: UnsafeMutablePointer<AVPacket>?) -> FFmpegStatus {
    FFmpegStatus(avcodec_send_packet(context, packet))
  }

  /// Puts the next picture into `frame`.
  func receive() -> FFmpegStatus {
    FFmpegStatus(avcodec_receive_frame(context, frame))
  }

  /// Forgets all pictures, to begin at another place.
  func restart() {
    avcodec_flush_buffers(context)
  }

  /// When the picture is shown, in ticks of the stream; nil if nothing says so.
  var stamp: Int64? {
    let time = frame.pointee.best_effort_timestamp
    return time == CFFMPEG_NO_TIME ? nil : time
  }

  /// How long the frame is shown, in ticks of the stream, as its packet says; 0 if nothing says so.
  var duration: Int64 { cffmpeg_frame_duration(frame) }

  /// Whether the picture was decoded from others that are missing.
  var isDamaged: Bool { frame.pointee.flags & AV_FRAME_FLAG_CORRUPT != 0 }

  /// Pictures of which parts were made up so far. With frame threads, some of them may be still inside.
  var concealedPictures: Int { damage.count }
}
