import R2P1DVideo

/// How well a model finds the classes of videos that may have several: each class is a yes or no of its own.
public struct MultiLabelFigures: Sendable, Equatable {
  /// What it said of one video.
  public struct Answer: Sendable, Equatable {
    /// The classes that the video has, places among the model's.
    public let truth: Set<Int>
    /// One a class; nil of a video that could not be decoded.
    public let scores: [Double]?
    /// The classes whose scores reach their thresholds.
    public let said: Set<Int>

    public init(truth: some Sequence<Int>, scores: [Double]?, said: some Sequence<Int>) {
      (self.truth, self.scores, self.said) = (Set(truth), scores, Set(said))
    }
  }

  public struct ClassRow: Sendable, Equatable {
    /// Among the model's classes.
    public let index: Int
    /// Videos that have it; videos said to have it; and those of both.
    public let count, said, found: Int
    /// Nil where no video has it.
    public let averagePrecision: Double?

    public var precision: Double? { MeasuredShare(found, of: said).value }
    public var recall: Double? { MeasuredShare(found, of: count).value }
    public var f1: Double { Double(2 * found) / Double(max(count + said, 1)) }
  }

  /// The classes that a video has or is said to have, in order.
  public let classes: [ClassRow]
  /// The mean over the classes that a video has of their average precision, as scikit-learn computes it: Σ
  /// over falling thresholds of (recall − recall before) · precision, equal scores together. Nil without
  /// videos. A video that could not be decoded is found at no threshold.
  public let meanAveragePrecision: Double?
  /// The mean of the classes' F1, over those that a video has.
  public let macroF1: Double?
  /// Of all yes of all classes together.
  public let microF1: Double?
  /// Videos whose classes are said exactly: none is missing, none is too many.
  public let exact: MeasuredShare
  /// Of all scores of all classes; nil if there are none.
  public let calibrationError: Double?

  public init(_ answers: [Answer], classCount: Int) {
    let rows = (0..<classCount).map { Self.row($0, answers) }.filter { $0.count + $0.said > 0 }
    classes = rows
    let present = rows.filter { $0.count > 0 }
    func mean(_ value: (ClassRow) -> Double) -> Double? {
      present.isEmpty ? nil : present.reduce(0) { $0 + value($1) } / Double(present.count)
    }
    meanAveragePrecision = mean { $0.averagePrecision ?? 0 }
    macroF1 = mean(\.f1)
    let all = rows.reduce(0) { $0 + $1.count + $1.said }
    microF1 = all > 0 ? Double(rows.reduce(0) { $0 + 2 * $1.found }) / Double(all) : nil
    exact = MeasuredShare(answers.count { $0.scores != nil && $0.said == $0.truth }, of: answers.count)
    let pairs = answers.flatMap { answer in
      (answer.scores ?? []).enumerated().map { (score: $1, isRight: answer.truth.contains($0)) }
    }
    calibrationError = ClassificationFigures.calibrationError(
      scores: pairs.map(\.score), isRight: pairs.map(\.isRight))
  }

  private static func row(_ index: Int, _ answers: [Answer]) -> ClassRow {
    let scored = answers.compactMap { answer in
      answer.scores.map { (score: $0[index], isRight: answer.truth.contains(index)) }
    }
    let count = answers.count { $0.truth.contains(index) }
    let said = answers.filter { $0.scores != nil && $0.said.contains(index) }
    return ClassRow(
      index: index, count: count, said: said.count, found: said.count { $0.truth.contains(index) },
      averagePrecision: count > 0 ? averagePrecision(scored, of: count) : nil)
  }

  private static func averagePrecision(_ answers: [(score: Double, isRight: Bool)], of total: Int) -> Double {
    let sorted = answers.sorted { $0.score > $1.score }
    var (sum, right, counted) = (0.0, 0, 0)
    for (place, answer) in sorted.enumerated() {
      if answer.isRight { right += 1 }
      // Equal scores have one threshold.
      if place + 1 < sorted.count, sorted[place + 1].score == answer.score { continue }
      sum += Double(right - counted) / Double(total) * Double(right) / Double(place + 1)
      counted = right
    }
    return sum
  }
}

extension MultiLabelFigures {
  /// The classes that are found worst first, of equal ones those of more videos; those that no video has
  /// last.
  var worstClasses: [ClassRow] {
    classes.sorted {
      ($0.averagePrecision ?? 2, $1.count, $0.index) < ($1.averagePrecision ?? 2, $0.count, $1.index)
    }
  }
}
