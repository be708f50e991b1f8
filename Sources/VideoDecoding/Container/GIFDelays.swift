import CFFmpeg

/// The delays of a GIF's frames as browsers and FFmpeg up to 5.1 show them: less than 2/100 s is 1/10 s.
///
/// FFmpeg 6.1 and later keep what the file says, whatever the demuxer's option `min_delay`, so that the times
/// are set here. Nothing changes where FFmpeg did it.
struct GIFDelays {
  /// Whether a delay so far was another than FFmpeg said.
  private(set) var areChanged = false
  /// When the next frame is shown, in 1/100 s.
  private var next: Int64 = 0

  private static let shortest: Int64 = 2
  private static let `default`: Int64 = 10

  /// Sets the time and the duration of the next packet in file order.
  mutating func set(_ packet: inout AVPacket) {
    if packet.duration < Self.shortest {
      packet.duration = Self.default
      if !areChanged, packet.pts != CFFMPEG_NO_TIME { next = packet.pts }
      areChanged = true
    }
    if areChanged { (packet.pts, packet.dts) = (next, next) }
    let (end, overflow) = (packet.pts == CFFMPEG_NO_TIME ? next : packet.pts)
      .addingReportingOverflow(packet.duration)
    next = overflow ? .max : end
  }
}
