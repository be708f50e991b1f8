import CFFmpeg

/// What of a stream makes a clip without re-encoding: from a packet that decoding can begin with to the first
/// at which all frames up to one are there.
package struct ClipPlan: Sendable {
  /// In the order decoded.
  let packets: Range<Int>
  /// Frames before this place, which lie behind the first packet, are predicted from what is not there.
  let firstPlace: Int
  /// The frames that are shown.
  package let frames: Range<Int>
  /// Whether a decoder gives all of them at the end.
  private let isLongEnough: Bool

  /// The shortest part of the stream that shows `wanted`, which are some of its frames.
  package init(_ wanted: Range<Int>, of index: FrameIndex) {
    let entries = Self.entries(of: index, for: index.places[wanted.lowerBound])
    let plans = entries.reversed().lazy.map { Self(wanted, from: $0, of: index) }
    self = plans.first { $0.isLongEnough } ?? plans[plans.startIndex]
  }

  private init(_ wanted: Range<Int>, from entry: Int, of index: FrameIndex) {
    let first = index.packets[entry].place
    let wantedEnd = max(index.places[wanted.upperBound - 1], first) + 1
    // So many are given, or decoded after the first was given, before the end.
    let least = index.packets[entry].isRecovery && index.delay > 0 ? 2 * index.delay + 2 : 0
    var (count, end, stop) = (0, first, entry)
    while stop < index.packets.count {
      let packet = index.packets[stop]
      // Without their order, frames are known to be there where the next packet begins by itself.
      let isWhole =
        end >= wantedEnd && count >= least
        && (index.isOrderUnknown ? packet.isEntry : end - first == count)
      // What holds no frame belongs to the frame before.
      if isWhole, packet.place >= 0 { break }
      if packet.place >= first {
        count += 1
        end = max(end, packet.place + 1)
      }
      stop += 1
    }
    packets = entry..<stop
    isLongEnough = count >= least
    firstPlace = first
    let places = index.places
    frames = places.partitioningIndex { $0 >= first }..<places.partitioningIndex { $0 >= end }
  }

  /// Whether the packet is of a frame that the container hides behind the last one shown, and that is there
  /// for frames before it.
  func isHiddenEnd(_ number: Int, of index: FrameIndex) -> Bool {
    index.packets[number].isHidden && takes(number, of: index)
      && index.packets[number].place > index.places[frames.upperBound - 1]
  }

  /// Whether frames are there that the container hides between those shown: the clip would show them.
  package func holdsHidden(of index: FrameIndex) -> Bool {
    let shown = index.places[frames.lowerBound]...index.places[frames.upperBound - 1]
    return packets.contains {
      index.packets[$0].isHidden && shown.contains(index.packets[$0].place) && takes($0, of: index)
    }
  }

  /// The packets that decoding can begin with, and that show nothing later than `place`, in order; the first
  /// there is, where what comes before cannot be decoded.
  private static func entries(of index: FrameIndex, for place: Int) -> ArraySlice<Int> {
    if index.entries.isEmpty { return index.packetOfPlace.prefix(1) }
    let count = index.entries.partitioningIndex { index.packets[$0].place > place }
    return index.entries.prefix(max(count, 1))
  }

  /// Whether the packet with this number is a part of the clip.
  func takes(_ number: Int, of index: FrameIndex) -> Bool {
    guard packets.contains(number) else { return false }
    let packet = index.packets[number]
    if packet.isSpare { return false }
    if packet.place >= 0 { return packet.place >= firstPlace }
    let first = index.packets[index.packetOfPlace[firstPlace]]
    return number == packets.lowerBound || packet.stamp == CFFMPEG_NO_TIME || packet.stamp >= first.stamp
  }
}

/// When the packets of a clip are shown and decoded, in ticks from the first frame that it shows.
struct ClipTimes {
  /// One a packet of the plan, those that it leaves out too; nil where nothing says when it is shown.
  private let stamps: [Int64?]
  private let decodingStamps: [Int64]
  private let first: Int

  init(_ plan: ClipPlan, of index: FrameIndex) {
    let first = plan.packets.lowerBound
    self.first = first
    let origin = index.times.time(of: plan.frames.lowerBound)
    let tick = index.clock.tick
    let firstFrame = index.packets[index.packetOfPlace[index.places[plan.frames.lowerBound]]]
    let end = Self.rounded(index.times.time(of: plan.frames.upperBound) - origin, tick)
    let stamps = plan.packets.map { number -> Int64? in
      let packet = index.packets[number]
      if index.isOrderUnknown { return nil }
      if packet.place >= 0, !packet.isHidden { return Self.rounded(packet.time - origin, tick) }
      if plan.isHiddenEnd(number, of: index) { return end }
      if packet.stamp == CFFMPEG_NO_TIME || firstFrame.stamp == CFFMPEG_NO_TIME { return nil }
      return packet.stamp &- firstFrame.stamp
    }
    self.stamps = stamps
    let taken = plan.packets.filter { plan.takes($0, of: index) }
    var decoding = Array(repeating: Int64(0), count: stamps.count)
    if index.isOrderUnknown {
      let origin = index.packets[first].decodingStamp
      for number in taken { decoding[number - first] = index.packets[number].decodingStamp &- origin }
    } else {
      // Frames are decoded at the times at which frames are shown, by so much earlier that none is late.
      let known = taken.filter { stamps[$0 - first] != nil }
      let sorted = known.compactMap { stamps[$0 - first] }.sorted()
      let delay = zip(sorted, known).map { $0 &- (stamps[$1 - first] ?? $0) }.max() ?? 0
      var last: Int64?
      var next = sorted.makeIterator()
      for number in taken {
        let time = stamps[number - first] == nil ? last ?? 0 : (next.next() ?? 0) &- delay
        last = max(time, last.map { $0 &+ 1 } ?? time)
        decoding[number - first] = last ?? 0
      }
    }
    decodingStamps = decoding
  }

  private static func rounded(_ units: Int128, _ tick: Int128) -> Int64 {
    Int64(clamping: (2 * units + (units < 0 ? -tick : tick)) / (2 * tick))
  }

  /// When the packet with this number is shown and decoded.
  func times(of number: Int) -> (stamp: Int64?, decoding: Int64) {
    let decoding = decodingStamps[number - first]
    return (stamps[number - first].map { max($0, decoding) }, decoding)
  }
}
