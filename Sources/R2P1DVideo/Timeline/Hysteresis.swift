/// Says which label a moment has, so that a label that is there does not flicker.
///
/// A label begins when it is the best and its score is at least `enter`. It lasts while its score is at least
/// `leave`, unless another that could begin is ahead of it by `enter - leave` or more.
struct Hysteresis: Sendable {
  private let enter: Double
  private let leave: Double
  private var current: Int?

  init(enter: Double, leave: Double) {
    self.enter = enter
    self.leave = leave
  }

  /// The class of the next moment, if it has one. Of equal scores the lower class is the best.
  mutating func label(_ scores: [Double]) -> Int? {
    guard let best = scores.indices.max(by: { (scores[$0], $1) < (scores[$1], $0) }) else { return nil }
    let begins = scores[best] >= enter
    if let current, scores[current] >= leave {
      let isOvertaken = best != current && begins && scores[best] - scores[current] >= enter - leave
      if !isOvertaken { return current }
    }
    current = begins ? best : nil
    return current
  }
}
