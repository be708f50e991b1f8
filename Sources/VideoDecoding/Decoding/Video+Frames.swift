import CFFmpeg

/// Handing over the frames that are wanted.
extension Video {
  /// Hands each frame whose number is in `numbers` (ascending, from the timeline) to `body`, in that order.
  ///
  /// With `seeking`, what no wanted frame needs is not decoded: stretches between them that a seek can skip,
  /// and frames that no other is predicted from. The wanted ones have the same bits either way. Without it
  /// the whole stream is decoded, and so checked. Throws `VideoError.timelineChanged` if the frames
  /// contradict the timeline that the packets gave: some wanted frames may have been handed over by then;
  /// `timeline()` is right now, start again with it.
  package func frames(
    _ numbers: [Int], seeking: Bool, _ body: (Int, borrowing Frame) throws -> Void
  ) throws {
    let timeline = try timeline()
    var rest = numbers[...]
    if seeking, let scan, let stamps = scan.stamps, scan.isBorneOut, !isTimelineExact {
      defer { spared = nil }
      if scan.references.areKnown {
        spared = SkippablePackets(stamps: stamps, wanted: numbers, references: scan.references)
      }
      if let plan = seekPlan(numbers, timeline, scan) {
        for group in plan.groups {
          guard try decode(group, of: numbers, scan, stamps, &rest, body) else { break }
        }
        if rest.isEmpty { return }
      } else if spared != nil, try decodeThrough(stamps, &rest, body) {
        return
      }
    }
    try decodeThrough(&rest, timeline, body)
  }

  /// A plan, if one is worth it: with hundreds of frames saved, so that a short file is always decoded whole
  /// and all its damage counted.
  private func seekPlan(_ numbers: [Int], _ timeline: PresentationTimes, _ scan: PacketScan) -> SeekPlan? {
    let plan = SeekPlan(wanted: numbers, keys: scan.keys.map(\.frame), count: timeline.times.count)
    return plan.saved >= Self.worthwhileSaving ? plan : nil
  }

  private static let worthwhileSaving = 256

  /// Decodes one group of a plan; false if anything is not as the packets said, and then decoding has to
  /// begin again.
  private func decode(
    _ group: SeekPlan.Group, of numbers: [Int], _ scan: PacketScan, _ stamps: [Int64],
    _ rest: inout ArraySlice<Int>, _ body: (Int, borrowing Frame) throws -> Void
  ) throws -> Bool {
    var number = 0
    var firstStamp = Int64.min
    if let index = group.key {
      let key = scan.keys[index]
      guard try seek(to: key, before: scan.keys[..<index]) else { return false }
      number = key.frame
      firstStamp = key.stamp
    } else {
      try restartForParts()
    }
    spared?.numbers = []
    let last = numbers[group.wanted.upperBound - 1]
    placed?.announce(to: stamps[last])
    while number <= last {
      guard try decodeNext(), isFlawless, let stamp = decoder.stamp else { return false }
      // Frames shown before the key but stored after it belong to the frames before.
      if stamp < firstStamp { continue }
      guard try take(stamp, &number, stamps, &rest, body) else { return false }
    }
    try finish()
    return decodeErrors == 0
  }

  /// Whether no damage is known in what is decoded for certain.
  private var isFlawless: Bool { errors == 0 && decoder.finishedDamage == 0 }

  /// Decodes to the end what is not spared; false if anything is not as the packets said.
  private func decodeThrough(
    _ stamps: [Int64], _ rest: inout ArraySlice<Int>, _ body: (Int, borrowing Frame) throws -> Void
  ) throws -> Bool {
    try restartForParts()
    spared?.numbers = []
    var number = 0
    while try decodeNext() {
      guard isFlawless, let stamp = decoder.stamp, try take(stamp, &number, stamps, &rest, body) else {
        return false
      }
    }
    return !isAstray && decodeErrors == 0 && rest.isEmpty && (number..<stamps.count).allSatisfy(wasSpared)
  }

  /// Hands over the frame shown at `stamp` if it is wanted; false unless it is the next to come, but for
  /// spared ones.
  ///
  /// `number` is the first that may come, and is left behind the one that came.
  private func take(
    _ stamp: Int64, _ number: inout Int, _ stamps: [Int64], _ rest: inout ArraySlice<Int>,
    _ body: (Int, borrowing Frame) throws -> Void
  ) throws -> Bool {
    if number == 0 { try noteFirstFrame() }
    while number < stamps.count, stamps[number] < stamp {
      guard wasSpared(number) else { return false }
      number += 1
    }
    guard number < stamps.count, stamps[number] == stamp else { return false }
    if number == rest.first {
      try deliver(number, to: body)
      rest.removeFirst()
    }
    number += 1
    return true
  }

