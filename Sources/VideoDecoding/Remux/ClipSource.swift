import CFFmpeg

/// A packet of the file, and where the video was when it came.
struct ClipSource {
  let packet: UnsafePointer<AVPacket>
  /// The same with the time at which it is shown.
  let timed: AVPacket
  let stream: Int
  /// Its number in the order decoded; nil where it is another stream's.
  let number: Int?
  /// When it is presented in a player's clock, in units; nil where nothing says so.
  let time: Int128?
  let tick: AVRational
  let isSubtitle: Bool

  init(
    _ input: Input, _ stream: Int, video: Int, at place: (packets: Int, time: Int128), _ index: FrameIndex
  ) {
    packet = UnsafePointer(input.packet)
    timed = stream == video ? input.timedPacket : input.packet.pointee
    self.stream = stream
    isSubtitle =
      input.streams[stream]?.pointee.codecpar.pointee.codec_type == AVMEDIA_TYPE_SUBTITLE
    tick = input.streams[stream]?.pointee.time_base ?? AVRational(num: 0, den: 1)
    number = stream == video ? place.packets : nil
    let stamp = timed.pts != CFFMPEG_NO_TIME ? timed.pts : timed.dts
    time =
      stamp == CFFMPEG_NO_TIME || stream == video ? nil : index.shifts.time(of: stamp, tick, at: place)
  }

  /// Whether a clip may have something of it, or of what is behind it in the file.
  func isReached(_ plan: ClipPlan, of index: FrameIndex) -> Bool {
    if let number { return number >= plan.packets.lowerBound }
    return time.map { $0 >= index.times.time(of: plan.frames.lowerBound) } ?? false
  }

  /// The same, with a packet of its own.
  private init(_ other: ClipSource, packet: UnsafePointer<AVPacket>) {
    self.packet = packet
    (timed, stream, number, time) = (other.timed, other.stream, other.number, other.time)
    (tick, isSubtitle) = (other.tick, other.isSubtitle)
  }

  /// With a copy of the packet, which the caller frees.
  fileprivate func cloned() -> ClipSource? {
    av_packet_clone(packet).map { ClipSource(self, packet: UnsafePointer($0)) }
  }
}

/// Subtitles that have come, and may still be shown when a clip begins.
final class RecentSubtitles {
  private var sources: [ClipSource] = []

  /// More at a time nobody reads.
  private static let most = 32

  /// Those that were noted, oldest first.
  var all: [ClipSource] { sources }

  func note(_ source: ClipSource) {
    guard source.isSubtitle, source.timed.duration > 0, let copy = source.cloned() else { return }
    sources.append(copy)
    if sources.count > Self.most { Self.free(sources.removeFirst()) }
  }

  private static func free(_ source: ClipSource) {
    var packet: UnsafeMutablePointer<AVPacket>? = UnsafeMutablePointer(mutating: source.packet)
    av_packet_free(&packet)
  }

  deinit { sources.forEach(Self.free) }
}
