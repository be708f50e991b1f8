import VideoDecoding

/// The samples of a video, or of a part of it: element k is the number of the frame that sample k shows.
///
/// Sample k is the frame shown at start + k / rate: the last whose time is at most that plus a tick of the container
/// (1 ms where the tick is longer), for containers round their times. All in whole numbers, so that no rate drifts.
package struct Sampler: RandomAccessCollection, Sendable {
  package let startIndex = 0
  /// How many samples: floor(duration × rate), and at least one.
  package let endIndex: Int
  private let timeline: Timeline
  private let part: Part
  private let rate: SampleRate
  /// With `source`, the frame of the first sample.
  private let firstFrame: Int

  /// Times from `start` up to, but not including, `end`: exact fractions of a second.
  private struct Part {
    let start: Rational
    let end: Rational?
  }

  /// The part from `start` to `end` (seconds from the first frame shown; nil: the video's own) of a video.
  package init(
    _ timeline: Timeline, rate: SampleRate, start: Rational? = nil, end: Rational? = nil
  ) throws(VideoError) {
    if case .perSecond(let rate) = rate, !SampleRate.isUsable(rate) {
      throw .unusableSampling("\(rate) samples a second, expected 0.001 to 1000")
    }
    for time in [start, end].compactMap({ $0 }) where time.double >= 1e9 || time.denominator > 1_000_000 {
      throw .unusableSampling("\(time) s, expected less than 10^9 s in microseconds")
    }
    self.timeline = timeline
    self.rate = rate
    part = Part(start: start ?? 0, end: end)
    let begin = Int128(part.start.numerator) * timeline.scale
    var duration = timeline.duration * Int128(part.start.denominator) - begin
    if let end {
      let until = Int128(end.numerator) * Int128(part.start.denominator) * timeline.scale
      duration = Swift.min(duration, until / Int128(end.denominator) - begin)
    }
    guard duration > 0, !timeline.times.isEmpty else {
      let last = Double(timeline.duration) / Double(timeline.scale)
      throw .emptyPart(start: part.start.double, end: Swift.min(end?.double ?? last, last))
    }
    switch rate {
    case .perSecond(let rate):
      firstFrame = 0
      let units = timeline.scale * Int128(part.start.denominator) * Int128(rate.denominator)
      endIndex = Int(clamping: Swift.max(1, duration * Int128(rate.numerator) / units))
    case .source:
      let first = Self.frame(timeline, at: part.start, plus: 0, over: 1)
      let last = timeline.times.partitioningIndex {
        $0 * Int128(end?.denominator ?? 1) >= Int128(end?.numerator ?? 0) * timeline.scale && end != nil
      }
      firstFrame = first
      endIndex = Swift.max(1, last - first)
    }
  }

  package subscript(sample: Int) -> Int {
    switch rate {
    case .source: firstFrame + sample
    case .perSecond(let rate):
      Self.frame(
        timeline, at: part.start, plus: Int128(sample) * Int128(rate.denominator), over: rate.numerator)
    }
  }

  /// When sample `sample` is shown, in seconds of the file's time. `endIndex` is when the last sample ends.
  package func time(of sample: Int) -> Rational {
    switch rate {
    case .perSecond(let rate):
      let below = Int128(part.start.denominator)
      let above = Int128(part.start.numerator) * Int128(rate.numerator)
      return Rational(
        nearest: above + Int128(sample) * Int128(rate.denominator) * below, below * Int128(rate.numerator))
    case .source:
      let frame = firstFrame + sample
      let units = frame < timeline.times.count ? timeline.times[frame] : timeline.duration
      return Rational(nearest: units, timeline.scale)
    }
  }

  /// When the video, or the part of it, ends: seconds of the file's time.
  package var endTime: Rational {
    let last = Rational(nearest: timeline.duration, timeline.scale)
    return part.end.map { Swift.min($0, last) } ?? last
  }

  /// The last frame whose time is at most start + above / below + slack.
  private static func frame(_ timeline: Timeline, at start: Rational, plus above: Int128, over below: Int)
    -> Int
  {
    let (sum, divisor) = (Int128(start.denominator), Int128(below))
    let seconds = Int128(start.numerator) * divisor + above * sum
    // Of thousandths, so that a slack of 1 ms is whole as well.
    let slack = Swift.min(timeline.tick * 1000, timeline.scale) * sum * divisor
    let latest = (seconds * timeline.scale * 1000 + slack) / (sum * divisor * 1000)
    return Swift.max(0, timeline.times.partitioningIndex { $0 > latest } - 1)
  }
}
