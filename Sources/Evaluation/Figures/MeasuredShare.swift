import FoundationEssentials
import Glibc

/// A share of things counted, with its 95 % interval.
public struct MeasuredShare: Sendable, Equatable {
  public let count: Int
  public let total: Int

  public init(_ count: Int, of total: Int) {
    (self.count, self.total) = (count, total)
  }

  /// From 0 to 1; nil where nothing was counted.
  public var value: Double? { total > 0 ? Double(count) / Double(total) : nil }

  /// Wilson's score interval of 95 %; nil where nothing was counted.
  ///
  /// (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) ÷ (1 + z²/n) with z = 1.959964: right for few examples, and for
  /// none or all correct, where p ± 1.96 √(p(1−p)/n) is not.
  public var interval: ClosedRange<Double>? {
    guard let share = value else { return nil }
    let (n, z) = (Double(total), 1.959963984540054)
    let centre = share + z * z / (2 * n)
    let reach = z * (share * (1 - share) / n + z * z / (4 * n * n)).squareRoot()
    let scale = 1 + z * z / n
    let (low, high) = (max(0, (centre - reach) / scale), min(1, (centre + reach) / scale))
    return (count == 0 ? 0 : low)...(count == total ? 1 : high)
  }
}
