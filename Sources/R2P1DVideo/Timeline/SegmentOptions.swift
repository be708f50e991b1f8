/// How windows become segments; docs/timeline.md gives the formulas.
public struct SegmentOptions: Sendable, Equatable {
  /// Width of the box over which scores are averaged before they are judged, in seconds from 0 (none) to 60.
  public var smoothing = 1.0
  /// A label begins when it is the best and its score is at least this; from 0 to 1.
  public var enter = 0.4
  /// A label lasts while its score is at least this; from 0 to `enter`.
  public var leave = 0.2
  /// Two segments of one label with less than this between them are one, and what is shorter afterwards is
  /// none; in seconds from 0.
  public var minimumLength = 1.0
  /// A segment whose score is lower is none; from 0 to 1.
  public var minimumScore = 0.0

  public init() {}
}
