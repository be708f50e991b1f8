import FoundationEssentials
import Glibc
import VideoDecoding

extension ClassificationFigures {
  /// How far scores are from shares of right answers: the expected calibration error over bins of equal
  /// mass, the mean of |share that is right − mean score| over the bins, each with the weight of its
  /// answers.
  ///
  /// Edges of bins are quantiles of the scores, interpolated between neighbours (NumPy's `percentile`); a
  /// score lies in the first bin whose upper edge it does not exceed. So equal scores share a bin, and the
  /// order of answers does not matter. Nil without answers.
  public static func calibrationError(scores: [Double], isRight: [Bool], bins: Int = 15) -> Double? {
    guard !scores.isEmpty else { return nil }
    return calibration(scores: scores, isRight: isRight, bins: bins)
      .reduce(0) { $0 + abs(Double($1.right) - $1.score) } / Double(scores.count)
  }

  /// Answers whose scores are alike.
  public struct CalibrationBin: Sendable, Equatable {
    public internal(set) var count = 0
    /// Of them, those that are right.
    public internal(set) var right = 0
    /// The sum of their scores.
    public internal(set) var score = 0.0
  }

  /// The bins of ``calibrationError(scores:isRight:bins:)``, of rising scores; some may be empty.
  public static func calibration(scores: [Double], isRight: [Bool], bins: Int = 15) -> [CalibrationBin] {
    precondition(scores.count == isRight.count && bins > 0, "each score has an answer, and there is a bin")
    guard !scores.isEmpty else { return [] }
    let edges = innerEdges(scores.sorted(), bins)
    var sums = [CalibrationBin](repeating: CalibrationBin(), count: bins)
    for (score, right) in zip(scores, isRight) {
      let bin = edges.partitioningIndex { $0 >= score }
      sums[bin].count += 1
      sums[bin].score += score
      if right { sums[bin].right += 1 }
    }
    return sums
  }

  /// The quantiles 1/bins … (bins − 1)/bins of ascending scores, with NumPy's roundings.
  private static func innerEdges(_ sorted: [Double], _ bins: Int) -> [Double] {
    (1..<max(bins, 1)).map { number in
      let quantile = (Double(number) * (1 / Double(bins)) * 100) / 100
      let place = Double(sorted.count - 1) * quantile
      let low = Int(place.rounded(.down))
      let share = place - Double(low)
      let (from, to) = (sorted[low], sorted[min(low + 1, sorted.count - 1)])
      return share < 0.5 ? from + (to - from) * share : to - (to - from) * (1 - share)
    }
  }
}
