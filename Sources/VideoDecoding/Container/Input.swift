import CFFmpeg

/// A container being read: packets in file order. Owns the demuxer and one packet, and frees each once.
final class Input {
  private let source: ByteSource
  private let control: DecodingControl
  /// The video inside a motion photo, in place of the whole source.
  private let section: ByteSection?
  private(set) var context: UnsafeMutablePointer<AVFormatContext>?
  /// If the container is one of pictures.
  private(set) var imageFormat: ImageFormat?
  /// If the file says so; before version 9 FFmpeg takes it for one packet that it cannot decode.
  let isAnimatedWebP: Bool
  /// Packets of all streams that were read before they were asked for, oldest first.
  private(set) var ahead: [UnsafeMutablePointer<AVPacket>] = []
  /// The packet last read; its data is released by the next `read`.
  let packet: UnsafeMutablePointer<AVPacket>
  private var selected: Int?
  /// The stream of which nothing is worth anything encrypted.
  private var preferred: Int?
  private var isEncrypted = false
  /// What the container said of the selected stream on opening. Some demuxers change their own copy as they
  /// read.
  private(set) var parameters: UnsafeMutablePointer<AVCodecParameters>?
  /// Whether the selected stream's times of decoding stand for those of presentation, which it has not.
  private(set) var isInOrder = false
  private let damage = ConcealmentCounter()
  /// What a GIF's packets need; nil in other containers.
  private(set) var delays: GIFDelays?

  init(
    _ source: VideoSource, rules: InputRules, control: DecodingControl, meter: ReadingMeter = ReadingMeter()
  ) throws(VideoError) {
    FFmpegGlobals.limitBlocks(to: rules.maxBlockBytes)
    self.control = control
    let source = try ByteSource(source, rules: rules, control: control, meter: meter)
    self.source = source
    let photo = PhotoFile(source)
    section = try source.blamingReader { () throws(VideoError) in try photo?.movie(in: source) }
    guard let packet = av_packet_alloc() else { throw .outOfMemory }
    self.packet = packet
    imageFormat = section == nil ? photo.map { ImageFormat(name: $0.format) } : nil
    let io = section?.io ?? source.io
    let head = FormatProbe.peek(io)
    isAnimatedWebP = ImageFormat.isAnimatedWebP(head)
    let format = try source.blamingReader { () throws(VideoError) in
      try FormatProbe.format(of: io, name: source.address, probeBytes: rules.probeBytes)
    }
    var (opened, code) = try rules.open(
      io, format, named: source.address, opaque: damage.word(packet: 0), control)
    context = opened
    imageFormat = imageFormat ?? ImageFormat(demuxer: demuxer)
    if demuxer == "gif" { delays = GIFDelays() }
    if code >= 0 {
      try check(rules)
      code = avformat_find_stream_info(opened, nil)
      try check(rules)
    }
    if let failure { throw failure }
    // FFmpeg may go by what it has read until then.
    if control.isCancelled { throw .interrupted }
    switch FFmpegStatus(code) {
    case .interrupted: throw .interrupted
    case .done where !isText: break
    case .done: throw .notVideo(reason: "it holds text")
    case .failed(CFFMPEG_ERROR_NO_MEMORY): throw .tooMuchMemory(limit: FFmpegGlobals.blockLimit)
    default:
      // Its name may have led FFmpeg astray.
      if let picture = ImageFormat(unrecognized: head) { throw .stillPicture(format: picture.name) }
      throw .notVideo(reason: FFmpegStatus.reason(code))
    }
  }

  private func check(_ rules: InputRules) throws(VideoError) {
    guard streams.count <= rules.maxStreams else {
      throw .tooManyStreams(found: streams.count, limit: rules.maxStreams)
    }
    for parameters in streams.compactMap({ $0?.pointee.codecpar.pointee }) {
      try rules.check(width: Int(parameters.width), height: Int(parameters.height))
    }
  }

  deinit {
    dropAhead()
    avformat_close_input(&context)
    var last: UnsafeMutablePointer<AVPacket>? = packet
    av_packet_free(&last)
    avcodec_parameters_free(&parameters)
    damage.close()
  }

