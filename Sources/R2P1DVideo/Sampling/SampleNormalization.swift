import Inference

/// What becomes of a colour of 0 to 1 on its way into the network: (value − mean) / deviation.
public struct SampleNormalization: Sendable, Hashable {
  /// Red, green, blue.
  public let mean: [Float]
  public let deviation: [Float]

  /// That of torchvision's Kinetics-400 preset.
  public static let kinetics = SampleNormalization(
    usable: [0.43216, 0.394666, 0.37645], [0.22803, 0.22145, 0.216989])

  /// Three finite numbers each, the deviations more than 0; nil for anything else.
  public init?(mean: [Float], deviation: [Float]) {
    guard Self.isUsable(mean, deviation) else { return nil }
    self.init(usable: mean, deviation)
  }

  private init(usable mean: [Float], _ deviation: [Float]) {
    self.mean = mean
    self.deviation = deviation
  }

  /// Three finite numbers each with blanks or commas between, the deviations more than 0; nil for anything
  /// else.
  init?(mean: String, deviation: String) {
    guard let mean = Self.numbers(mean), let deviation = Self.numbers(deviation) else { return nil }
    self.init(mean: mean, deviation: deviation)
  }

  private static func isUsable(_ mean: [Float], _ deviation: [Float]) -> Bool {
    [mean, deviation].allSatisfy { $0.count == 3 && $0.allSatisfy(\.isFinite) }
      && deviation.allSatisfy { $0 > 0 }
  }

  private static func numbers(_ text: String) -> [Float]? {
    let words = text.split { $0 == " " || $0 == "," }
    let numbers = words.compactMap { Float($0) }
    return numbers.count == words.count ? numbers : nil
  }

  /// Three numbers with blanks between, as checkpoints keep them.
  static func text(_ numbers: [Float]) -> String { numbers.map { "\($0)" }.joined(separator: " ") }

  /// What each 8-bit value of each colour becomes.
  package var values: SampleValues { SampleValues(mean: mean, deviation: deviation) }
}

extension SampleNormalization: Codable {
  private enum Key: CodingKey {
    case mean, std
  }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    mean = try values.decode([Float].self, forKey: .mean)
    deviation = try values.decode([Float].self, forKey: .std)
    guard Self.isUsable(mean, deviation) else {
      throw DecodingError.dataCorruptedError(
        forKey: .std, in: values, debugDescription: "expected three numbers each, the deviations more than 0")
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Key.self)
    try values.encode(mean, forKey: .mean)
    try values.encode(deviation, forKey: .std)
  }
}
