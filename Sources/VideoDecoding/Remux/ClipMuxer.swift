import CFFmpeg

/// One output: a container that packets of an input's streams are written to.
final class ClipMuxer {
  private var context: UnsafeMutablePointer<AVFormatContext>?
  private let sink: ClipSink
  private let format: String
  private let name: String
  /// For each stream of the input its place in the output.
  private let places: [Int: Int]
  private let ticks: [AVRational]
  /// What the muxer should add to times and does not, in ticks of the input, by place.
  private let delays: [Int64]
  /// The last times of decoding, by place.
  private var last: [Int64?]

  /// Opens `format` for `streams` of `input`, the video first, and writes its header. `name` is what the file
  /// is called, by which some muxers go. `hidesEnd`: an edit list is to hide what is stamped with the end and
  /// lasts no time.
  init(
    _ format: UnsafePointer<AVOutputFormat>, _ streams: [Int], of input: Input, named name: String,
    hidesEnd: Bool = false, to sink: ClipSink
  ) throws(RemuxError) {
    self.sink = sink
    self.name = name
    self.format = String(cString: format.pointee.name)
    places = Dictionary(uniqueKeysWithValues: streams.enumerated().map { ($1, $0) })
    ticks = streams.map { input.streams[$0]?.pointee.time_base ?? AVRational(num: 1, den: 90_000) }
    last = Array(repeating: nil, count: streams.count)
    let isMatroska = ["matroska", "webm"].contains(self.format)
    delays = zip(streams, ticks).map { stream, tick in
      isMatroska && !CFFMPEG_MATROSKA_ADDS_DELAY ? Self.delay(input.streams[stream], tick) : 0
    }
    let code = avformat_alloc_output_context2(&context, format, nil, name)
    guard code >= 0, let context else { throw failure(code) }
    context.pointee.pb = sink.io
    // The same clip has the same bytes; and what some containers call experimental is copied as it is.
    context.pointee.flags |= AVFMT_FLAG_BITEXACT | AVFMT_FLAG_CUSTOM_IO
    context.pointee.strict_std_compliance = -2
    context.pointee.io_open = { _, _, _, _, _ in CFFMPEG_ERROR_ACCESS }
    for index in streams {
      guard let stream = input.streams[index] else { continue }
      let code = Self.add(stream, to: context)
      guard code >= 0 else { throw failure(code) }
    }
    Self.copyMetadata(input.context?.pointee.metadata, to: &context.pointee.metadata)
    var options: OpaquePointer?
    defer { av_dict_free(&options) }
    if hidesEnd {
      // Edit lists count in the movie's ticks, and where there is a rate, muxers guess durations by it.
      av_dict_set_int(&options, "movie_timescale", Int64(ticks[0].den), 0)
      context.pointee.streams[0]?.pointee.avg_frame_rate = AVRational(num: 0, den: 1)
    }
    let opened = avformat_write_header(context, &options)
    guard opened >= 0 else { throw failure(opened) }
  }

  deinit { avformat_free_context(context) }

  /// Whether a container of these streams can be begun.
  static func takes(_ streams: [Int], of input: Input, _ format: UnsafePointer<AVOutputFormat>) -> Bool {
    guard let sink = try? ClipSink(nil) else { return false }
    return (try? ClipMuxer(format, streams, of: input, named: "clip", to: sink)) != nil
  }

  /// By how much an encoder's samples before the first that is heard move times back.
  private static func delay(_ stream: UnsafeMutablePointer<AVStream>?, _ tick: AVRational) -> Int64 {
    guard let parameters = stream?.pointee.codecpar.pointee, parameters.initial_padding > 0,
      parameters.sample_rate > 0, tick.num > 0, tick.den > 0
    else { return 0 }
    let sample = AVRational(num: 1, den: parameters.sample_rate)
    return av_rescale_q(Int64(parameters.initial_padding), sample, tick)
  }

