import FoundationEssentials
import Glibc

/// Probabilities, one a class, and the ways to make one set of several.
public struct ClassScores: Sendable, Equatable {
  /// From 0 to 1. They sum to 1, unless merged by maximum.
  public let values: [Double]

  public init(_ values: [Double]) {
    self.values = values
  }

  /// Softmax, in double precision: exp(logit) ÷ the sum of all classes' exp(logit).
  public init(logits: some Collection<Double>) {
    let highest = logits.max() ?? 0
    let powers = logits.map { exp($0 - highest) }
    let sum = powers.reduce(0, +)
    values = powers.map { $0 / sum }
  }

  /// Sigmoids: 1 ÷ (1 + exp(−logit)), each class of its own.
  public init(independent logits: some Collection<Double>) {
    values = logits.map { logit in
      let small = exp(-abs(logit))
      return (logit >= 0 ? 1 : small) / (1 + small)
    }
  }

  /// The video's scores from its windows' logits (one array a window, at least one).
  public init(windows: [[Float]], merge: ClassScores.Merge) {
    var merged = MergedScores(merge)
    for logits in windows { merged.add(logits: logits, scores: ClassScores(logits: logits.map(Double.init))) }
    self = merged.scores
  }

  /// The classes of the `count` highest scores, highest first; of equal ones the lower index first.
  public func top(_ count: Int) -> [Int] {
    Array(values.indices.sorted { (values[$0], $1) > (values[$1], $0) }.prefix(count))
  }
}

/// As its values.
extension ClassScores: Codable {
  public init(from decoder: any Decoder) throws {
    self.init(try decoder.singleValueContainer().decode([Double].self))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(values)
  }
}