  /// FFmpeg would show a text file as a terminal does.
  private var isText: Bool { demuxer == "tty" }

  /// FFmpeg's name of the container.
  var demuxer: String {
    context?.pointee.iformat?.pointee.name.map { String(cString: $0) } ?? ""
  }

  var streams: UnsafeMutableBufferPointer<UnsafeMutablePointer<AVStream>?> {
    UnsafeMutableBufferPointer(start: context?.pointee.streams, count: Int(context?.pointee.nb_streams ?? 0))
  }

  /// Lets `read` return the packets of this stream alone.
  func select(_ index: Int) throws(VideoError) {
    selected = index
    try prefer(index)
    for (position, stream) in streams.enumerated() {
      stream?.pointee.discard = position == index ? AVDISCARD_DEFAULT : AVDISCARD_ALL
    }
  }

  /// Keeps what the container says of this stream, of which `timedPacket` knows the times; `read` returns the
  /// packets of the others too.
  func prefer(_ index: Int) throws(VideoError) {
    if streams[index]?.pointee.isEncrypted ?? false { throw .encrypted }
    preferred = index
    parameters = avcodec_parameters_alloc()
    guard let parameters, let stream = streams[index],
      avcodec_parameters_copy(parameters, stream.pointee.codecpar) >= 0
    else { throw .outOfMemory }
    isInOrder =
      SparseLayout(demuxer: demuxer, parameters.pointee)?.isInOrder(parameters.pointee) ?? false
  }

  /// The container's start time, which players count from, as a fraction of seconds; nil if it is unknown.
  ///
  /// FFmpeg gives it in whole microseconds: the stream that it is taken from has it exactly.
  var containerStart: (Int64, Int32)? {
    guard let start = context?.pointee.start_time, start != CFFMPEG_NO_TIME else { return nil }
    let microseconds = AVRational(num: 1, den: AV_TIME_BASE)
    for stream in streams.compactMap({ $0?.pointee }) where stream.start_time != CFFMPEG_NO_TIME {
      let base = stream.time_base
      guard base.num > 0, base.den > 0, av_rescale_q(stream.start_time, base, microseconds) == start else {
        continue
      }
      let (ticks, isTooLong) = stream.start_time.multipliedReportingOverflow(by: Int64(base.num))
      if !isTooLong { return (ticks, base.den) }
    }
    return (start, AV_TIME_BASE)
  }

  /// The bytes that the container is read from; nil where FFmpeg reads an address itself.
  var bytes: (any PlacedBytes)? { section ?? source.bytes }

  /// The container's name or address, as FFmpeg wants it.
  var address: [CChar] { source.address }

  /// What a reader of the bytes threw, if it did, or that the stream turned out to be encrypted.
  var failure: VideoError? { source.failure ?? (isEncrypted ? .encrypted : nil) }

  /// Whether the demuxer found the file damaged since `forgetDamage`.
  var isDamaged: Bool { damage.count() > 0 }

  func forgetDamage() { damage.clear() }

  /// Reads the next packet of the selected stream, or of any if none is. Anything but `.done` and
  /// `.interrupted` means that the file has no more to give.
  func read() -> FFmpegStatus {
    var status: FFmpegStatus
    repeat {
      if control.isCancelled { return .interrupted }
      av_packet_unref(packet)
      status = takeAhead() ? .done : FFmpegStatus(readNext(packet))
      if packet.pointee.size > 0 { control.countPacket() }
      // What was read ahead to find out about the streams comes out whatever is discarded now.
    } while status == .again || status == .done && !isSelected(packet.pointee.stream_index)
    if status == .done, Int(packet.pointee.stream_index) == preferred, packet.pointee.isEncrypted {
      isEncrypted = true
      return .failed(code: CFFMPEG_ERROR_INVALID)
    }
    return status
  }

  /// The packet last read, with the time at which it is shown where that is known.
  var timedPacket: AVPacket {
    var timed = packet.pointee
    if isInOrder, timed.pts == CFFMPEG_NO_TIME { timed.pts = timed.dts }
    return timed
  }

  private func isSelected(_ stream: Int32) -> Bool { selected == nil || selected == Int(stream) }

