/// A moment, and its scores averaged with those around it.
struct SmoothedMoment: Sendable {
  let moment: ScoreInterval
  let scores: [Double]
}

/// A centred box: the smoothed score of a moment is the mean, over time, of the scores within half of `width`
/// seconds of its middle. Time before the first moment and after the last does not count.
struct Smoothing: Sendable {
  private let width: Double
  /// The moments within reach of the next one to be smoothed, and those after.
  private var kept: [ScoreInterval] = []
  /// The place in `kept` of the next one.
  private var next = 0

  init(width: Double) {
    self.width = width
  }

  /// The moments whose box is known to the end.
  mutating func add(_ moment: ScoreInterval) -> [SmoothedMoment] {
    kept.append(moment)
    return smooth(upTo: moment.end.double)
  }

  mutating func finish() -> [SmoothedMoment] {
    smooth(upTo: .infinity)
  }

  private mutating func smooth(upTo known: Double) -> [SmoothedMoment] {
    var smoothed: [SmoothedMoment] = []
    while next < kept.count, kept[next].middle + width / 2 <= known {
      smoothed.append(SmoothedMoment(moment: kept[next], scores: mean(around: kept[next])))
      next += 1
      guard next < kept.count else { continue }
      let reach = kept[next].middle - width / 2
      let passed = kept[..<next].prefix { $0.end.double <= reach }.count
      kept.removeFirst(passed)
      next -= passed
    }
    return smoothed
  }

  private func mean(around moment: ScoreInterval) -> [Double] {
    let (from, to) = (moment.middle - width / 2, moment.middle + width / 2)
    // A box within the moment changes nothing, not even by rounding.
    guard from < moment.start.double || to > moment.end.double else { return moment.scores }
    var sums = Array(repeating: 0.0, count: moment.scores.count)
    var seconds = 0.0
    for other in kept {
      let overlap = min(to, other.end.double) - max(from, other.start.double)
      guard overlap > 0 else { continue }
      seconds += overlap
      for (index, score) in other.scores.enumerated() { sums[index] += overlap * score }
    }
    return sums.map { $0 / seconds }
  }
}
