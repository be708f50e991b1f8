import R2P1DVideo

/// The one constant rate at which formats count a video's frames.
///
/// Of a constant rate it is that rate, freed of what a container's clock rounds away (29.97 is 30000/1001);
/// of a variable one the whole number of frames nearest to its average.
struct FrameRate: Sendable, Equatable {
  /// Frames a second.
  let perSecond: Rational

  init(_ perSecond: Rational) { self.perSecond = perSecond }

  init(average asked: Double) {
    guard asked.isFinite, asked > 0 else {
      self.init(25)
      return
    }
    let average = min(asked, 1e6)
    let whole = max(1, Int(average.rounded()))
    // 29.97 and 30 are a thousandth apart: nothing within 0.3 of that can be the other.
    let (near, tolerance) = ([Rational(whole), Rational(Self.fielded(average) * 1000, 1001)], 3e-4)
    if let rate = near.first(where: { abs(average / $0.double - 1) < tolerance }) {
      self.init(rate)
      return
    }
    let exact = Rational(simplest: average)
    // 12.5, 3.75 or one in seven seconds; other parts of a frame come of counting a variable rate.
    let isConstant = exact.denominator <= (average < 15 ? 4 : 2) || exact.numerator == 1
    self.init(isConstant ? exact : Rational(whole))
  }

  private static func fielded(_ average: Double) -> Int { max(1, Int((average * 1.001).rounded())) }

  /// The number of the frame at `time`, to the nearest.
  func frame(at time: Rational) -> Int { time.rounded(per: perSecond) }
}

extension Rational {
  /// The fraction of the smallest numbers that is `value` as a Double; `value` is finite and positive.
  ///
  /// FFmpeg's rates are fractions of 32 bits, and what a Double makes of one leads back to it.
  init(simplest value: Double) {
    // The fractions that a continued one passes: each is the nearest of those with no larger denominator.
    var (above, below) = ((1, 0), (0, 1))
    var rest = value
    for _ in 0..<64 {
      let whole = rest.rounded(.down)
      guard whole < 1e9 else { break }
      let next = (above.0 * Int(whole) + above.1, below.0 * Int(whole) + below.1)
      guard next.0 <= Int(Int32.max), next.1 <= Int(Int32.max) else { break }
      (above, below) = ((next.0, above.0), (next.1, below.0))
      if Double(above.0) / Double(below.0) == value || rest == whole { break }
      rest = 1 / (rest - whole)
    }
    self.init(max(1, above.0), max(1, below.0))
  }

  /// The time in whole units of which there are `rate` a second, half a unit rounded up.
  func rounded(per rate: Rational) -> Int {
    let above = Int128(numerator) * Int128(rate.numerator)
    let below = Int128(denominator) * Int128(rate.denominator)
    let (twice, overflow) = above.multipliedReportingOverflow(by: 2)
    return Int(clamping: overflow ? above / below : (twice + below) / (2 * below))
  }
}
