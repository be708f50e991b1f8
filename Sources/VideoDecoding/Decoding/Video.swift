import CFFmpeg

/// What a file says of the video stream that is taken.
package struct VideoInfo: Sendable, Equatable {
  /// FFmpeg's name of the codec: `h264`.
  package let codec: String
  /// Upright, in pixels: those of the first frame.
  package internal(set) var width: Int
  package internal(set) var height: Int
  /// How the container wants its frames turned.
  package let orientation: Orientation
  /// Average frames a second.
  package let frameRate: Double
  /// The stream's number in the container, as ffprobe counts.
  package let track: Int
  /// The Dolby Vision profile, where what is decoded has colours of its own that only Dolby's conversion
  /// shows right.
  package let dolbyVisionProfile: Int?
  /// What the container says that a camera's clock showed at its start, in any form, the likeliest first.
  package let timecodes: [String]
  /// Whether it comes from a server that gives no parts of it: it is read from its start to its end.
  package internal(set) var isGivenWhole = false
}

/// A video stream of a file, the best one unless another is asked for: its times, and its frames in the
/// order shown.
///
/// For one thread at a time. Nothing here prints, nor starts a thread but the decoder's own.
package final class Video {
  package internal(set) var info: VideoInfo
  /// Packets and frames found damaged in the last decoding from the start, or in the parts reached by
  /// seeking.
  package var decodeErrors: Int { errors + decoder.damagedPackets + (input.isDamaged ? 1 : 0) }
  /// Packets that the decoder was given, in all: what was decoded, whether it was asked for or not.
  package internal(set) var framesDecoded = 0
  /// Packets that the decoder was spared, in all: nobody asked for their frames, and no other frame needs
  /// them.
  package internal(set) var framesSkipped = 0

  package let source: VideoSource
  let control: DecodingControl
  let rules: InputRules
  /// The decoder's. One where frames depend on their number; and where the file is known to be damaged: what
  /// FFmpeg makes up for lost parts depends on which of its threads was ahead, and the ffmpeg program itself
  /// then gives other frames from run to run.
  private(set) var threads: Int
  let stream: Int
  let codec: UnsafePointer<AVCodec>
  let rate: AVRational
  let clock: PresentationTimes.Clock
  let converter = RGBConverter()
  /// Of `decodeErrors`, those that no packet given to the decoder is the cause of.
  var errors = 0
  var input: Input
  var decoder: Decoder
  var scan: PacketScan?
  var knownTimeline: PresentationTimes?
  /// Whether the timeline was learned by decoding, and so is beyond doubt.
  var isTimelineExact = false
  /// Whether the time of the first frame was learned by decoding.
  var isStartExact = false
  package var bytesRead: Int? { input.bytes == nil ? nil : meter.bytesRead }
  package var fileBytes: Int? { input.bytes.map { Int($0.count) } }

  /// What the decoder need not be given, if it may be spared anything.
  var spared: SkippablePackets?
  /// Where `input` and `decoder` stand.
  var position = Position.start
  /// Where the decoder's packets come from; nil while they are `input`'s.
  var placed: PlacedPackets?
  /// Whether nothing was read from `input` since it was opened.
  var isInputFresh = true
  /// Counts what all inputs read.
  let meter = ReadingMeter()
  /// The number, in the order of the file, of the packet to be read next, if it has to be the one that the
  /// scan saw.
  var expected: Int?
  /// Whether a packet came that is not the one that the scan saw: what was decoded before it is right.
  var isAstray = false

  enum Position {
    /// Nothing read, nothing decoded.
    case start
    /// Somewhere; `packetIsRead` if the input's packet is still to be decoded, `isDraining` once there are no
    /// more.
    case inside(packetIsRead: Bool, isDraining: Bool)
  }

  /// Packets that no wanted frame needs.
  struct SkippablePackets {
    /// When all frames of the stream are shown, in ticks, and the numbers of the wanted ones, ascending.
    let stamps: [Int64]
    let wanted: [Int]
    let references: PacketDependencies
    /// The numbers of frames that were skipped and have not been missed yet.
    var numbers: Set<Int> = []

    /// Whether the packet can be skipped, which is then noted.
    mutating func takes(_ packet: AVPacket, _ bytes: PacketBytes) -> Bool {
      guard packet.pts != CFFMPEG_NO_TIME, references.areAbsent(to: bytes) else { return false }
      let number = stamps.partitioningIndex { $0 >= packet.pts }
      guard number < stamps.count, stamps[number] == packet.pts else { return false }
      let place = wanted.partitioningIndex { $0 >= number }
      guard place == wanted.count || wanted[place] != number else { return false }
      numbers.insert(number)
      return true
    }
  }

  /// Opens a file and its decoder. `path` is the path's bytes.
  package convenience init(
    path: [UInt8], threads: Int, track: Int? = nil, rules: InputRules = InputRules()
  ) throws(VideoError) {
    try self.init(source: .path(path), threads: threads, track: track, rules: rules)
  }

  /// Opens a source and its decoder. `threads`, from 1, are the decoder's; `track` is a stream's number in
  /// the container, nil for the best video stream; through `control` other threads cancel this one.
  package init(
    source: VideoSource, threads: Int, track: Int? = nil, rules: InputRules = InputRules(),
    control: DecodingControl = DecodingControl()
  ) throws(VideoError) {
    self.source = source
    self.rules = rules
    self.control = control
    self.threads = Self.decoderThreads(threads)
    input = try Input(source, rules: rules, control: control, meter: meter)
    let hasRead: Bool
    (stream, codec, hasRead) = try input.videoStream(track)
    if hasRead {
      input = try Input(source, rules: rules, control: control, meter: meter)
      guard input.streams.count > stream else { throw .noVideoStream(found: []) }
    }
    rate = input.rate(of: stream)
    let (info, clock) = try input.describe(stream, rate: rate)
    self.info = info
    self.info.isGivenWhole = input.bytes == nil
    self.clock = clock
    try input.select(stream)
    decoder = try input.decoder(codec, for: stream, rate: rate, threads: self.threads, rules)
  }

  /// How many threads the decoder starts where it is asked to use `threads`: as many as FFmpeg itself takes
  /// for so many cores; what it makes up for damaged parts depends on their number.
  package static func decoderThreads(_ threads: Int) -> Int { threads > 1 ? min(threads, 15) + 1 : 1 }

  /// The times of all frames: read off the packets where these can be trusted, learned by decoding where
  /// not.
  package func timeline() throws(VideoError) -> PresentationTimes {
    if let knownTimeline { return knownTimeline }
    var timeline = if let predicted = try predictedTimeline() { predicted } else { try decodedTimeline() }
    if let format = input.imageFormat, timeline.times.count == 1 {
      guard input.isAnimatedWebP else { throw .stillPicture(format: format.name) }
      timeline = try animationTimeline()
    }
    knownTimeline = timeline
    return timeline
  }

  private func predictedTimeline() throws(VideoError) -> PresentationTimes? {
    guard let parameters = input.parameters else { throw .noVideoStream(found: []) }
    let scan: PacketScan
    if let sparse = try sparseScan(parameters.pointee) {
      scan = sparse
    } else {
      input.bytes?.expect(.forward)
      scan = try PacketScan(input, parameters.pointee, reach: clock.reach, limit: rules.maxFrames)
      isInputFresh = false
      position = .inside(packetIsRead: false, isDraining: false)
    }
    self.scan = scan
    if scan.areDamaged || scan.dependsOnThreads { threads = 1 }
    guard let stamps = scan.stamps else { return nil }
    var builder = TimelineBuilder(clock: clock)
    let times = stamps.map { builder.time(stamp: $0) }
    return PresentationTimes(
      times: times, start: builder.start, lastDuration: scan.lastDuration, clock: clock)
  }

  /// A scan that leaves out what it does not need; nil where all has to be read.
  private func sparseScan(_ parameters: AVCodecParameters) throws(VideoError) -> PacketScan? {
    guard let bytes = input.bytes, rules.scanning != .whole,
      rules.scanning != .automatic || bytes.count >= Self.leastSparseBytes
    else { return nil }
    let ways = canTrustIndex(parameters, of: bytes) ? [true, false] : [false]
    // A request for each packet would take longer than all of them.
    if !bytes.isNear, ways == [false] { return nil }
    for trustsIndex in ways where trustsIndex || bytes.isNear {
      let demuxer = try SparseDemuxer(
        input, stream: stream, trustingIndex: trustsIndex, rules: rules, control: control)
      guard let demuxer else { return nil }
      let scan = try PacketScan(demuxer, parameters, reach: clock.reach, limit: rules.maxFrames)
      if let scan { return scan }
    }
    return nil
  }

  /// Whether the container's index may have to do, for the first bytes of each packet, of which a disk reads
  /// a page, would come to much of the file.
  private func canTrustIndex(_ parameters: AVCodecParameters, of bytes: any PlacedBytes) -> Bool {
    guard let packets = input.streams[stream]?.pointee.nb_frames, packets > 0,
      let layout = SparseLayout(demuxer: input.demuxer, parameters), layout.canTrustIndex(parameters)
    else { return false }
    // Its chunks are gone through all the same.
    guard layout.isDirect else { return bytes.isNear }
    switch rules.scanning {
    case .whole, .sparse: return false
    case .automatic where bytes.isNear && packets < bytes.count / Self.mostPacketsOfBytes: return false
    case .automatic, .indexed: return MovieSearch.isWithoutFragments(bytes)
    }
  }

  /// A page of 4 KiB for a hundredth of the file.
  private static let mostPacketsOfBytes: Int64 = 100 * 4096

  /// A smaller file is read whole: opening it once more would cost as much.
  private static let leastSparseBytes: Int64 = 4 << 20

  /// Of an animated WebP that comes as one packet.
  private func animationTimeline() throws(VideoError) -> PresentationTimes {
    do {
      return try decodedTimeline()
    } catch {
      if case .noFrame = error { throw .noDecoder(codec: "animated WebP") }
      throw error
    }
  }

  /// Why there are no frames, after all was decoded.
  private var absence: VideoError {
    if framesDecoded > 0 || decodeErrors > 0 { return .noFrame(decodeErrors: decodeErrors) }
    return input.isScrambled(stream) ? .encrypted : .emptyStream
  }

  private func decodedTimeline() throws(VideoError) -> PresentationTimes {
    try restart(reopening: true)
    var builder = TimelineBuilder(clock: clock)
    var times: [Int128] = []
    var lastDuration: Int64?
    while try decodeNext() {
      if times.isEmpty { try noteFirstFrame() }
      guard times.count < rules.maxFrames else { throw .tooManyFrames(limit: rules.maxFrames) }
      times.append(builder.time(stamp: decoder.stamp))
      lastDuration = decoder.duration
    }
    guard !times.isEmpty else { throw absence }
    (isTimelineExact, isStartExact) = (true, true)
    return PresentationTimes(times: times, start: builder.start, lastDuration: lastDuration, clock: clock)
  }
}

