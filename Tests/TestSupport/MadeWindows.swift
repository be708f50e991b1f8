import R2P1DVideo

extension SegmentOptions {
  /// No smoothing and no joining: thresholds of .4 and .2 alone.
  package static let bare = SegmentOptions().with { ($0.smoothing, $0.minimumLength) = (0, 0) }

  package func with(_ change: (inout SegmentOptions) -> Void) -> SegmentOptions {
    var options = self
    change(&options)
    return options
  }
}

extension ScoredWindow {
  /// A window as a video of ten seconds would have it.
  package static func made(
    _ number: Int, of count: Int, _ start: Rational, _ end: Rational, _ scores: [Double]
  )
    -> ScoredWindow
  {
    ScoredWindow(
      number: number, count: count, start: start, end: end, padded: false, videoEnd: 10,
      scores: ClassScores(scores), logits: scores.map(Float.init), features: [])
  }
}
