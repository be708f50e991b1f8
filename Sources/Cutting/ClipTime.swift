import R2P1DVideo

/// A time of a player's clock, in units of 1/`scale` s; before 0 where the container says that it starts
/// later than its first frame.
package struct ClipTime: Sendable, Equatable {
  package let units: Int128
  package let scale: Int128

  package init(units: Int128, scale: Int128) { (self.units, self.scale) = (units, scale) }

  package var seconds: Double { Double(units) / Double(scale) }

  /// Decimal seconds to the microsecond.
  package var decimal: String { sign + magnitude.decimal }

  /// `1:30.500`, to the millisecond.
  package func clock(hours: Bool) -> String { sign + magnitude.shortClock(hours: hours) }

  private var magnitude: Rational { Rational(nearest: abs(units), scale) }
  private var sign: String { units < 0 ? "-" : "" }
}
