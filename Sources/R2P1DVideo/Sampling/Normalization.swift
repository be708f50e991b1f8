import CKernels

/// What becomes of a colour of 0 to 1 on its way into the network: (value − mean) / deviation.
public struct Normalization: Sendable, Hashable {
  /// Red, green, blue.
  public let mean: [Float]
  public let deviation: [Float]

  /// That of torchvision's Kinetics-400 preset.
  public static let kinetics = Normalization(
    mean: [0.43216, 0.394666, 0.37645], deviation: [0.22803, 0.22145, 0.216989])

  private init(mean: [Float], deviation: [Float]) {
    self.mean = mean
    self.deviation = deviation
  }

  /// Three finite numbers each with blanks or commas between, the deviations more than 0; nil for anything else.
  init?(mean: String, deviation: String) {
    guard let mean = Self.numbers(mean), let deviation = Self.numbers(deviation),
      deviation.allSatisfy({ $0 > 0 })
    else { return nil }
    self.init(mean: mean, deviation: deviation)
  }

  private static func numbers(_ text: String) -> [Float]? {
    let numbers = text.split { $0 == " " || $0 == "," }.map { Float($0) }
    let finite = numbers.compactMap { $0 }.filter(\.isFinite)
    return numbers.count == 3 && finite.count == 3 ? finite : nil
  }

  /// Three numbers with blanks between, as checkpoints keep them.
  static func text(_ numbers: [Float]) -> String { numbers.map { "\($0)" }.joined(separator: " ") }

  /// What each 8-bit value of each colour becomes.
  var table: preprocess_table {
    var table = preprocess_table()
    preprocess_table_init(&table, mean, deviation)
    return table
  }
}
