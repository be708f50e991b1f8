import CFFmpeg

/// Makes an index of the packets of one stream, as they come in the order of the file.
struct FrameIndexBuilder {
  private let parameters: AVCodecParameters
  private let clock: PresentationTimes.Clock
  private var syntax: (any CodedSyntax)?
  private let dependencies: PacketDependencies
  private var orderCheck = OrderCheck()
  /// Parameter sets that the container gives, and those in force.
  private let header: [Int: UInt64]
  private var current: [Int: UInt64]
  private var packets: [Found] = []
  private var changesDecoder = false
  /// What says the size of frames, as far as it was said.
  private var layout: UInt64?
  /// Of each other stream, the times of its packets in ticks, and how many of this one came before.
  private var others: [Int: [(stamp: Int64, packet: Int)]] = [:]

  private struct Found {
    let stamp, decodingStamp, duration: Int64
    let size: Int32
    let holdsFrame, isHidden, isKey: Bool
    /// Whether the coded data bears out that decoding can begin here; nil where it does not tell.
    let isEntry: Bool?
    let isRecovery: Bool
    /// Whether its frame is shown at once, and those of others when the next such comes.
    let isBidirectional: Bool
    let holdsSeveral: Bool
    let isDoubtful: Bool
  }

  init(_ parameters: AVCodecParameters, _ clock: PresentationTimes.Clock) {
    self.parameters = parameters
    self.clock = clock
    syntax = CodedSyntaxes.syntax(of: parameters)
    dependencies = PacketDependencies(parameters)
    orderCheck.reach = clock.reach
    header = syntax?.header.parameters ?? [:]
    layout = syntax?.header.layout
    current = header
  }

  var count: Int { packets.count }

  private var delay: Int { Int(max(parameters.video_delay, 0)) }

  /// MPEG-1, -2 and -4 part 2: B frames between two others, of which the later is decoded first.
  private var isOfAnchors: Bool {
    [AV_CODEC_ID_MPEG1VIDEO, AV_CODEC_ID_MPEG2VIDEO, AV_CODEC_ID_MPEG4].contains(parameters.codec_id)
  }

  mutating func add(_ packet: AVPacket) {
    let bytes = PacketBytes(packet)
    let found = packet.size > 0 ? try? syntax?.read(bytes) : nil
    for (identifier, digest) in found?.parameters ?? [:] { current[identifier] = digest }
    let isInOrder = found?.order.map { orderCheck.admits($0, packet) } ?? true
    let isKey = packet.flags & AV_PKT_FLAG_KEY != 0
    let layout = found?.layout ?? self.layout
    if packet.changesDecoder || self.layout != nil && layout != self.layout { changesDecoder = true }
    self.layout = layout
    packets.append(
      Found(
        stamp: packet.pts, decodingStamp: packet.dts, duration: packet.duration, size: packet.size,
        holdsFrame: packet.size > 0 && found.map { $0.frames > 0 || $0.isUnclear } ?? true,
        isHidden: packet.flags & AV_PKT_FLAG_DISCARD != 0, isKey: isKey && !isRefreshing(packet, bytes),
        isEntry: found.map { isEntry($0, packet, bytes) },
        isRecovery: parameters.codec_id == AV_CODEC_ID_H264 && found?.isEntry != true,
        isBidirectional: isOfAnchors && dependencies.areAbsent(to: bytes),
        holdsSeveral: (found?.frames ?? 1) > 1, isDoubtful: !isInOrder || isDoubtful(found, packet)))
  }

  mutating func addOther(_ packet: AVPacket) {
    let stamp = packet.pts != CFFMPEG_NO_TIME ? packet.pts : packet.dts
    guard stamp != CFFMPEG_NO_TIME else { return }
    others[Int(packet.stream_index), default: []].append((stamp, packets.count))
  }

  private func isDoubtful(_ found: CodedPacket?, _ packet: AVPacket) -> Bool {
    if packet.size == 0 { return false }
    if packet.pts == CFFMPEG_NO_TIME || packet.flags & AV_PKT_FLAG_CORRUPT != 0 || packet.changesDecoder {
      return true
    }
    return found.map { $0.isUnclear || $0.frames > 1 } ?? (syntax != nil)
  }

  /// Whether the packet begins by itself, with all parameter sets in force in it or in the container.
  private func isEntry(_ found: CodedPacket, _ packet: AVPacket, _ bytes: PacketBytes) -> Bool {
    guard current.allSatisfy({ found.parameters[$0.key] != nil || header[$0.key] == $0.value }) else {
      return false
    }
    if found.isEntry { return !found.isUnclear }
    guard parameters.codec_id == AV_CODEC_ID_H264, packet.flags & AV_PKT_FLAG_KEY != 0 else { return false }
    return RecoveryPoint.frames(in: bytes, lengthBytes: parameters.unitLengthBytes) == 0
  }

