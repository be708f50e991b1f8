import CFFmpeg

/// One part of a file under way to a file of its own.
final class ClipCopy {
  private let plan: ClipPlan
  private let index: FrameIndex
  private let muxer: ClipMuxer
  private let times: ClipTimes
  private let video: Int
  /// From its first frame to what comes after its last, in units.
  private let start, end: Int128
  /// Streams of sound that have not come past the end yet.
  private var pending: Set<Int>
  private var videoPackets = 0
  /// Streams of which a packet was written.
  private var begun: Set<Int> = []
  private let subtitles: Set<Int>

  /// Sound that is stored so much later than the video is waited for, in seconds, and packets of video that
  /// come meanwhile at most.
  private static let longestWait: Int128 = 10
  static let mostPacketsBehind = 600

  init(
    _ clip: Remuxer.Clip, of input: Input, _ index: FrameIndex, _ container: ClipContainer, video: Int,
    to sink: ClipSink
  ) throws(RemuxError) {
    guard let format = av_guess_format(container.name, nil, nil) else {
      throw .noContainer(codec: index.info.codec)
    }
    plan = clip.plan
    self.index = index
    self.video = video
    start = index.times.time(of: plan.frames.lowerBound)
    end = index.times.time(of: plan.frames.upperBound)
    times = ClipTimes(plan, of: index)
    let (first, last) = (Self.microseconds(start, index), Self.microseconds(end, index))
    let streams = container.streams.filter { stream in
      let isSubtitle = Self.kind(of: stream, input) == AVMEDIA_TYPE_SUBTITLE
      let early = isSubtitle ? 1_000_000 * Int64(Self.longestWait) : 0
      return stream == video || index.others.hasAny(of: stream, from: first - early, to: last)
    }
    subtitles = Set(streams.filter { Self.kind(of: $0, input) == AVMEDIA_TYPE_SUBTITLE })
    pending = Set(streams).subtracting(subtitles).subtracting([video])
    if index.isOrderUnknown,
      !["avi", "h264", "hevc", "m4v", "mpeg1video", "mpeg2video"].contains(container.name)
    {
      throw .noTimes(container: container.name)
    }
    let hidesEnd = plan.packets.contains { [plan] in plan.isHiddenEnd($0, of: index) }
    if hidesEnd, !["mov", "mp4", "3gp", "3g2", "f4v"].contains(container.name) {
      throw .hiddenEnd(container: container.name)
    }
    muxer = try ClipMuxer(format, streams, of: input, named: clip.name, hidesEnd: hidesEnd, to: sink)
  }

  private static func kind(of stream: Int, _ input: Input) -> AVMediaType {
    input.streams[stream]?.pointee.codecpar.pointee.codec_type ?? AVMEDIA_TYPE_UNKNOWN
  }

  private static func microseconds(_ units: Int128, _ index: FrameIndex) -> Int64 {
    Int64(clamping: units * 1_000_000 / index.clock.scale)
  }

  /// Whether nothing more is to come.
  private(set) var isDone = false

  func hasAllVideo(_ packets: Int) -> Bool { packets >= plan.packets.upperBound }

  func add(_ source: ClipSource) throws(RemuxError) {
    if let number = source.number {
      if plan.takes(number, of: index) {
        let (stamp, decoding) = times.times(of: number)
        let duration = plan.isHiddenEnd(number, of: index) ? 0 : max(source.timed.duration, 0)
        try muxer.write(source.packet, of: video, stamp: stamp, decoding: decoding, duration: duration)
      }
      let packet = index.packets[number]
      let hasWaited = packet.place >= 0 && packet.time > end + Self.longestWait * index.clock.scale
      isDone =
        number + 1 >= plan.packets.upperBound
        && (pending.isEmpty || hasWaited || number > plan.packets.upperBound + Self.mostPacketsBehind)
    } else if let time = source.time {
      if time >= end { pending.remove(source.stream) }
      try addOther(source, time)
    }
  }

  /// Sound from the first frame to the end of the last, and subtitles that are shown meanwhile.
  private func addOther(_ source: ClipSource, _ time: Int128) throws(RemuxError) {
    var time = time
    let length = ClockShifts.units(max(source.timed.duration, 0), source.tick, index.clock.scale) ?? 0
    var stop = time + length
    if subtitles.contains(source.stream) {
      (time, stop) = (max(time, start), min(stop, end))
      if length > 0, stop <= time { return }
    }
    guard time >= start, time < end else { return }
    // What is predicted from packets before is left out until one comes that is not.
    let isKey = source.timed.flags & AV_PKT_FLAG_KEY != 0
    guard isKey || begun.contains(source.stream) else { return }
    begun.insert(source.stream)
    let stamp = ticks(time - start, source.tick)
    try muxer.write(
      source.packet, of: source.stream, stamp: stamp, decoding: stamp,
      duration: max(length > 0 ? ticks(stop - time, source.tick) : 0, 0))
  }

  /// Units in ticks, the nearest.
  private func ticks(_ units: Int128, _ tick: AVRational) -> Int64 {
    guard tick.num > 0, tick.den > 0 else { return 0 }
    let below = index.clock.scale * Int128(tick.num)
    return Int64(clamping: (2 * units * Int128(tick.den) + below) / (2 * below))
  }

  func finish() throws(RemuxError) { try muxer.finish() }
}