extension Input {
  /// What the container says of a stream before anything of it is decoded.
  func describe(_ index: Int, rate: AVRational) throws(VideoError) -> (
    VideoInfo, PresentationTimes.Clock
  ) {
    guard let stream = streams[index], let parameters = stream.pointee.codecpar else {
      throw .noVideoStream(found: [])
    }
    let orientation = cffmpeg_stream_matrix(stream).map(Orientation.init(matrix:)) ?? .upright
    let size = orientation.size(width: Int(parameters.pointee.width), height: Int(parameters.pointee.height))
    let info = VideoInfo(
      codec: String(cString: avcodec_get_name(parameters.pointee.codec_id)), width: size.width,
      height: size.height, orientation: orientation, frameRate: Double(rate.num) / Double(rate.den),
      track: index,
      dolbyVisionProfile: dolbyVisionProfile(of: stream), timecodes: timecodes(of: index))
    let base = stream.pointee.time_base
    let tick = base.num > 0 && base.den > 0 ? (base.num, base.den) : (1, 90_000)
    return (
      info,
      PresentationTimes.Clock(tickSeconds: tick, rate: (rate.num, rate.den), containerStart: containerStart)
    )
  }

  /// The stream's own, those of tracks of timecodes, the file's.
  private func timecodes(of index: Int) -> [String] {
    let tracks = streams.indices.filter { kind(of: $0) == AVMEDIA_TYPE_DATA }
    let places = ([index] + tracks).map { streams[$0]?.pointee.metadata } + [context?.pointee.metadata]
    return places.compactMap { av_dict_get($0, "timecode", nil, 0) }.map { String(cString: $0.pointee.value) }
  }

  /// The profile, if its base layer is not compatible with ordinary displays (IPTPQc2): 5 in HEVC, 10.0 in
  /// AV1, 20 in MV-HEVC.
  private func dolbyVisionProfile(of stream: UnsafePointer<AVStream>) -> Int? {
    guard let record = cffmpeg_dolby_vision(stream)?.pointee else { return nil }
    let isAlone = record.dv_bl_signal_compatibility_id == 0
    let profile = Int(record.dv_profile)
    return profile == 5 || isAlone && [10, 20].contains(profile) ? profile : nil
  }

  func decoder(
    _ codec: UnsafePointer<AVCodec>, for index: Int, rate: AVRational, threads: Int, _ rules: InputRules
  ) throws(VideoError) -> Decoder {
    guard let stream = streams[index], let parameters else { throw .noVideoStream(found: []) }
    return try Decoder(
      codec, parameters, timeBase: stream.pointee.time_base, rate: rate, threads: threads,
      maxPixels: rules.maxPixels)
  }
}
