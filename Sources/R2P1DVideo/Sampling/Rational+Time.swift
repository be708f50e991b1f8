// Arithmetic of times. All of it is exact, for a product of two 64-bit numbers fits in 128 bits.

extension Rational: Comparable {
  public static func < (left: Rational, right: Rational) -> Bool {
    Int128(left.numerator) * Int128(right.denominator) < Int128(right.numerator) * Int128(left.denominator)
  }
}

extension Rational {
  /// `above / below`, neither negative and `below` not 0; to the nearest nanosecond where its lowest terms do
  /// not fit in 64 bits, as no camera's do.
  package init(nearest above: Int128, _ below: Int128) {
    let divisor = Self.greatestCommonDivisor(above, below)
    if let above = Int(exactly: above / divisor), let below = Int(exactly: below / divisor) {
      self.init(above, below)
    } else {
      let (whole, rest) = above.quotientAndRemainder(dividingBy: below)
      let nanoseconds = Int((Double(rest) / Double(below) * 1e9).rounded())
      let seconds = Int128(Int(clamping: whole))
      self.init(Int(clamping: seconds * 1_000_000_000 + Int128(nanoseconds)), 1_000_000_000)
    }
  }

  static func midpoint(_ a: Rational, _ b: Rational) -> Rational {
    let (below, other) = (Int128(a.denominator), Int128(b.denominator))
    return Rational(nearest: Int128(a.numerator) * other + Int128(b.numerator) * below, 2 * below * other)
  }

  /// The time in whole units of which `scale` make a second, half a unit rounded up.
  package func rounded(perSecond scale: Int) -> Int {
    Int(clamping: (2 * Int128(numerator) * Int128(scale) + Int128(denominator)) / (2 * Int128(denominator)))
  }

  /// Decimal seconds to the microsecond, as times are printed: `1.066667`, `2.0`.
  package var decimal: String {
    let (seconds, rest) = rounded(perSecond: 1_000_000).quotientAndRemainder(dividingBy: 1_000_000)
    var digits = "\(1_000_000 + rest)".dropFirst()
    while digits.count > 1, digits.last == "0" { digits.removeLast() }
    return "\(seconds).\(digits)"
  }

  private static func greatestCommonDivisor(_ a: Int128, _ b: Int128) -> Int128 {
    b == 0 ? a : greatestCommonDivisor(b, a % b)
  }
}
