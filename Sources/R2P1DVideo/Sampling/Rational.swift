/// An exact fraction: a rate in samples a second, or a time in seconds.
public struct Rational: Sendable, Hashable {
  /// In lowest terms.
  public let numerator: Int
  /// Positive.
  public let denominator: Int

  /// `numerator / denominator`, brought to lowest terms. Neither may be negative, and the denominator not 0.
  public init(_ numerator: Int, _ denominator: Int = 1) {
    precondition(
      numerator >= 0 && denominator > 0, "a rational of this project is neither negative nor over zero")
    let divisor = Self.greatestCommonDivisor(numerator, denominator)
    self.numerator = numerator / divisor
    self.denominator = denominator / divisor
  }

  /// `15`, `12.5` or `30000/1001`; nil for anything else, and for parts of more than nine digits.
  public init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count <= 2, let above = Self.decimal(parts[0]) else { return nil }
    guard parts.count == 2 else {
      self = above
      return
    }
    guard above.denominator == 1, let below = Self.decimal(parts[1]), below.denominator == 1,
      below.numerator > 0
    else { return nil }
    self.init(above.numerator, below.numerator)
  }

  /// Seconds from `90`, `90.5`, `1:30` or `00:01:30.5`, less than 10^9; minutes and seconds after a colon are
  /// below 60.
  public init?(time text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard (1...3).contains(parts.count) else { return nil }
    var seconds = Rational(0)
    for (index, part) in parts.enumerated() {
      guard let value = Self.decimal(part), value.denominator == 1 || index == parts.count - 1,
        index == 0 || value.numerator < 60 * value.denominator
      else { return nil }
      seconds = Rational(60 * seconds.numerator * value.denominator + value.numerator, value.denominator)
    }
    guard seconds.double < 1e9 else { return nil }
    self = seconds
  }

  public var double: Double { Double(numerator) / Double(denominator) }

  /// Up to nine digits, and up to six after a point.
  private static func decimal(_ text: Substring) -> Rational? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), parts.allSatisfy({ $0.utf8.allSatisfy { (48...57).contains($0) } })
    else {
      return nil
    }
    let whole = parts[0]
    let fraction = parts.count == 2 ? parts[1] : ""
    guard !whole.isEmpty || !fraction.isEmpty, whole.utf8.count <= 9, fraction.utf8.count <= 6,
      let digits = Int(whole + fraction)
    else { return nil }
    return Rational(digits, (0..<fraction.utf8.count).reduce(1) { scale, _ in 10 * scale })
  }

  private static func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
    b == 0 ? a : greatestCommonDivisor(b, a % b)
  }
}

extension Rational: ExpressibleByIntegerLiteral {
  public init(integerLiteral value: Int) { self.init(value) }
}

extension Rational: CustomStringConvertible {
  /// `15` or `25/2`.
  public var description: String { denominator == 1 ? "\(numerator)" : "\(numerator)/\(denominator)" }
}

/// As the pair of its numbers.
extension Rational: Codable {
  public init(from decoder: any Decoder) throws {
    var numbers = try decoder.unkeyedContainer()
    let (above, below) = (try numbers.decode(Int.self), try numbers.decode(Int.self))
    guard above >= 0, below > 0 else {
      throw DecodingError.dataCorruptedError(
        in: numbers, debugDescription: "\(above)/\(below) is no fraction from 0")
    }
    self.init(above, below)
  }

  public func encode(to encoder: any Encoder) throws {
    var numbers = encoder.unkeyedContainer()
    try numbers.encode(numerator)
    try numbers.encode(denominator)
  }
}
