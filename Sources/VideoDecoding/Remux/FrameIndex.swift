import CFFmpeg

/// All packets of a video stream and the frames in them: when each is shown, in which order they are decoded,
/// and where decoding can begin.
package struct FrameIndex: Sendable {
  /// A packet of the stream.
  struct Packet: Sendable {
    /// When its frame is shown, and when it is decoded, in ticks; `CFFMPEG_NO_TIME` where nothing says so.
    let stamp: Int64
    let decodingStamp: Int64
    let size: Int32
    /// The number of its frame in the order shown, among all, hidden ones too; -1 if it holds none.
    var place: Int
    /// When its frame is shown in a player's clock, in units; 0 where it shows none.
    var time: Int128
    /// Whether decoding can begin here.
    let isEntry: Bool
    /// Whether it is no more than a point from which H.264 recovers: of a clip that begins here FFmpeg 5.1
    /// loses the frames that it holds back at the end, if they were decoded before the first was given.
    let isRecovery: Bool
    /// Whether the container hides its frame, as edit lists do.
    let isHidden: Bool
    /// Whether it is hidden, and no frame that is shown needs it.
    var isSpare = false
  }

  /// In the order decoded.
  let packets: [Packet]
  /// When the frames that are not hidden are shown.
  package let times: PresentationTimes
  /// Of each of these its place; ascending.
  let places: [Int]
  /// Of each place its packet.
  let packetOfPlace: [Int]
  /// The packets that decoding can begin with, by their places.
  let entries: [Int]
  /// Whether packets do not say in which order their frames are shown.
  let isOrderUnknown: Bool
  /// So many frames the decoder holds back to put them in order.
  let delay: Int
  /// Whether some packets may give other frames than they are counted for, or at other times: they have no
  /// stamps, are damaged, hold more than a frame, or change the decoder.
  package let isDoubtful: Bool
  /// Whether a packet has something beside its bytes that the decoder keeps for later ones, a palette or
  /// other parameters, or says another size than those before: who begins elsewhere has other frames first.
  package let changesDecoder: Bool
  /// Whether each frame has a stamp of its own, later than that of the frame before.
  let areStampsUnique: Bool
  package let shifts: ClockShifts
  /// Packets of other streams.
  let others: OtherPackets
  let clock: PresentationTimes.Clock
  package let info: VideoInfo
  package let pixels: PixelKind?
  /// A tick of the stream in seconds.
  package let tick: (numerator: Int32, denominator: Int32)

  /// The frame's own stamp, in ticks.
  package func stamp(_ frame: Int) -> Int64? {
    let stamp = packets[packetOfPlace[places[frame]]].stamp
    return stamp == CFFMPEG_NO_TIME ? nil : stamp
  }

  /// The stamps of all frames, each later than the one before; nil where they are not, or some have none.
  package var stamps: [Int64?]? {
    areStampsUnique ? places.map { packets[packetOfPlace[$0]].stamp } : nil
  }

  /// The frame at or before `frame` that decoding can begin with, `back` such frames further back where there
  /// are so many; nil if there is none.
  package func entry(atOrBefore frame: Int, back: Int = 0) -> Int? {
    let place = places[frame]
    let index = entries.partitioningIndex { packets[$0].place > place } - 1 - back
    guard index >= 0 else { return nil }
    let number = places.partitioningIndex { $0 >= packets[entries[index]].place }
    return number < places.count ? number : nil
  }
}

extension PresentationTimes {
  /// The frames, in the order shown, that are shown at some time from `start` to before `end`, both in
  /// thousandths of units of a player's clock; nil if none is. A time that is rounded to the millisecond is
  /// taken for the edge of a frame.
  package func frames(from start: Int128, to end: Int128) -> Range<Int>? {
    let tolerance = min(scale, 250 * period)
    let (first, last) = (start - 1000 * self.start, end - 1000 * self.start)
    let (begins, ends) = (first >= 0 || last > tolerance, first < 1000 * duration - tolerance)
    // One that lies in the video shows a frame, however short it is.
    guard !times.isEmpty, last > 0, first < 1000 * duration, begins, ends || last <= 1000 * duration else {
      return nil
    }
    let begin = max(times.partitioningIndex { 1000 * $0 > first + tolerance } - 1, 0)
    let stop = times.partitioningIndex { 1000 * $0 >= last - tolerance }
    return begin..<max(stop, begin + 1)
  }

  /// The frame that is shown at `time` in a player's clock, in units; the first before it.
  package func frame(at time: Int128) -> Int { max(times.partitioningIndex { $0 > time - start } - 1, 0) }

  /// When frame number `frame` is shown in a player's clock, in units; behind the last, the video's end.
  package func time(of frame: Int) -> Int128 { start + (frame < times.count ? times[frame] : duration) }
}

/// When packets of other streams are presented, to the microsecond, in a player's clock: enough to know which
/// streams a part of the file has something of.
struct OtherPackets: Sendable {
  private let times: [Int: [Int64]]

  init(_ times: [Int: [Int64]]) { self.times = times.mapValues { $0.sorted() } }

  /// Whether the stream has a packet from `start` to before `end`, in microseconds.
  func hasAny(of stream: Int, from start: Int64, to end: Int64) -> Bool {
    guard let times = times[stream] else { return false }
    let index = times.partitioningIndex { $0 >= start }
    return index < times.count && times[index] < end
  }
}

/// How a stream's pixels are stored, as far as an encoder has to know it.
package struct PixelKind: Sendable, Equatable {
  /// Whether chroma has half the columns, or half the rows.
  package let hasHalfWidth, hasHalfHeight: Bool
  /// Bits of a value.
  package let depth: Int
  /// Whether it is anything but luma and chroma: red, green and blue, a palette, grey alone.
  package let isOther: Bool

  init?(_ parameters: AVCodecParameters) {
    guard parameters.format >= 0,
      let descriptor = av_pix_fmt_desc_get(AVPixelFormat(rawValue: parameters.format))
    else { return nil }
    let flags = descriptor.pointee.flags
    hasHalfWidth = descriptor.pointee.log2_chroma_w > 0
    hasHalfHeight = descriptor.pointee.log2_chroma_h > 0
    depth = Int(descriptor.pointee.comp.0.depth)
    let rgb = UInt64(AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL)
    isOther = flags & rgb != 0 || descriptor.pointee.nb_components < 3
  }
}
