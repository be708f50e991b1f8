/// A video's scores, made of its windows' one by one, in memory that does not grow with their number.
package struct MergedScores: Sendable {
  private let merge: ClassScores.Merge
  private let decision: Decision
  /// Sums of what is averaged, or the highest scores so far.
  private var totals: [Double] = []
  private var count = 0

  package init(_ merge: ClassScores.Merge, _ decision: Decision = Decision()) {
    self.merge = merge
    self.decision = decision
  }

  /// Adds a window: its logits, and the scores that they are.
  package mutating func add(logits: [Float], scores: ClassScores) {
    let row = merge == .logits ? logits.map(Double.init) : scores.values
    count += 1
    if count == 1 {
      totals = row
    } else {
      for (index, value) in row.enumerated() {
        totals[index] = merge == .max ? max(totals[index], value) : totals[index] + value
      }
    }
  }

  /// The scores of the windows so far; there is at least one.
  package var scores: ClassScores {
    switch merge {
    case .mean: ClassScores(totals.map { $0 / Double(count) })
    case .max: ClassScores(totals)
    case .logits: decision.scores(totals.map { $0 / Double(count) })
    }
  }
}
