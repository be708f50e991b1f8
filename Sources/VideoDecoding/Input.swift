import CFFmpeg

/// A container being read: packets in file order. Owns the demuxer and one packet, and frees each once.
final class Input {
  private let source: ByteSource
  private var context: UnsafeMutablePointer<AVFormatContext>?
  /// The packet last read; its data is released by the next `read`.
  let packet: UnsafeMutablePointer<AVPacket>
  private var selected: Int?
  /// What the container said of the selected stream on opening. Some demuxers change their own copy as they read.
  private(set) var parameters: UnsafeMutablePointer<AVCodecParameters>?
  private let damage = DamageLog()

  init(path: [UInt8], rules: InputRules) throws(VideoError) {
    av_max_alloc(rules.maxBlockBytes)
    source = try ByteSource(path: path, rules: rules)
    guard let packet = av_packet_alloc() else { throw .outOfMemory }
    self.packet = packet
    let format = try FormatProbe.format(of: source, probeBytes: rules.probeBytes)
    guard let context = avformat_alloc_context() else {
      throw .outOfMemory
    }
    context.pointee.pb = source.io
    context.pointee.opaque = damage.word(packet: 0)
    context.pointee.interrupt_callback = ByteSource.interrupt
    // Playlists, references and image sequences would open further files: they are refused.
    context.pointee.io_open = { _, _, _, _, _ in CFFMPEG_ERROR_ACCESS }
    var opened: UnsafeMutablePointer<AVFormatContext>? = context
    // No protocol is called "none": what a demuxer opens without asking `io_open` is refused too.
    var options = FFmpegOptions([
      "protocol_whitelist": "none", "scan_all_pmts": "1", "probesize": "\(max(rules.probeBytes, 32))",
      "max_streams": "\(max(rules.maxStreams, Self.streamsCounted))",
    ])
    // Frees the context if it fails.
    var code = avformat_open_input(&opened, source.address, format, &options.entries)
    self.context = opened
    if code >= 0 {
      try check(rules)
      code = avformat_find_stream_info(opened, nil)
      try check(rules)
    }
    switch FFmpegStatus(code) {
    case .interrupted: throw .interrupted
    case .done where !isText: break
    case .done: throw .notVideo(reason: "it holds text")
    case .failed(CFFMPEG_ERROR_NO_MEMORY): throw .tooMuchMemory(limit: rules.maxBlockBytes)
    default: throw .notVideo(reason: FFmpegStatus.reason(code))
    }
  }

  /// Beyond so many streams FFmpeg itself gives up, without saying how many there are.
  private static let streamsCounted = 1000

  private func check(_ rules: InputRules) throws(VideoError) {
    guard streams.count <= rules.maxStreams else {
      throw .tooManyStreams(found: streams.count, limit: rules.maxStreams)
    }
    for parameters in streams.compactMap({ $0?.pointee.codecpar.pointee }) {
      try rules.check(width: Int(parameters.width), height: Int(parameters.height))
    }
  }

  deinit {
    avformat_close_input(&context)
    var last: UnsafeMutablePointer<AVPacket>? = packet
    av_packet_free(&last)
    avcodec_parameters_free(&parameters)
    damage.close()
  }

  /// FFmpeg would show a text file as a terminal does.
  private var isText: Bool {
    guard let name = context?.pointee.iformat?.pointee.name else { return false }
    return String(cString: name) == "tty"
  }

  var streams: UnsafeMutableBufferPointer<UnsafeMutablePointer<AVStream>?> {
    UnsafeMutableBufferPointer(start: context?.pointee.streams, count: Int(context?.pointee.nb_streams ?? 0))
  }

  /// Lets `read` return the packets of this stream alone.
  func select(_ index: Int) throws(VideoError) {
    selected = index
    parameters = avcodec_parameters_alloc()
    guard let parameters, let stream = streams[index],
      avcodec_parameters_copy(parameters, stream.pointee.codecpar) >= 0
    else { throw .outOfMemory }
    for (position, stream) in streams.enumerated() {
      stream?.pointee.discard = position == index ? AVDISCARD_DEFAULT : AVDISCARD_ALL
    }
  }