  /// Whether what is called a key packet is the beginning of a gradual refresh.
  private func isRefreshing(_ packet: AVPacket, _ bytes: PacketBytes) -> Bool {
    guard parameters.codec_id == AV_CODEC_ID_H264, packet.flags & AV_PKT_FLAG_KEY != 0 else { return false }
    return RecoveryPoint.frames(in: bytes, lengthBytes: parameters.unitLengthBytes) ?? 0 > 0
  }

  /// The index, once all packets have come. `ticks` are the time bases of all streams.
  func index(_ info: VideoInfo, ticks: [AVRational]) throws(VideoError) -> FrameIndex {
    let (order, isOrderUnknown, stamps) = order()
    guard !order.isEmpty else { throw packets.isEmpty ? .emptyStream : .noFrame(decodeErrors: 0) }
    var placed = packets.map { found in
      FrameIndex.Packet(
        stamp: found.stamp, decodingStamp: found.decodingStamp, size: found.size, place: -1, time: 0,
        isEntry: found.isEntry ?? found.isKey, isRecovery: found.isRecovery, isHidden: found.isHidden)
    }
    for (place, packet) in order.enumerated() { placed[packet].place = place }
    markSpare(&placed)
    let visible = order.indices.filter { !packets[order[$0]].isHidden }
    guard let last = visible.last else { throw .noFrame(decodeErrors: 0) }
    var builder = TimelineBuilder(clock: clock)
    let times = visible.map { builder.time(stamp: stamps[$0]) }
    let timeline = PresentationTimes(
      times: times, start: builder.start, lastDuration: packets[order[last]].duration, clock: clock)
    let shifts = ClockShifts(
      visible.map { (order[$0], stamps[$0]) }, times: times, start: builder.start, clock)
    for (frame, place) in visible.enumerated() { placed[order[place]].time = builder.start + times[frame] }
    return FrameIndex(
      packets: placed, times: timeline, places: visible, packetOfPlace: order,
      entries: entries(placed), isOrderUnknown: isOrderUnknown,
      delay: delay,
      isDoubtful: packets.contains(where: \.isDoubtful) || !stepsBack(order.sorted()).allSatisfy(\.isReset),
      changesDecoder: changesDecoder, areStampsUnique: areUnique(visible.map { packets[order[$0]].stamp }),
      shifts: shifts,
      others: OtherPackets(otherTimes(placed, shifts, ticks)), clock: clock, info: info,
      pixels: PixelKind(parameters), tick: (ticks[info.track].num, ticks[info.track].den))
  }

  private func areUnique(_ stamps: [Int64]) -> Bool {
    !stamps.contains(CFFMPEG_NO_TIME) && zip(stamps, stamps.dropFirst()).allSatisfy { $0 < $1 }
  }

  private func otherTimes(
    _ placed: [FrameIndex.Packet], _ shifts: ClockShifts, _ ticks: [AVRational]
  ) -> [Int: [Int64]] {
    var times: [Int: [Int64]] = [:]
    for (stream, found) in others where stream < ticks.count {
      times[stream] = found.compactMap { other in
        let time = other.packet > 0 ? placed[other.packet - 1].time : placed[0].time
        return shifts.time(of: other.stamp, ticks[stream], at: (other.packet, time))
          .map { Int64(clamping: $0 * 1_000_000 / clock.scale) }
      }
    }
    return times
  }

  /// By their places. Where the coded data shows none but the first, as in open groups of pictures, the
  /// container's word counts.
  private func entries(_ placed: [FrameIndex.Packet]) -> [Int] {
    func sorted(_ isEntry: (Int) -> Bool) -> [Int] {
      placed.indices.filter { placed[$0].place >= 0 && isEntry($0) }
        .sorted { placed[$0].place < placed[$1].place }
    }
    let proven = sorted { placed[$0].isEntry }
    return proven.count > 1 ? proven : sorted { placed[$0].isEntry || packets[$0].isKey }
  }
}

extension FrameIndexBuilder {
  /// The packets that hold frames in the order in which these are shown, and each one's stamp.
  private func order() -> (order: [Int], isUnknown: Bool, stamps: [Int64?]) {
    let holders = packets.indices.filter { packets[$0].holdsFrame }
    guard holders.contains(where: { packets[$0].stamp == CFFMPEG_NO_TIME }) else {
      let order = orderedByStamp(holders)
      return (order, false, order.map { packets[$0].stamp })
    }
    let ordered = orderedByKind(holders)
    let neverReorders = (syntax.map { $0.reordering == 0 } ?? true) && parameters.video_delay == 0
    let order = ordered ?? holders
    return (order, ordered == nil && !neverReorders, standIns(order))
  }

