/// When each frame of a stream is shown, exactly: whole numbers of 1/`scale` s from the first frame shown.
package struct PresentationTimes: Sendable, Equatable {
  /// One a frame, starting at 0, never decreasing: of frames with one time the last is the one that is seen.
  package let times: [Int128]
  /// When the first frame is shown in a player's clock, in units: its presentation time minus the container's
  /// start time. Negative where the container says that it starts later than its first frame.
  package let start: Int128
  /// The last frame's time plus one average period, or plus its own duration where that is over one and a
  /// half periods: the last slide of a slide show. In units.
  package let duration: Int128
  /// Units in a second.
  package let scale: Int128
  /// The container's tick and the average frame period, in units.
  package let tick: Int128
  package let period: Int128

  /// `lastDuration` is the last frame's own, in ticks, as its packet says; nil or 0 if it does not.
  package init(times: [Int128], start: Int128 = 0, lastDuration: Int64? = nil, clock: Clock) {
    self.times = times
    self.start = start
    scale = clock.scale
    tick = clock.tick
    period = clock.period
    let own = Swift.min(Int128(lastDuration ?? 0) * clock.tick, TimelineBuilder.limit)
    duration = (times.last ?? 0) + (2 * own > 3 * clock.period ? own : clock.period)
  }

  private init(_ other: PresentationTimes, start: Int128) {
    (times, scale, tick, period) = (other.times, other.scale, other.tick, other.period)
    (self.start, duration) = (start, other.duration)
  }

  /// The same times from another first one.
  func starting(at start: Int128) -> PresentationTimes { PresentationTimes(self, start: start) }

  /// What a stream counts its time in.
  package struct Clock: Sendable, Equatable {
    package let scale: Int128
    package let tick: Int128
    package let period: Int128
    /// The container's start time, in units; nil if it is unknown.
    let containerStart: Int128?

    /// `tickSeconds` and `rate` (frames a second) are fractions of positive 32-bit numbers, `containerStart`
    /// is a fraction of seconds over a positive 32-bit number.
    ///
    /// All are whole numbers of units, but for those that fit no unit above 2^-48 s, as no camera has: a
    /// rate, or a start time, is rounded then.
    package init(
      tickSeconds: (Int32, Int32), rate: (Int32, Int32), containerStart: (Int64, Int32)? = nil
    ) {
      let ticks = Int128(tickSeconds.1)
      let frames = Int128(rate.0)
      var units = Self.leastCommonMultiple(ticks, frames)
      if units > Self.mostUnits { units = ticks << 16 }
      if let start = containerStart {
        let finer = Self.leastCommonMultiple(units, Int128(start.1))
        // A stamp times a tick fits in 128 bits.
        if finer <= Self.mostUnits, finer / ticks * Int128(tickSeconds.0) <= 1 << 62 { units = finer }
      }
      scale = units
      tick = units / ticks * Int128(tickSeconds.0)
      period = max(units * Int128(rate.1) / frames, 1)
      self.containerStart = containerStart.map { start in
        let (whole, rest) = (Int128(start.0) * units).quotientAndRemainder(dividingBy: Int128(start.1))
        return whole + (2 * rest >= Int128(start.1) ? 1 : 2 * rest < -Int128(start.1) ? -1 : 0)
      }
    }

    /// How far behind another a frame that is stored after it may be shown, in ticks: half a second, and the
    /// sixteen frames that codecs reorder at most.
    var reach: Int64 { Int64(clamping: (scale / 2 + 17 * period) / tick) }

    private static let mostUnits: Int128 = 1 << 48

    private static func leastCommonMultiple(_ a: Int128, _ b: Int128) -> Int128 {
      a / greatestCommonDivisor(a, b) * b
    }

    private static func greatestCommonDivisor(_ a: Int128, _ b: Int128) -> Int128 {
      b == 0 ? a : greatestCommonDivisor(b, a % b)
    }
  }
}

/// Turns the stamps of frames, in the order shown, into times that never decrease.
///
/// A missing stamp is the one before plus one period. A frame stamped up to half a second before its
/// predecessor is shown at the predecessor's time: the container's times are out of order, or repeat. Further
/// back, the clock was reset, as in joined recordings: the frame comes one period later, and all that follow
/// move with it.
struct TimelineBuilder {
  let clock: PresentationTimes.Clock
  /// When the first frame is shown in a player's clock, in units.
  private(set) var start: Int128 = 0
  private var origin: Int128 = 0
  /// By how much stamps are to be moved since the clock was last reset.
  private var moved: Int128 = 0
  private var last: Int128?
  /// Beyond this a time is taken for damage, which also keeps products with rates within 128 bits.
  static let limit: Int128 = 1 << 64

  init(clock: PresentationTimes.Clock) { self.clock = clock }

  /// The time of the next frame, in units from the first. `stamp` is in ticks.
  mutating func time(stamp: Int64?) -> Int128 {
    let absolute = stamp.map { Int128($0) * clock.tick }
    guard let last else {
      origin = absolute ?? 0
      if let absolute, let containerStart = clock.containerStart {
        let offset = absolute - containerStart
        start = abs(offset) < Self.limit ? offset : 0
      }
      self.last = 0
      return 0
    }
    let next = min(last + clock.period, Self.limit)
    var time = next
    if let absolute {
      time = absolute - origin + moved
      if last - time > clock.scale / 2 {
        moved += next - time
        time = next
      } else if time > Self.limit {
        time = next
      }
    }
    self.last = max(time, last)
    return max(time, last)
  }
}
