/// How a model's logits become scores, and which scores are labels: what a taught model says of itself.
struct Decision: Sendable, Equatable {
  /// Whether every class is a yes or no of its own: a score is a sigmoid then, else all are a softmax.
  var isMultiLabel = false
  /// A best score below it is no label: the result is uncertain.
  var minimumScore: Double?
  /// Of each class, where they differ; a score below its own is no label.
  var thresholds: [Double]?

  func scores(_ logits: some Collection<Double>) -> ClassScores {
    isMultiLabel ? ClassScores(independent: logits) : ClassScores(logits: logits)
  }

  /// The classes that are labels, the highest score first; none where the result is uncertain.
  func labels(_ scores: ClassScores, top count: Int) -> [Int] {
    if let thresholds {
      return scores.top(scores.values.count).filter { scores.values[$0] >= thresholds[$0] }
        .prefix(count).map { $0 }
    }
    let best = scores.top(count)
    guard let minimumScore, let first = best.first, scores.values[first] < minimumScore else { return best }
    return []
  }

  /// Whether a class of such a score is a label.
  func accepts(_ score: Double, of index: Int) -> Bool { score >= threshold(of: index) }

  func threshold(of index: Int) -> Double { thresholds?[index] ?? minimumScore ?? 0 }
}