  private static func add(
    _ stream: UnsafeMutablePointer<AVStream>, to context: UnsafeMutablePointer<AVFormatContext>
  ) -> Int32 {
    guard let new = avformat_new_stream(context, nil), let parameters = stream.pointee.codecpar else {
      return CFFMPEG_ERROR_NO_MEMORY
    }
    var code = avcodec_parameters_copy(new.pointee.codecpar, parameters)
    if code >= 0 { code = cffmpeg_copy_side_data(new, stream) }
    guard code >= 0 else { return code }
    new.pointee.codecpar.pointee.codec_tag = tag(of: parameters.pointee, in: context.pointee.oformat)
    new.pointee.time_base = stream.pointee.time_base
    new.pointee.avg_frame_rate = stream.pointee.avg_frame_rate
    new.pointee.r_frame_rate = stream.pointee.r_frame_rate
    // Container and codec may differ in it: the container's counts.
    let own = stream.pointee.sample_aspect_ratio
    let aspect = own.num != 0 ? own : parameters.pointee.sample_aspect_ratio
    new.pointee.sample_aspect_ratio = aspect
    new.pointee.codecpar.pointee.sample_aspect_ratio = aspect
    new.pointee.disposition = stream.pointee.disposition
    new.pointee.id = stream.pointee.id
    copyMetadata(stream.pointee.metadata, to: &new.pointee.metadata)
    return code
  }

  /// The source's tag where the container knows it for this codec, or knows none, as the ffmpeg program does.
  private static func tag(
    of parameters: AVCodecParameters, in format: UnsafePointer<AVOutputFormat>?
  ) -> UInt32 {
    guard let tags = format?.pointee.codec_tag else { return parameters.codec_tag }
    if av_codec_get_id(tags, parameters.codec_tag) == parameters.codec_id { return parameters.codec_tag }
    var own: UInt32 = 0
    return av_codec_get_tag2(tags, parameters.codec_id, &own) == 0 ? parameters.codec_tag : 0
  }

  /// All but what is true of the whole file alone, or is written by the muxer.
  private static func copyMetadata(_ source: OpaquePointer?, to target: inout OpaquePointer?) {
    var entry: UnsafeMutablePointer<AVDictionaryEntry>?
    while let next = av_dict_get(source, "", entry, AV_DICT_IGNORE_SUFFIX) {
      entry = next
      let key = String(cString: next.pointee.key).lowercased()
      let isOfWhole =
        ["timecode", "encoder", "major_brand", "minor_version", "compatible_brands", "duration"].contains(key)
        || ["_statistics", "bps", "number_of_frames", "number_of_bytes", "duration-"]
          .contains(where: key.hasPrefix)
      if !isOfWhole { av_dict_set(&target, next.pointee.key, next.pointee.value, 0) }
    }
  }

  /// Writes a packet of the input's stream `stream`, whose times are in that stream's ticks from the clip's
  /// start; its bytes are referred to, not changed.
  func write(
    _ packet: UnsafePointer<AVPacket>, of stream: Int, stamp: Int64?, decoding: Int64, duration: Int64
  ) throws(RemuxError) {
    guard let context, let place = places[stream], let output = context.pointee.streams[place] else { return }
    guard let copy = av_packet_clone(packet) else { throw failure(CFFMPEG_ERROR_NO_MEMORY) }
    defer {
      var copy: UnsafeMutablePointer<AVPacket>? = copy
      av_packet_free(&copy)
    }
    copy.pointee.stream_index = Int32(place)
    copy.pointee.pos = -1
    copy.pointee.pts = stamp.map { $0 &+ delays[place] } ?? CFFMPEG_NO_TIME
    copy.pointee.dts = decoding &+ delays[place]
    copy.pointee.duration = duration
    av_packet_rescale_ts(copy, ticks[place], output.pointee.time_base)
    // Ticks that are longer than the source's bring times together.
    if let last = last[place], copy.pointee.dts <= last { copy.pointee.dts = last &+ 1 }
    if stamp != nil { copy.pointee.pts = max(copy.pointee.pts, copy.pointee.dts) }
    last[place] = copy.pointee.dts
    let code = av_interleaved_write_frame(context, copy)
    guard code >= 0, sink.errorCode == 0 else { throw failure(code) }
  }

  /// Writes what ends the container.
  func finish() throws(RemuxError) {
    let code = av_write_trailer(context)
    avio_flush(sink.io)
    guard code >= 0, sink.errorCode == 0 else { throw failure(code) }
  }

  private func failure(_ code: Int32) -> RemuxError {
    if sink.errorCode != 0 { return .unwritable(name: name, code: sink.errorCode) }
    return .refused(container: format, reason: FFmpegStatus.reason(code))
  }
}