  /// Stamps for frames of which some have none: those of decoding, so much later as frames with both say, or
  /// as the decoder holds frames back.
  private func standIns(_ order: [Int]) -> [Int64?] {
    // In the order decoded: sorted, those of two clocks would lie between each other.
    let decoded = order.sorted().map { packets[$0].decodingStamp }.filter { $0 != CFFMPEG_NO_TIME }
    guard decoded.count == order.count, let last = decoded.last else {
      return order.map { packets[$0].stamp == CFFMPEG_NO_TIME ? nil : packets[$0].stamp }
    }
    let known = order.indices.first { packets[order[$0]].stamp != CFFMPEG_NO_TIME }
    if let known {
      let delay = packets[order[known]].stamp &- decoded[known]
      return zip(order, decoded).map { packet, stand in
        packets[packet].stamp == CFFMPEG_NO_TIME ? stand &+ delay : packets[packet].stamp
      }
    }
    // What the decoder gives at the end alone has no stamp.
    if delay >= decoded.count { return order.map { _ in nil } }
    let period = Int64(clamping: clock.period / clock.tick)
    return order.indices.map { place in
      place + delay < decoded.count
        ? decoded[place + delay] : last &+ period &* Int64(place + delay - decoded.count + 1)
    }
  }

  /// Where the clock was reset, as in joined recordings, what follows comes after what was before. B frames
  /// are earlier than the frame behind a pause that is decoded before them: the clock of decoding tells the
  /// two apart.
  private func orderedByStamp(_ holders: [Int]) -> [Int] {
    var order: [Int] = []
    var run: [Int] = []
    let resets = Set(stepsBack(holders).filter(\.isReset).map(\.packet))
    func sorted(_ run: [Int]) -> [Int] {
      run.sorted { (packets[$0].stamp, $0) < (packets[$1].stamp, $1) }
    }
    for packet in holders {
      if resets.contains(packet) {
        order += sorted(run)
        run = []
      }
      run.append(packet)
    }
    return order + sorted(run)
  }

  /// The packets that are to be shown further before an earlier one than a frame out of order may be, and
  /// whether the clock was reset there.
  private func stepsBack(_ holders: [Int]) -> [(packet: Int, isReset: Bool)] {
    var steps: [(packet: Int, isReset: Bool)] = []
    var (latest, decoded) = (nil as Int?, Int64.min)
    for packet in holders {
      let (stamp, decoding) = (packets[packet].stamp, packets[packet].decodingStamp)
      if let last = latest {
        let isEdit = beginsEdit(packet, after: last)
        if isEdit || Int128(stamp) + Int128(clock.reach) < Int128(packets[last].stamp) {
          let isReset = isEdit || decoding == CFFMPEG_NO_TIME || decoding < decoded
          steps.append((packet, isReset))
          if isReset { latest = nil }
        }
      }
      if latest.map({ packets[$0].stamp < stamp }) ?? true { latest = packet }
      if decoding != CFFMPEG_NO_TIME { decoded = decoding }
    }
    return steps
  }

  /// Whether an edit list goes on at another place here: what it hides behind the part before, or ahead of
  /// the one that begins, has the other part's times.
  private func beginsEdit(_ packet: Int, after latest: Int) -> Bool {
    (packets[packet].isEntry ?? packets[packet].isKey) && packets[packet].stamp <= packets[latest].stamp
      && (packets[packet].isHidden || packets[latest].isHidden)
  }

  /// Notes the hidden packets behind which no frame is shown before decoding can begin anew.
  private func markSpare(_ placed: inout [FrameIndex.Packet]) {
    var (isFollowed, least) = (false, Int.max)
    for number in placed.indices.reversed() where placed[number].place >= 0 {
      if placed[number].isHidden {
        placed[number].isSpare = !isFollowed
      } else {
        (isFollowed, least) = (true, min(least, placed[number].place))
      }
      // Frames shown before an entry may need what comes before it.
      if placed[number].isEntry, placed[number].place <= least { isFollowed = false }
    }
  }

  /// MPEG-1, -2 and -4 part 2: a B frame is shown when it is decoded, any other when the next such comes. Nil
  /// in other codecs, and where packets hold several frames.
  private func orderedByKind(_ holders: [Int]) -> [Int]? {
    guard isOfAnchors, !packets.contains(where: \.holdsSeveral) else { return nil }
    var order: [Int] = []
    var waiting: Int?
    for packet in holders {
      if packets[packet].isBidirectional {
        order.append(packet)
      } else {
        if let waiting { order.append(waiting) }
        waiting = packet
      }
    }
    if let waiting { order.append(waiting) }
    return order
  }
}
