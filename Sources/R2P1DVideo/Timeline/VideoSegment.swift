/// A stretch of a video that has one label.
public struct VideoSegment: Sendable, Equatable {
  /// Seconds of a player's clock, exactly: edges of windows.
  public let start: Rational
  public let end: Rational
  public let label: String
  /// The class's place among the network's outputs, from 0.
  public let index: Int
  /// From 0 to 1: the label's mean over the segment's time.
  public var score: Double { scores.values[index] }
  /// The mean of every class over the segment's time.
  public let scores: ClassScores

  /// `index` is that of one of the `scores`.
  public init(start: Rational, end: Rational, label: String, index: Int, scores: ClassScores) {
    precondition(scores.values.indices.contains(index), "a segment has a score of its own class")
    self.start = start
    self.end = end
    self.label = label
    self.index = index
    self.scores = scores
  }
}

extension VideoSegment: Codable {
  private enum Key: CodingKey {
    case start, end, label, index, scores
  }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    let scores = try values.decode(ClassScores.self, forKey: .scores)
    let index = try values.decode(Int.self, forKey: .index)
    guard scores.values.indices.contains(index) else {
      throw DecodingError.dataCorruptedError(
        forKey: .index, in: values, debugDescription: "no class of \(scores.values.count) scores")
    }
    self.init(
      start: try values.decode(Rational.self, forKey: .start),
      end: try values.decode(Rational.self, forKey: .end),
      label: try values.decode(String.self, forKey: .label), index: index, scores: scores)
  }

  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Key.self)
    try values.encode(start, forKey: .start)
    try values.encode(end, forKey: .end)
    try values.encode(label, forKey: .label)
    try values.encode(index, forKey: .index)
    try values.encode(scores, forKey: .scores)
  }
}
