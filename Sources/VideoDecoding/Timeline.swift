/// When each picture of a stream is shown, exactly: whole numbers of 1/`scale` s from the first picture shown.
package struct Timeline: Sendable, Equatable {
  /// One a picture, starting at 0, strictly increasing.
  package let times: [Int128]
  /// Units in a second.
  package let scale: Int128
  /// The container's tick and the average picture period, in units.
  package let tick: Int128
  package let period: Int128

  /// The last picture's time plus one average period, in units.
  package var duration: Int128 { (times.last ?? 0) + period }

  package init(times: [Int128], clock: Clock) {
    self.times = times
    scale = clock.scale
    tick = clock.tick
    period = clock.period
  }

  /// What a stream counts its time in.
  package struct Clock: Sendable, Equatable {
    package let scale: Int128
    package let tick: Int128
    package let period: Int128

    /// `tickSeconds` and `rate` (pictures a second) are fractions of positive 32-bit numbers.
    ///
    /// Both are whole numbers of units, but for rates that fit no unit above 2^-48 s, as no camera has: those are
    /// rounded.
    package init(tickSeconds: (Int32, Int32), rate: (Int32, Int32)) {
      let ticks = Int128(tickSeconds.1)
      let pictures = Int128(rate.0)
      let exact = ticks / Self.greatestCommonDivisor(ticks, pictures) * pictures
      scale = exact <= 1 << 48 ? exact : ticks << 16
      tick = scale / ticks * Int128(tickSeconds.0)
      period = max(scale * Int128(rate.1) / pictures, 1)
    }

    private static func greatestCommonDivisor(_ a: Int128, _ b: Int128) -> Int128 {
      b == 0 ? a : greatestCommonDivisor(b, a % b)
    }
  }
}

/// Turns the stamps of pictures, in the order shown, into times: a stamp that is missing, or not later than the one
/// before, becomes the one before plus one period.
struct TimelineBuilder {
  let clock: Timeline.Clock
  private var origin: Int128 = 0
  private var last: Int128?
  /// Beyond this a time is taken for damage, which also keeps products with rates within 128 bits.
  private static let limit: Int128 = 1 << 64

  init(clock: Timeline.Clock) { self.clock = clock }

  /// The time of the next picture, in units from the first. `stamp` is in ticks.
  mutating func time(stamp: Int64?) -> Int128 {
    let absolute = stamp.map { Int128($0) * clock.tick }
    guard let last else {
      origin = absolute ?? 0
      self.last = 0
      return 0
    }
    var time = min(last + clock.period, Self.limit)
    if let absolute, absolute - origin > last, absolute - origin < Self.limit { time = absolute - origin }
    self.last = time
    return time
  }
}