  private func wasSpared(_ number: Int) -> Bool { spared?.numbers.remove(number) != nil }

  /// Decodes from the start to the end, and holds every time against the timeline.
  ///
  /// Some demuxers give other times when they are sent back to the start than when they were just opened
  /// (parsers keep what they learned): only what contradicts the timeline after opening does.
  private func decodeThrough(
    _ rest: inout ArraySlice<Int>, _ timeline: PresentationTimes,
    _ body: (Int, borrowing Frame) throws -> Void
  ) throws {
    // Where the packets do not say when frames are shown, a contradiction is likely: it should count at once.
    for reopening in [isTimelineExact || scan?.areShown != true, true] {
      try restart(reopening: reopening)
      let isFresh = if case .start = position { true } else { false }
      guard let truth = try contradiction(of: timeline, &rest, learning: isFresh, body) else { return }
      if isFresh { try adopt(truth) }
    }
  }

  /// Decodes from here to the end and returns the true timeline if it is not `timeline`, or as much as is
  /// known of it at the first contradiction unless `learning`. From there on nothing is handed over any more.
  private func contradiction(
    of timeline: PresentationTimes, _ rest: inout ArraySlice<Int>, learning: Bool,
    _ body: (Int, borrowing Frame) throws -> Void
  ) throws -> PresentationTimes? {
    var builder = TimelineBuilder(clock: clock)
    var number = 0
    var learned: [Int128]?
    var lastDuration: Int64?
    while try decodeNext() {
      if number == 0 { try noteFirstFrame() }
      let time = builder.time(stamp: decoder.stamp)
      if number == 0, builder.start != timeline.start, !isStartExact {
        return timeline.starting(at: builder.start)
      }
      if learned == nil,
        number >= timeline.times.count || timeline.times[number] != time || builder.start != timeline.start
      {
        learned = Array(timeline.times.prefix(number))
        if !learning { break }
      }
      learned?.append(time)
      lastDuration = decoder.duration
      if learned == nil, number == rest.first {
        try deliver(number, to: body)
        rest.removeFirst()
      }
      number += 1
    }
    if !isAstray, learned == nil, number == timeline.times.count { return nil }
    if number == 0, learning { throw VideoError.noFrame(decodeErrors: decodeErrors) }
    return PresentationTimes(
      times: learned ?? Array(timeline.times.prefix(number)), start: builder.start,
      lastDuration: lastDuration, clock: clock)
  }

  private func adopt(_ truth: PresentationTimes) throws(VideoError) {
    // What decodes differently each time that it is opened is being written to.
    if isTimelineExact { throw .unreadable(reason: "it changes while it is being read") }
    // Where the order of decoding stands in for the times, the first frame alone may say that all are later.
    isTimelineExact = isStartExact || truth.times != knownTimeline?.times
    isStartExact = true
    knownTimeline = truth
    throw .timelineChanged
  }

  private func deliver(_ number: Int, to body: (Int, borrowing Frame) throws -> Void) throws {
    if info.width <= 0 || info.height <= 0 { try noteFirstFrame() }
    let frame = Frame(
      try shownPart, orientation, width: info.width, height: info.height, damage: decoder.frameDamage,
      converter)
    try body(number, frame)
  }

  /// The first frame's size is the video's, whatever the container says.
  func noteFirstFrame() throws(VideoError) {
    let frame = try shownPart
    (info.width, info.height) = orientation.size(width: Int(frame.width), height: Int(frame.height))
  }

  /// The decoder's frame, or the part of it that the container shows.
  private var shownPart: AVFrame {
    get throws(VideoError) {
      guard let stream = input.streams[stream], let crop = Crop(stream) else { return decoder.frame.pointee }
      return try crop.applied(to: decoder.frame.pointee)
    }
  }

  /// How the decoder's frame is turned upright: its own display matrix says so, or else the stream's.
  private var orientation: Orientation {
    let matrix =
      cffmpeg_frame_matrix(decoder.frame) ?? input.streams[stream].flatMap { cffmpeg_stream_matrix($0) }
    return matrix.map(Orientation.init(matrix:)) ?? .upright
  }
}
