/// A stretch of time in which no window starts or ends, with the mean of the scores of the windows that cover
/// it.
package struct ScoreInterval: Sendable, Equatable {
  package let start: Rational
  package let end: Rational
  /// One a class.
  package let scores: [Double]

  package var seconds: Double { end.double - start.double }
  package var middle: Double { (start.double + end.double) / 2 }
}

/// Makes moments of windows. A stretch that no window covers, at a stride longer than a window, goes half to
/// the moment before it and half to the one after.
package struct OverlapAverager: Sendable {
  /// The windows that reach beyond `edge`, in the order of their starts.
  private var live: [ScoredWindow] = []
  /// Where the next moment begins; nil before the first window.
  private var edge: Rational?

  package init() {}

  /// The moments that no later window can cover: those before this one's start.
  package mutating func add(_ window: ScoredWindow) -> [ScoreInterval] {
    defer { live.append(window) }
    guard var edge else {
      edge = window.start
      return []
    }
    var moments = advance(from: &edge, to: window.start)
    if edge < window.start, let last = moments.popLast() {
      edge = .midpoint(edge, window.start)
      moments.append(ScoreInterval(start: last.start, end: edge, scores: last.scores))
    }
    self.edge = edge
    return moments
  }

  package mutating func finish() -> [ScoreInterval] {
    guard var edge, let end = live.map(\.end).max() else { return [] }
    return advance(from: &edge, to: end)
  }

  private mutating func advance(from edge: inout Rational, to limit: Rational) -> [ScoreInterval] {
    var moments: [ScoreInterval] = []
    while edge < limit, let firstEnd = live.map(\.end).min() {
      let end = min(firstEnd, limit)
      // A window of frames that all share one time has no length, and so no say.
      if edge < end { moments.append(ScoreInterval(start: edge, end: end, scores: mean)) }
      edge = end
      live.removeAll { $0.end <= end }
    }
    return moments
  }

  private var mean: [Double] {
    var sums = live[0].scores.values
    for window in live.dropFirst() {
      for (index, score) in window.scores.values.enumerated() { sums[index] += score }
    }
    return live.count == 1 ? sums : sums.map { $0 / Double(live.count) }
  }
}