  /// The index of the video stream that FFmpeg thinks best, and its decoder; a cover picture is no video.
  func bestVideoStream() throws(VideoError) -> (index: Int, decoder: UnsafePointer<AVCodec>) {
    let videos = streams.enumerated().filter { $0.element.map(Self.isVideo) ?? false }.map(\.offset)
    var decoder: UnsafePointer<AVCodec>?
    var best = Int(av_find_best_stream(context, AVMEDIA_TYPE_VIDEO, -1, -1, &decoder, 0))
    if !videos.contains(best), let first = videos.first {
      best = Int(av_find_best_stream(context, AVMEDIA_TYPE_VIDEO, Int32(first), -1, &decoder, 0))
    }
    if videos.contains(best), let decoder { return (best, decoder) }
    guard let first = videos.first, let stream = streams[first] else {
      throw .noVideoStream(found: describeStreams())
    }
    throw .noDecoder(codec: String(cString: avcodec_get_name(stream.pointee.codecpar.pointee.codec_id)))
  }

  /// Average pictures a second, or else FFmpeg's guess, or else 25; both parts positive, and not less than one a day.
  func rate(of index: Int) -> AVRational {
    guard let stream = streams[index] else { return AVRational(num: 25, den: 1) }
    let candidates = [stream.pointee.avg_frame_rate, av_guess_frame_rate(context, stream, nil)]
    return candidates.first { $0.num > 0 && $0.den > 0 && Int64($0.den) <= 86_400 * Int64($0.num) }
      ?? AVRational(num: 25, den: 1)
  }

  private static func isVideo(_ stream: UnsafeMutablePointer<AVStream>) -> Bool {
    stream.pointee.codecpar.pointee.codec_type == AVMEDIA_TYPE_VIDEO
      && stream.pointee.disposition & AV_DISPOSITION_ATTACHED_PIC == 0
  }

  private func describeStreams() -> [String] {
    let kinds = streams.compactMap { $0 }.map { stream in
      switch stream.pointee.codecpar.pointee.codec_type {
      case AVMEDIA_TYPE_AUDIO: "audio stream"
      case AVMEDIA_TYPE_VIDEO: "cover picture"
      case AVMEDIA_TYPE_SUBTITLE: "subtitle stream"
      default: "other stream"
      }
    }
    return ["audio stream", "cover picture", "subtitle stream", "other stream"].compactMap { kind in
      let count = kinds.count { $0 == kind }
      return count == 0 ? nil : "\(count) \(kind)\(count == 1 ? "" : "s")"
    }
  }

  /// Whether the demuxer found the file damaged since `forgetDamage`.
  var isDamaged: Bool { damage.count() > 0 }

  func forgetDamage() { damage.clear() }

  /// Reads the next packet of the selected stream. Anything but `.done` and `.interrupted` means that the file has no
  /// more to give.
  func read() -> FFmpegStatus {
    var status: FFmpegStatus
    repeat {
      if Interruption.isRequested { return .interrupted }
      av_packet_unref(packet)
      status = FFmpegStatus(av_read_frame(context, packet))
      if packet.pointee.size > 0 { DecodingProgress.advance() }
      // What was read ahead to find out about the streams comes out whatever is discarded now.
    } while status == .again || status == .done && selected.map(Int32.init) != packet.pointee.stream_index
    return status
  }

  /// Goes to a key packet at or before `time` (ticks of the stream), where the container can.
  func seek(stream: Int, to time: Int64) -> Bool {
    av_packet_unref(packet)
    return av_seek_frame(context, Int32(stream), time, AVSEEK_FLAG_BACKWARD) >= 0
  }
}

extension InputRules {
  func check(width: Int, height: Int) throws(VideoError) {
    if width > 0, height > 0, height > maxPixels / width {
      throw .tooManyPixels(width: width, height: height, limit: maxPixels)
    }
  }
}
