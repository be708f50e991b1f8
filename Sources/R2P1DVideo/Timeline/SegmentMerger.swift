/// Moments in a row that have the same label, or none.
struct LabelRun: Sendable, Equatable {
  /// The class; nil: none.
  let label: Int?
  let start: Rational
  private(set) var end: Rational
  /// Of each class, the sum of score × seconds over the moments.
  private var sums: [Double]
  private var seconds: Double

  init(_ moment: ScoreInterval, label: Int?) {
    self.label = label
    start = moment.start
    end = moment.end
    seconds = moment.seconds
    sums = moment.scores.map { $0 * moment.seconds }
  }

  /// Takes in what follows, whatever its label.
  mutating func append(_ next: LabelRun) {
    end = next.end
    seconds += next.seconds
    for (index, sum) in next.sums.enumerated() { sums[index] += sum }
  }

  /// The mean score of each class over the run's moments.
  var means: [Double] { sums.map { $0 / seconds } }
}

/// Joins moments to runs, and runs to longer ones.
///
/// First: merge runs of one label whose gap is below the minimum length, earliest first. Then: drop a run
/// that is still shorter than the minimum length, or whose score is below the minimum; the only run of a
/// video is not dropped for being short.
struct SegmentMerger: Sendable {
  private let minimumLength: Double
  private let minimumScore: Double
  private let decision: Decision
  /// What a later moment can still lengthen or take in; the last one is under way.
  private var runs: [LabelRun] = []
  private var isFirst = true

  /// Lengths are compared to the microsecond, to which times are printed.
  private static let precision = 1e-6

  init(minimumLength: Double, minimumScore: Double, decision: Decision = Decision()) {
    self.decision = decision
    self.minimumLength = minimumLength
    self.minimumScore = minimumScore
  }

  /// Takes the next moment and returns the runs that nothing can change any more.
  mutating func add(_ moment: ScoreInterval, label: Int?) -> [LabelRun] {
    let new = LabelRun(moment, label: label)
    if let last = runs.last, last.label == label {
      runs[runs.count - 1].append(new)
    } else if let label,
      let earlier = runs.firstIndex(where: { $0.label == label && isNear($0, moment.start) })
    {
      for between in runs[(earlier + 1)...] + [new] { runs[earlier].append(between) }
      runs.removeSubrange((earlier + 1)...)
    } else {
      runs.append(new)
    }
    let settled = runs.dropLast().prefix { $0.label == nil || !isNear($0, moment.end) }.count
    return take(settled)
  }

  /// The runs that are left, after the last moment.
  mutating func finish() -> [LabelRun] {
    if isFirst, runs.count == 1, let only = runs.first {
      runs = []
      return isGood(only) ? [only] : []
    }
    return take(runs.count)
  }

  private mutating func take(_ count: Int) -> [LabelRun] {
    let settled = runs.prefix(count)
    runs.removeFirst(count)
    if count > 0 { isFirst = false }
    return settled.filter { isGood($0) && isLong($0) }
  }

  /// Whether a run of the same label that begins at `time` belongs to this one.
  private func isNear(_ run: LabelRun, _ time: Rational) -> Bool {
    time.double - run.end.double < minimumLength - Self.precision
  }

  private func isLong(_ run: LabelRun) -> Bool {
    run.end.double - run.start.double >= minimumLength - Self.precision
  }

  private func isGood(_ run: LabelRun) -> Bool {
    run.label.map { run.means[$0] >= minimumScore && decision.accepts(run.means[$0], of: $0) } ?? false
  }
}
