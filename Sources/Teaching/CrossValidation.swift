import R2P1DVideo

/// Nested cross-validation: what a head says of each video that it has not seen, its penalty chosen without
/// that video as well.
struct CrossValidation {
  let training: HeadTraining
  let folds: Folds
  /// The logits of each video's windows, from the head of the fold that it is the test of.
  private(set) var logits: [[[Double]]]
  /// The fold of each video.
  private(set) var fold: [Int]
  /// The penalty that each fold chose.
  private(set) var penalties: [Double] = []

  /// At most `folds` folds, and as many inside each. `progress` is called after each of so many steps.
  init(
    _ training: HeadTraining, folds count: Int,
    progress: (_ done: Int, _ of: Int) throws(ClassifierError) -> Void
  ) throws(ClassifierError) {
    self.training = training
    let set = training.set
    let folds = Folds(set, set.all, count: count)
    self.folds = folds
    logits = set.videos.map { _ in [] }
    fold = set.videos.map { _ in 0 }
    for (number, test) in folds.tests.enumerated() {
      let chosen = folds.training(number)
      let c = training.penalty(chosen, folds: count)
      penalties.append(c)
      // One fold is all: there is nothing to learn from.
      guard let head = training.heads(chosen, c: Self.path(to: c)).last else { continue }
      for video in test {
        logits[video] = training.logits(head, of: video)
        fold[video] = number
      }
      try progress(number + 1, folds.tests.count)
    }
  }

  /// The penalties up to one: a search that begins where the one before ended is shorter.
  static func path(to c: Double) -> [Double] { HeadTraining.penalties.filter { $0 <= c } }

  /// The same folds with a part of each one's training alone: what fewer examples give, and how many they are
  /// on average, which whole groups and one video of every class make more than the share.
  func logits(ofShare share: Double) -> (logits: [[[Double]]], videos: Double) {
    var logits = training.set.videos.map { _ in [[Double]]() }
    var videos = 0
    for (number, test) in folds.tests.enumerated() {
      let chosen = part(share, of: folds.training(number))
      videos += chosen.count
      guard let head = training.heads(chosen, c: Self.path(to: penalties[number])).last else { continue }
      for video in test { logits[video] = training.logits(head, of: video) }
    }
    return (logits, Double(videos) / Double(folds.tests.count))
  }

  /// Of every class the groups whose contents come first, at least one.
  private func part(_ share: Double, of chosen: [Int]) -> [Int] {
    let set = training.set
    let groups = Dictionary(grouping: chosen) { set.videos[$0].group }.values
      .map { videos in (videos: videos, key: videos.map { set.videos[$0].content }.min() ?? "") }
      .sorted { $0.key < $1.key }
    let goals = set.counts(chosen).map { Int((Double($0) * share).rounded(.up)) }
    var counts = goals.map { _ in 0 }
    var kept: [Int] = []
    for group in groups {
      let labels = Set(group.videos.flatMap { set.videos[$0].labels })
      guard labels.contains(where: { counts[$0] < goals[$0] }) else { continue }
      kept += group.videos
      for video in group.videos { for label in set.videos[video].labels { counts[label] += 1 } }
    }
    return kept.sorted()
  }
}

extension HeadTraining {
  /// The penalty at which videos cost the least that were left out in turn, each class as much as the others.
  func penalty(_ chosen: [Int], folds count: Int) -> Double {
    guard kind == .logistic else { return 1 }
    let folds = Folds(set, chosen, count: count)
    let counts = set.counts(chosen)
    let rule = ScoreRule(isMultiLabel: set.isMultiLabel)
    var costs = Self.penalties.map { _ in 0.0 }
    for (number, test) in folds.tests.enumerated() {
      let heads = heads(folds.training(number), c: Self.penalties, tolerance: 1e-4)
      for video in test {
        let weight = set.isMultiLabel ? 1 : 1 / Double(max(counts[set.videos[video].label], 1))
        for (place, head) in heads.enumerated() {
          costs[place] += weight * rule.loss(logits(head, of: video), labels: set.videos[video].labels)
        }
      }
    }
    let best = costs.indices.min { (costs[$0], $0) < (costs[$1], $1) } ?? 0
    return Self.penalties[best]
  }
}
