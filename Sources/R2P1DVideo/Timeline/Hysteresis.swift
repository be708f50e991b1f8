/// Says which label a moment has, so that a label that is there does not flicker.
///
/// A label begins when it is the best and its score is at least `enter`. It lasts while its score is at least
/// `leave`, unless another that could begin is ahead of it by `enter - leave` or more.
struct Hysteresis: Sendable {
  private let enter: Double
  private let leave: Double
  private let decision: Decision
  private var current: Int?

  init(enter: Double, leave: Double, decision: Decision = Decision()) {
    self.decision = decision
    self.enter = enter
    self.leave = leave
  }

  /// The class of the next moment, if it has one. Of equal scores the lower class is the best.
  mutating func label(_ scores: [Double]) -> Int? {
    guard !scores.isEmpty else { return nil }
    let best = decision.best(ClassScores(scores))
    let begins = scores[best] >= enter
    if let current, scores[current] >= leave {
      let isOvertaken = best != current && begins && scores[best] - scores[current] >= enter - leave
      if !isOvertaken { return current }
    }
    current = begins ? best : nil
    return current
  }
}