  /// Reads up to `limit` packets that `read` will return later, until `isEnough` of those read so far.
  func readAhead(_ limit: Int, until isEnough: ([AVPacket]) -> Bool) {
    while ahead.count < limit, !isEnough(ahead.map(\.pointee)), !control.isCancelled {
      var next = av_packet_alloc()
      guard let packet = next else { return }
      guard readNext(packet) >= 0 else { return av_packet_free(&next) }
      ahead.append(packet)
    }
  }

  private func readNext(_ packet: UnsafeMutablePointer<AVPacket>) -> Int32 {
    let code = av_read_frame(context, packet)
    if code >= 0 { delays?.set(&packet.pointee) }
    return code
  }

  /// Whether a transport stream's packets of `stream` are scrambled, as far as its beginning says.
  func isScrambled(_ stream: Int) -> Bool {
    guard demuxer == "mpegts", let bytes, let identifier = streams[stream]?.pointee.id else { return false }
    let count = Int(min(bytes.count, Self.scrambledBytes))
    return withUnsafeTemporaryAllocation(byteCount: count, alignment: 1) { head in
      bytes.fill(head, at: 0)
        && TransportScrambling.isSeen(in: UnsafeRawBufferPointer(head), stream: identifier)
    }
  }

  /// A second of a broadcast.
  private static let scrambledBytes: Int64 = 1 << 20

  /// Moves the oldest packet read ahead into `packet`, if there is one.
  private func takeAhead() -> Bool {
    guard !ahead.isEmpty else { return false }
    var oldest: UnsafeMutablePointer<AVPacket>? = ahead.removeFirst()
    av_packet_move_ref(packet, oldest)
    av_packet_free(&oldest)
    return true
  }

  private func dropAhead() {
    for packet in ahead {
      var last: UnsafeMutablePointer<AVPacket>? = packet
      av_packet_free(&last)
    }
    ahead = []
  }

  /// Whether the container has no times of its own, as raw streams have none.
  var hasNoTimes: Bool { (context?.pointee.iformat?.pointee.flags ?? 0) & AVFMT_NOTIMESTAMPS != 0 }

  /// Goes to a key packet at or before `time` (ticks of the stream), where the container can.
  func seek(stream: Int, to time: Int64) -> Bool {
    av_packet_unref(packet)
    dropAhead()
    // Their times hang on all the frames before.
    if let delays, delays.areChanged { return false }
    return av_seek_frame(context, Int32(stream), time, AVSEEK_FLAG_BACKWARD) >= 0
  }
}

extension InputRules {
  /// Beyond so many streams FFmpeg itself gives up, without saying how many there are.
  private static let streamsCounted = 1000

  /// Opens a demuxer that opens nothing else, and FFmpeg's answer; the context is nil if it failed.
  func open(
    _ io: UnsafeMutablePointer<AVIOContext>?, _ format: UnsafePointer<AVInputFormat>?, named name: [CChar],
    flags: Int32 = 0, opaque: UnsafeMutableRawPointer?, _ control: DecodingControl
  ) throws(VideoError) -> (context: UnsafeMutablePointer<AVFormatContext>?, code: Int32) {
    guard let context = avformat_alloc_context() else { throw .outOfMemory }
    context.pointee.pb = io
    context.pointee.flags |= flags
    context.pointee.opaque = opaque
    context.pointee.interrupt_callback = control.interrupt
    // Playlists, references and image sequences would open further files: they are refused.
    context.pointee.io_open = { _, _, _, _, _ in CFFMPEG_ERROR_ACCESS }
    var opened: UnsafeMutablePointer<AVFormatContext>? = context
    // No protocol is called "none": what a demuxer opens without asking `io_open` is refused too.
    var options = FFmpegOptions([
      "protocol_whitelist": "none", "scan_all_pmts": "1", "probesize": "\(max(probeBytes, 32))",
      "max_streams": "\(max(maxStreams, Self.streamsCounted))",
    ])
    // Frees the context if it fails.
    let code = avformat_open_input(&opened, name, format, &options.entries)
    return (opened, code)
  }

  func check(width: Int, height: Int) throws(VideoError) {
    if width > 0, height > 0, height > maxPixels / width {
      throw .tooManyPixels(width: width, height: height, limit: maxPixels)
    }
  }
}
