/// How a model's logits become scores, and which scores are labels: what a taught model says of itself, and
/// what was asked for.
package struct Decision: Sendable, Equatable {
  /// Whether every class is a yes or no of its own: a score is a sigmoid then, else all are a softmax.
  package var isMultiLabel = false
  /// A best score below it is no label: the result is uncertain.
  package var minimumScore: Double?
  /// Of each class, where they differ; a score below its own is no label.
  package var thresholds: [Double]?
  /// Of each class, whether it may be a label; nil where all may. Scores stay those of all classes.
  package var allowed: [Bool]?
  /// A lower score is no label, whatever the best one is.
  package var floor = 0.0

  package init(isMultiLabel: Bool = false) { self.isMultiLabel = isMultiLabel }

  package func scores(_ logits: some Collection<Double>) -> ClassScores {
    isMultiLabel ? ClassScores(independent: logits) : ClassScores(logits: logits)
  }

  /// The classes that are labels, the highest score first; none where the result is uncertain.
  package func labels(_ scores: ClassScores, top count: Int) -> [Int] {
    let ranked = scores.top(scores.values.count).filter(allows)
    if thresholds == nil, let minimumScore, let best = ranked.first, scores.values[best] < minimumScore {
      return []
    }
    return Array(
      ranked.lazy.filter { scores.values[$0] >= max(thresholds?[$0] ?? 0, floor) }.prefix(count))
  }

  package func allows(_ index: Int) -> Bool { allowed?[index] ?? true }

  /// The highest score's class, of those that may be labels; there is one.
  package func best(_ scores: ClassScores) -> Int {
    scores.values.indices.filter(allows).max { (scores.values[$0], $1) < (scores.values[$1], $0) } ?? 0
  }

  /// Whether a class of such a score is a label.
  package func accepts(_ score: Double, of index: Int) -> Bool {
    allows(index) && score >= max(threshold(of: index), floor)
  }

  package func threshold(of index: Int) -> Double { thresholds?[index] ?? minimumScore ?? 0 }
}
