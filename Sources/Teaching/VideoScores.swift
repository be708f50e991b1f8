import FoundationEssentials
import Glibc
import R2P1DVideo

/// A video's scores from the logits of its windows, as the taught model gives them: the mean of the windows'
/// probabilities.
struct ScoreRule: Sendable {
  let isMultiLabel: Bool
  /// What logits are divided by.
  var temperature = 1.0

  func scores(_ windows: [[Double]]) -> [Double] {
    guard let first = windows.first else { return [] }
    var sums = Array(repeating: 0.0, count: first.count)
    for logits in windows {
      let cooled = logits.map { $0 / temperature }
      let scores = isMultiLabel ? ClassScores(independent: cooled) : ClassScores(logits: cooled)
      for k in sums.indices { sums[k] += scores.values[k] }
    }
    return sums.map { $0 / Double(windows.count) }
  }

  /// What a video costs that has these classes: −log of its score, or the mean over all yes and no.
  func loss(_ windows: [[Double]], labels: [Int]) -> Double {
    let scores = scores(windows)
    guard isMultiLabel else { return -log(max(scores[labels[0]], 1e-15)) }
    let sum = scores.indices.reduce(0.0) {
      $0 - log(max(labels.contains($1) ? scores[$1] : 1 - scores[$1], 1e-15))
    }
    return sum / Double(max(scores.count, 1))
  }
}

extension ScoreRule {
  /// The rule with the temperature at which these videos cost the least (Guo et al., On Calibration of Modern
  /// Neural Networks, arXiv 1706.04599): a golden-section search of its logarithm from 1/50 to 50.
  func fitted(_ videos: [(windows: [[Double]], labels: [Int])]) -> ScoreRule {
    guard !videos.isEmpty else { return self }
    func cost(_ logarithm: Double) -> Double {
      var rule = self
      rule.temperature = exp(logarithm)
      return videos.reduce(0) { $0 + rule.loss($1.windows, labels: $1.labels) }
    }
    let ratio = (5.0.squareRoot() - 1) / 2
    var (low, high) = (-log(50.0), log(50.0))
    var (left, right) = (high - ratio * (high - low), low + ratio * (high - low))
    var (leftCost, rightCost) = (cost(left), cost(right))
    for _ in 0..<40 {
      if leftCost <= rightCost {
        (high, right, rightCost) = (right, left, leftCost)
        left = high - ratio * (high - low)
        leftCost = cost(left)
      } else {
        (low, left, leftCost) = (left, right, rightCost)
        right = low + ratio * (high - low)
        rightCost = cost(right)
      }
    }
    // Where none is better than another, as with classes of one video each, scores stay as they are.
    let best = (low + high) / 2
    var rule = self
    rule.temperature = cost(best) < cost(0) ? exp(best) : 1
    return rule
  }
}
