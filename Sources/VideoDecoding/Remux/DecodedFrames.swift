import CFFmpeg

/// The frames of a stream as its decoder gives them, in the order shown.
package struct DecodedFrames: Sendable {
  package let times: PresentationTimes
  /// Each frame's own stamp, in ticks; nil where it has none.
  package let stamps: [Int64?]

  /// Whether each frame is shown later than the one before.
  package var isIncreasing: Bool { areIncreasing(stamps.indices) }

  /// The same of some frames.
  package func areIncreasing(_ frames: Range<Int>) -> Bool {
    zip(stamps[frames], stamps[frames].dropFirst()).allSatisfy { one, next in
      if let one, let next { one < next } else { false }
    }
  }
}

extension Video {
  /// Decodes the whole stream for the stamps of its frames.
  package func decodedFrames() throws(VideoError) -> DecodedFrames {
    try restart(reopening: true)
    var builder = TimelineBuilder(clock: clock)
    var times: [Int128] = []
    var stamps: [Int64?] = []
    var lastDuration: Int64?
    while try decodeNext() {
      guard times.count < rules.maxFrames else { throw .tooManyFrames(limit: rules.maxFrames) }
      stamps.append(decoder.stamp)
      times.append(builder.time(stamp: decoder.stamp))
      lastDuration = decoder.duration
    }
    guard !times.isEmpty else { throw .noFrame(decodeErrors: decodeErrors) }
    return DecodedFrames(
      times: PresentationTimes(
        times: times, start: builder.start, lastDuration: lastDuration, clock: clock),
      stamps: stamps)
  }
}
