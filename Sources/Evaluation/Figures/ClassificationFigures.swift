import FoundationEssentials

/// How often a model is right on labelled videos.
public struct ClassificationFigures: Sendable, Equatable {
  /// What it said of one video.
  public struct Answer: Sendable, Equatable {
    /// The classes that the video has, places among the model's; at least one.
    public let truth: [Int]
    /// One a class; nil of a video that could not be decoded.
    public let scores: [Double]?
    /// For each window, how many classes were ranked before the video's own: 0 is right.
    public let clipRanks: [Int]
    /// Whether its best score is below the model's threshold, so that the video has no label.
    public let isUncertain: Bool

    public init(truth: [Int], scores: [Double]?, clipRanks: [Int] = [], isUncertain: Bool = false) {
      (self.truth, self.scores, self.clipRanks) = (truth, scores, clipRanks)
      self.isUncertain = isUncertain
    }
  }

  /// Of the windows of videos that were decoded.
  public let clip1, clip5: MeasuredShare
  /// Of all videos: those that could not be decoded, or are uncertain, count as wrong.
  public let video1, video5: MeasuredShare
  /// Of the videos that were decoded.
  public let decoded1, decoded5: MeasuredShare
  /// Of the videos that have a label.
  public let labelled1: MeasuredShare
  /// The mean over the classes that a video has of each one's share of right answers; nil without videos.
  ///
  /// A class that is predicted, but no video has, is none of them.
  public let meanClassAccuracy: Double?
  /// The classes that a video has, in order.
  public let classes: [ClassRow]
  /// Classes of the model.
  public let classCount: Int
  /// Wrong answers by pairs, the commonest first.
  public let confusions: [Confusion]
  /// Of the best scores of the videos that were decoded; nil if there are none.
  public let calibrationError: Double?
  /// Videos that could not be decoded.
  public let failures: Int
  /// Videos without a label, their best scores being too low.
  public let uncertain: Int

  public struct ClassRow: Sendable, Equatable {
    /// Among the model's classes.
    public let index: Int
    /// Videos that have it.
    public let count: Int
    /// Of them, those that the model found.
    public let correct: Int
    /// Of them, those that could not be decoded.
    public let failures: Int
    /// Videos that the model said have it.
    public let predicted: Int

    public var accuracy: MeasuredShare { MeasuredShare(correct, of: count) }
    public var precision: Double? { MeasuredShare(correct, of: predicted).value }
    /// 2 × correct ÷ (count + predicted).
    public var f1: Double { Double(2 * correct) / Double(max(count + predicted, 1)) }
  }

  public struct Confusion: Sendable, Equatable {
    /// The class that videos have, and the one that the model said.
    public let truth, predicted: Int
    public let count: Int
  }

  public init(_ answers: [Answer], classCount: Int) {
    let decoded = answers.compactMap { answer in
      answer.scores.map {
        (scores: $0, rank: Self.rank(of: answer.truth, in: $0), isUncertain: answer.isUncertain)
      }
    }
    let labelled = decoded.filter { !$0.isUncertain }
    let ranks = answers.flatMap(\.clipRanks)
    clip1 = MeasuredShare(ranks.count { $0 < 1 }, of: ranks.count)
    clip5 = MeasuredShare(ranks.count { $0 < 5 }, of: ranks.count)
    let (hits1, hits5) = (labelled.count { $0.rank < 1 }, labelled.count { $0.rank < 5 })
    video1 = MeasuredShare(hits1, of: answers.count)
    video5 = MeasuredShare(hits5, of: answers.count)
    decoded1 = MeasuredShare(hits1, of: decoded.count)
    decoded5 = MeasuredShare(hits5, of: decoded.count)
    labelled1 = MeasuredShare(hits1, of: labelled.count)
    failures = answers.count - decoded.count
    uncertain = decoded.count - labelled.count
    self.classCount = classCount

    let table = Self.table(answers)
    classes = table.rows
    confusions = table.confusions
    let shares = table.rows.compactMap(\.accuracy.value)
    meanClassAccuracy = shares.isEmpty ? nil : shares.reduce(0, +) / Double(shares.count)
    calibrationError = ClassificationFigures.calibrationError(
      scores: decoded.map { $0.scores.max() ?? 0 }, isRight: decoded.map { $0.rank < 1 })
  }

  private static func table(_ answers: [Answer]) -> (rows: [ClassRow], confusions: [Confusion]) {
    var counts: [Int: (count: Int, correct: Int, failures: Int)] = [:]
    var predicted: [Int: Int] = [:]
    var wrong: [[Int]: Int] = [:]
    for answer in answers {
      let best = answer.isUncertain ? nil : answer.scores.map(best)
      for label in Set(answer.truth) {
        counts[label, default: (0, 0, 0)].count += 1
        if answer.scores == nil { counts[label, default: (0, 0, 0)].failures += 1 }
        if best == label { counts[label, default: (0, 0, 0)].correct += 1 }
      }
      guard let best else { continue }
      predicted[best, default: 0] += 1
      if !answer.truth.contains(best), let truth = answer.truth.first {
        wrong[[truth, best], default: 0] += 1
      }
    }
    let rows = counts.sorted { $0.key < $1.key }.map { index, row in
      ClassRow(
        index: index, count: row.count, correct: row.correct, failures: row.failures,
        predicted: predicted[index] ?? 0)
    }
    let confusions = wrong.map { Confusion(truth: $0.key[0], predicted: $0.key[1], count: $0.value) }
      .sorted { ($1.count, $0.truth, $0.predicted) < ($0.count, $1.truth, $1.predicted) }
    return (rows, confusions)
  }

  /// How many classes are before the best of `truth`: higher scores, and equal ones of lower places.
  public static func rank(of truth: [Int], in scores: [Double]) -> Int {
    let ranks = truth.filter(scores.indices.contains).map { label in
      scores.indices.count { scores[$0] > scores[label] || scores[$0] == scores[label] && $0 < label }
    }
    return ranks.min() ?? scores.count
  }

  /// The class of the highest score, of equal ones the first.
  private static func best(_ scores: [Double]) -> Int {
    scores.indices.max { (scores[$0], $1) < (scores[$1], $0) } ?? 0
  }
}
