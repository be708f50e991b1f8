import CFFmpeg

/// What the packets of a stream say without being decoded: when each picture is shown, and where decoding can begin.
struct PacketScan {
  /// A packet that decoding can begin with.
  struct Key: Equatable {
    /// The number of its picture, in the order shown.
    let picture: Int
    let stamp: Int64
    let decodingStamp: Int64
    let size: Int32
  }

  /// A packet, well enough to know it again.
  struct Identity: Equatable {
    let stamp: Int64
    let decodingStamp: Int64
    let size: Int32
    let position: Int64

    init(_ packet: AVPacket) {
      stamp = packet.pts
      decodingStamp = packet.dts
      size = packet.size
      position = packet.pos
    }
  }

  /// When the pictures are shown, in ticks, strictly increasing; nil where the packets do not say.
  let stamps: [Int64]?
  /// Whether `stamps` are the pictures' own, not the order of decoding standing in for them.
  let areShown: Bool
  /// In the order shown. Empty unless `areShown`.
  let keys: [Key]
  let first: Identity?
  /// How long the last frame of `stamps` is shown, in ticks, as its packet says; 0 if it does not.
  let lastDuration: Int64
  /// Which packets the others can do without.
  let references: References

  /// Reads the packets of `input` to the end; `references` has noted none of them yet. More than `limit` pictures are
  /// refused. `reach`, in ticks, is how far back a stamp may lie without the clock having been reset.
  init(_ input: Input, references: References, reach: Int64, limit: Int) throws(VideoError) {
    var list = Packets(references: references, reach: reach)
    while true {
      switch input.read() {
      case .done:
        list.add(input.packet.pointee)
        guard list.count <= limit else { throw .tooManyPictures(limit: limit) }
      case .interrupted: throw .interrupted
      default:
        self.init(list)
        return
      }
    }
  }

  private init(_ packets: Packets) {
    first = packets.first
    references = packets.references
    let shown = packets.shown.sorted()
    areShown =
      packets.count == shown.count && !packets.areDamaged && !packets.areReset && Self.strictlyIncrease(shown)
    lastDuration = areShown ? packets.lastShown.duration : packets.lastDuration
    if areShown {
      stamps = shown
      keys = packets.keys.sorted { $0.stamp < $1.stamp }.map { key in
        Key(
          picture: shown.partitioningIndex { $0 >= key.stamp }, stamp: key.stamp,
          decodingStamp: key.decodingStamp, size: key.size)
      }
    } else {
      let ordered = packets.count == packets.decoded.count && Self.strictlyIncrease(packets.decoded)
      stamps = ordered && !packets.areDamaged && !packets.areReset ? packets.decoded : nil
      keys = []
    }
  }

  private static func strictlyIncrease(_ stamps: [Int64]) -> Bool {
    !stamps.isEmpty && zip(stamps, stamps.dropFirst()).allSatisfy { $0 < $1 }
  }

  /// The packets seen so far: those that will be a picture to show.
  private struct Packets {
    var count = 0
    var shown: [Int64] = []
    var decoded: [Int64] = []
    var keys: [Identity] = []
    var first: Identity?
    var areDamaged = false
    var references: References
    let reach: Int64
    /// Whether the clock goes back: sorted by their stamps, frames of a later part would come before their time.
    var areReset = false
    var lastShown = (stamp: Int64.min, duration: Int64(0))
    var lastDuration: Int64 = 0

    mutating func add(_ packet: AVPacket) {
      references.note(packet)
      if first == nil { first = Identity(packet) }
      areDamaged = areDamaged || packet.flags & AV_PKT_FLAG_CORRUPT != 0
      // Edit lists hide pictures, and an empty packet holds none.
      if packet.size == 0 || packet.flags & AV_PKT_FLAG_DISCARD != 0 { return }
      count += 1
      lastDuration = packet.duration
      if packet.pts != CFFMPEG_NO_TIME {
        shown.append(packet.pts)
        areReset = areReset || Int128(packet.pts) + Int128(reach) < Int128(lastShown.stamp)
        if packet.pts >= lastShown.stamp { lastShown = (packet.pts, packet.duration) }
      }
      if packet.dts != CFFMPEG_NO_TIME {
        areReset = areReset || packet.dts < decoded.last ?? .min
        decoded.append(packet.dts)
      }
      if packet.flags & AV_PKT_FLAG_KEY != 0, packet.pts != CFFMPEG_NO_TIME { keys.append(Identity(packet)) }
    }
  }
}

extension RandomAccessCollection {
  /// The first index whose element satisfies `predicate`, which then holds for every element after it.
  package func partitioningIndex(where predicate: (Element) -> Bool) -> Index {
    var low = startIndex
    var length = count
    while length > 0 {
      let half = length / 2
      let middle = index(low, offsetBy: half)
      if predicate(self[middle]) {
        length = half
      } else {
        low = index(after: middle)
        length -= half + 1
      }
    }
    return low
  }
}
