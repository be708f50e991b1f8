/// A stretch of a video that has one label.
public struct Segment: Sendable, Equatable {
  /// Seconds of a player's clock, exactly: edges of windows.
  public let start: Rational
  public let end: Rational
  public let label: String
  /// The class's place among the network's outputs, from 0.
  public let index: Int
  /// From 0 to 1: the label's mean over the segment's time.
  public var score: Double { scores.values[index] }
  /// The mean of every class over the segment's time.
  public let scores: Scores
}

/// How windows become segments; docs/timeline.md gives the formulas.
public struct SegmentOptions: Sendable, Equatable {
  /// Width of the box over which scores are averaged before they are judged, in seconds from 0 (none) to 60.
  public var smoothing = 1.0
  /// A label begins when it is the best and its score is at least this; from 0 to 1.
  public var enter = 0.4
  /// A label lasts while its score is at least this; from 0 to `enter`.
  public var leave = 0.2
  /// Two segments of one label with less than this between them are one, and what is shorter afterwards is none;
  /// in seconds from 0.
  public var minimumLength = 1.0
  /// A segment whose score is lower is none; from 0 to 1.
  public var minimumScore = 0.0

  public init() {}
}
