/// How many samples a second are taken of a video.
public enum SampleRate: Sendable, Hashable, Codable {
  /// Every frame is a sample.
  case source
  /// At most 1000 a second, and more than 0.
  case perSecond(Rational)

  /// `source`, or a number from 0.001 to 1000, as `15`, `12.5` or `30000/1001`.
  public init?(_ text: String) {
    if text == "source" {
      self = .source
      return
    }
    guard let rate = Rational(text), Self.isUsable(rate) else { return nil }
    self = .perSecond(rate)
  }

  /// Whether a rate is in range, and its parts are small enough to count time in.
  static func isUsable(_ rate: Rational) -> Bool {
    (0.001...1000).contains(rate.double) && max(rate.numerator, rate.denominator) <= 1 << 30
  }
}

extension SampleRate: CustomStringConvertible {
  /// The text that `init` reads: `source`, `15`, `12.5`, or a fraction where no decimal says it exactly.
  public var description: String {
    guard case .perSecond(let rate) = self else { return "source" }
    let decimal = "\(rate.double)"
    return rate.denominator > 1 && Rational(decimal) == rate ? decimal : rate.description
  }
}
