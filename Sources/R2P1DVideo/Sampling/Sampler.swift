import VideoDecoding

/// The samples of a video, or of a part of it: element k is the number of the frame that sample k shows.
///
/// Sample k is the frame shown at start + k / rate: the last whose time is at most that plus a tick of the
/// container (1 ms where the tick is longer), for containers round their times. All in whole numbers, so that
/// no rate drifts. Times that come in and go out are a player's: they count from the container's start time.
package struct Sampler: RandomAccessCollection, Sendable {
  package let startIndex = 0
  /// How many samples: floor(duration × rate), and at least one.
  package let endIndex: Int
  private let timeline: PresentationTimes
  private let part: Part
  private let rate: SampleRate
  /// With `source` and `indexed`, the frame of the first sample.
  private let firstFrame: Int
  /// With `indexed`, which frames the samples show, from `firstFrame` on.
  private let indexed: IndexedFrames?

  /// A part of the video.
  private struct Part {
    /// From the first frame shown on, in units of the timeline over `divisor`.
    let start: Int128
    let divisor: Int128
    /// Where it ends in a player's clock, unless with the video.
    let end: Rational?
  }

  /// The part from `start` up to, but not including, `end` of a video, in seconds of a player's clock; nil is
  /// the video's own. A start before the first frame means the first frame.
  package init(
    _ timeline: PresentationTimes, rate: SampleRate, start: Rational? = nil, end: Rational? = nil
  ) throws(VideoError) {
    switch rate {
    case .perSecond(let rate), .indexed(let rate):
      guard SampleRate.isUsable(rate) else {
        throw .unusableSampling("\(rate) samples a second, expected 0.001 to 1000")
      }
    case .source: break
    }
    for time in [start, end].compactMap({ $0 }) where time.double >= 1e9 || time.denominator > 1_000_000 {
      throw .unusableSampling("\(time) s, expected less than 10^9 s in microseconds")
    }
    self.timeline = timeline
    self.rate = rate
    let divisor = Int128(start?.denominator ?? 1)
    let begin = Swift.max(0, start.map { timeline.units(at: $0) } ?? 0)
    part = Part(start: begin, divisor: divisor, end: end)
    var duration = timeline.duration * divisor - begin
    // What a duration that is no whole number of units has beside these, over `endDivisor`.
    var (rest, endDivisor) = (Int128(0), Int128(1))
    if let end {
      let (units, part) = (timeline.units(at: end) * divisor)
        .quotientAndRemainder(dividingBy: Int128(end.denominator))
      if units - begin < duration {
        (duration, rest, endDivisor) = (units - begin, part, Int128(end.denominator))
      }
    }
    guard duration > 0 || duration == 0 && rest > 0, !timeline.times.isEmpty else {
      let last = timeline.clockTime(timeline.duration).double
      let first = Swift.max(start ?? 0, timeline.clockTime(0)).double
      throw .emptyPart(start: first, end: Swift.min(end?.double ?? last, last))
    }
    switch rate {
    case .perSecond(let rate):
      (firstFrame, indexed) = (0, nil)
      let units = timeline.scale * divisor * Int128(rate.denominator)
      let passed = duration * Int128(rate.numerator) + rest * Int128(rate.numerator) / endDivisor
      endIndex = Int(clamping: Swift.max(1, passed / units))
    case .source:
      let frames = Self.frames(of: timeline, part)
      (firstFrame, indexed) = (frames.lowerBound, nil)
      endIndex = frames.count
    case .indexed(let rate):
      let frames = Self.frames(of: timeline, part)
      // Frames a second, exactly: a period is a whole number of units.
      let average = Double(timeline.scale) / Double(timeline.period)
      let indexed = IndexedFrames(frames: frames.count, average: average, rate: rate.double)
      (firstFrame, self.indexed) = (frames.lowerBound, indexed)
      endIndex = Swift.max(1, indexed.count)
    }
  }

  /// All frames of a part, at least one. Frames that share the first one's time are in it too, as is one
  /// within a tick of it.
  private static func frames(of timeline: PresentationTimes, _ part: Part) -> Range<Int> {
    let first = part.start == 0 ? 0 : frame(timeline, at: part, plus: 0, over: 1)
    let last = timeline.times.partitioningIndex { time in
      part.end.map { time * Int128($0.denominator) >= timeline.units(at: $0) } ?? false
    }
    return first..<Swift.max(first + 1, last)
  }

  package subscript(sample: Int) -> Int {
    switch rate {
    case .source: firstFrame + sample
    case .indexed: firstFrame + (indexed?.frame(sample) ?? 0)
    case .perSecond(let rate):
      Self.frame(timeline, at: part, plus: Int128(sample) * Int128(rate.denominator), over: rate.numerator)
    }
  }

  /// When sample `sample` is shown, in seconds of a player's clock. `endIndex` is when the last sample ends.
  package func time(of sample: Int) -> Rational {
    switch rate {
    case .perSecond(let rate):
      let above = Int128(rate.numerator)
      let passed = Int128(sample) * Int128(rate.denominator) * timeline.scale * part.divisor
      return timeline.clockTime(part.start * above + passed, over: part.divisor * above)
    case .source, .indexed:
      let isThere = indexed?.isWithin(sample) ?? true
      let frame = isThere ? self[sample] : timeline.times.count
      return timeline.clockTime(frame < timeline.times.count ? timeline.times[frame] : timeline.duration)
    }
  }

  /// When the frame that sample `sample` shows is shown: seconds of a player's clock.
  func shownTime(of sample: Int) -> Rational { timeline.clockTime(timeline.times[self[sample]]) }

  /// Whether sample `sample`, perhaps the one behind the last, is due when frame `frame` is shown, or before.
  func isDue(_ sample: Int, at frame: Int) -> Bool {
    switch rate {
    case .source, .indexed: frame >= self[sample]
    case .perSecond(let rate):
      timeline.times[frame] * part.divisor * Int128(rate.numerator)
        >= part.start * Int128(rate.numerator)
        + Int128(sample) * Int128(rate.denominator) * timeline.scale * part.divisor
    }
  }

  /// When the video, or the part of it, ends: seconds of a player's clock.
  package var endTime: Rational {
    let last = timeline.clockTime(timeline.duration)
    return part.end.map { Swift.min($0, last) } ?? last
  }

  /// The last frame whose time is at most the part's start + above / below + slack.
  private static func frame(_ timeline: PresentationTimes, at part: Part, plus above: Int128, over below: Int)
    -> Int
  {
    let divisor = part.divisor * Int128(below)
    let units = part.start * Int128(below) + above * timeline.scale * part.divisor
    // Of thousandths, so that a slack of 1 ms is whole as well.
    let slack = Swift.min(timeline.tick * 1000, timeline.scale) * divisor
    let latest = (units * 1000 + slack) / (divisor * 1000)
    return Swift.max(0, timeline.times.partitioningIndex { $0 > latest } - 1)
  }
}

extension PresentationTimes {
  /// A time of a player's clock in units from the first frame, times its denominator.
  fileprivate func units(at time: Rational) -> Int128 {
    Int128(time.numerator) * scale - start * Int128(time.denominator)
  }

  /// Units over `divisor` from the first frame, in seconds of a player's clock, which shows nothing before 0.
  func clockTime(_ units: Int128, over divisor: Int128 = 1) -> Rational {
    Rational(nearest: Swift.max(0, start * divisor + units), scale * divisor)
  }
}
