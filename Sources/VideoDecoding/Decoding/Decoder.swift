import CFFmpeg

/// Packets in, frames out. Owns the codec context and one frame, and frees each once.
final class Decoder {
  private let context: UnsafeMutablePointer<AVCodecContext>
  /// The frame last received; released by the next `receive`.
  let frame: UnsafeMutablePointer<AVFrame>
  private let damage = ConcealmentCounter()
  private var recent = RecentPackets()
  /// Packets whose frames said by their own flags that they are damaged.
  private var flagged = Set<Int>()
  /// Packets given, and how many times more it was asked for a frame after the last.
  private var sent = 0
  private var drained = 0
  private var isDraining = false

  /// `threads` is for frame and slice threads together, at least 1.
  init(
    _ codec: UnsafePointer<AVCodec>, _ parameters: UnsafePointer<AVCodecParameters>, timeBase: AVRational,
    rate: AVRational, threads: Int, maxPixels: Int
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
    var code = avcodec_parameters_to_context(context, parameters)
    context.pointee.pkt_timebase = timeBase
    context.pointee.framerate = rate
    context.pointee.max_pixels = Int64(maxPixels)
    context.pointee.thread_count =
      Self.dependsOnThreads(parameters.pointee) ? 1 : Int32(clamping: max(1, threads))
    context.pointee.opaque = damage.word(packet: 0)
    if code >= 0 { code = avcodec_open2(context, codec, nil) }
    // What is said on opening, of what the container gives once, is no packet's.
    damage.clear()
    guard code >= 0 else { throw .decoderFailed(codec: name, reason: FFmpegStatus.reason(code)) }
  }

  /// Whether the ffmpeg program itself gives other frames with more threads than one.
  private static func dependsOnThreads(_ parameters: AVCodecParameters) -> Bool {
    switch parameters.codec_id {
    // Threads share a frame's slices: what is made up for lost ones depends on which of them was ahead.
    case AV_CODEC_ID_MPEG1VIDEO, AV_CODEC_ID_MPEG2VIDEO: true
    // A thread reads rows of the frame before that another has not finished.
    case AV_CODEC_ID_THEORA, AV_CODEC_ID_VP3, AV_CODEC_ID_VP4: true
    default: false
    }
  }

  deinit {
    var lastFrame: UnsafeMutablePointer<AVFrame>? = frame
    av_frame_free(&lastFrame)
    var lastContext: UnsafeMutablePointer<AVCodecContext>? = context
    avcodec_free_context(&lastContext)
    damage.close()
  }

  /// Hands over a packet; nil asks for the frames still inside.
  func send(_ packet: UnsafeMutablePointer<AVPacket>?) -> FFmpegStatus {
    if let packet {
      context.pointee.opaque = damage.word(packet: sent)
      if packet.pointee.flags & AV_PKT_FLAG_CORRUPT != 0 { damage.mark(sent) }
      recent.note(packet.pointee, number: sent)
      sent += 1
    } else {
      isDraining = true
    }
    let status = FFmpegStatus(avcodec_send_packet(context, packet))
    if status == .again || status.isFailure { damage.mark(max(0, finished - 1)) }
    return status
  }

  /// Puts the next frame into `frame`.
  func receive() -> FFmpegStatus {
    let status = FFmpegStatus(avcodec_receive_frame(context, frame))
    if isDraining { drained += 1 }
    if status.isFailure { damage.mark(max(0, finished - 1)) }
    if status == .done, isDamaged, let packets = recent.packets(ofFrameShownAt: frame.pointee.pts) {
      flagged.insert(packets.last)
    }
    return status
  }

  /// When the frame is shown, in ticks of the stream; nil if nothing says so.
  var stamp: Int64? {
    let time = frame.pointee.best_effort_timestamp
    return time == CFFMPEG_NO_TIME ? nil : time
  }

  /// How long the frame is shown, in ticks of the stream, as its packet says; 0 if nothing says so.
  var duration: Int64 { cffmpeg_frame_duration(frame) }

  /// Whether the frame was decoded from others that are missing, or, where FFmpeg's log does not tell, in
  /// part only.
  var isDamaged: Bool {
    frame.pointee.flags & AV_FRAME_FLAG_CORRUPT != 0
      || frame.pointee.decode_error_flags != 0 && !FFmpegGlobals.isOwned
  }

  /// What is known of the frame's damage: its own, or what it may have been predicted from.
  var frameDamage: FrameDamage {
    if isDamaged { return .concealed }
    guard let packets = recent.packets(ofFrameShownAt: frame.pointee.pts) else { return .none }
    if damage.holds(packets.last..<packets.last + 1) { return .concealed }
    let earlier = packets.key..<packets.last
    return damage.holds(earlier) || flagged.contains(where: earlier.contains) ? .inherited : .none
  }

  /// Packets damaged or decoded only in part. With frame threads, some are still to be decoded while there
  /// are more frames to receive.
  var damagedPackets: Int { damage.count() }

  /// Of the packets whose decoding is finished for certain, those that are damaged: the same number in each
  /// run.
  var finishedDamage: Int { damage.count(before: finished) }

  /// How many packets are decoded for certain. With frame threads, one answer waits for the oldest packet
  /// under way.
  private var finished: Int {
    let underWay =
      context.pointee.active_thread_type & FF_THREAD_FRAME != 0 ? Int(context.pointee.thread_count) - 1 : 0
    return min(sent, max(0, sent - underWay + drained))
  }
}
