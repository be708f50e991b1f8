import CFFmpeg

/// The order in which pictures are shown, out of a counter of which the low bits are stored (H.264, 8.2.1.1;
/// H.265, 8.3.1).
struct PictureOrder {
  /// Of the last picture that the next one counts from.
  private var (high, low) = (0, 0)
  private var sequences = 0

  /// All before comes ahead of all from here on.
  mutating func beginSequence() {
    sequences += 1
    (high, low) = (0, 0)
  }

  /// The place of a picture that stores `value` in `bits` bits.
  mutating func place(_ value: Int, bits: Int, isBase: Bool) -> Int {
    let range = 1 << bits
    var own = high
    if value < low, low - value >= range / 2 { own += range }
    if value > low, value - low > range / 2 { own -= range }
    if isBase { (high, low) = (own, value) }
    return sequences << 36 + own + value
  }
}

/// The order in which pictures of MPEG-1, -2 and -4 part 2 are shown: a B picture when it is decoded, any
/// other when the next such comes.
struct AnchorOrder {
  private var (anchors, between) = (0, 0)

  mutating func place(isBidirectional: Bool) -> Int {
    if isBidirectional {
      between += 1
      return (anchors - 1) << 32 + between
    }
    (anchors, between) = (anchors + 1, 0)
    return anchors << 32
  }
}

/// Holds the times of frames against the order in which the coded data shows them: a decoder gives them in
/// that order, and a clock that jumps between frames out of order contradicts it.
struct OrderCheck {
  private var recent: [(order: Int, stamp: Int64)] = []
  /// How far back a stamp may lie without the clock having been reset, which is no contradiction.
  var reach = Int64.max

  /// Frames further apart are in order in any codec that is followed.
  private static let mostRecent = 32

  /// Whether the packet's frame comes behind those of earlier times, and ahead of those of later ones.
  mutating func admits(_ order: Int, _ packet: AVPacket) -> Bool {
    if packet.pts == CFFMPEG_NO_TIME || packet.flags & AV_PKT_FLAG_DISCARD != 0 { return true }
    let (back, isFar) = packet.pts.addingReportingOverflow(reach)
    if !isFar { recent.removeAll { back < $0.stamp } }
    let isAdmitted = recent.allSatisfy {
      ($0.order < order) == ($0.stamp < packet.pts) && $0.order != order
    }
    recent.append((order, packet.pts))
    if recent.count > Self.mostRecent { recent.removeFirst() }
    return isAdmitted
  }
}
