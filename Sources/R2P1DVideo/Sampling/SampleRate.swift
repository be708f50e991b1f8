/// How many samples a second are taken of a video.
public enum SampleRate: Sendable, Hashable, Codable {
  /// Every frame is a sample.
  case source
  /// At most 1000 a second, and more than 0.
  case perSecond(Rational)
  /// So many a second of the average frame rate, frames counted and times not looked at: torchvision's
  /// `VideoClips`, to reproduce what was published with it.
  case indexed(Rational)

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
  /// What is counted by index, which is a protocol's and not for users to ask for, says so.
  public var description: String {
    switch self {
    case .source: return "source"
    case .indexed(let rate): return "\(SampleRate.perSecond(rate)) by index"
    case .perSecond(let rate):
      let decimal = "\(rate.double)"
      return rate.denominator > 1 && Rational(decimal) == rate ? decimal : rate.description
    }
  }
}

extension SampleRate {
  /// `15 a second`, in a sentence.
  package var words: String {
    switch self {
    case .source: "every frame a sample"
    case .perSecond: "\(self) a second"
    case .indexed(let rate): "\(SampleRate.perSecond(rate)) a second by index"
    }
  }
}
