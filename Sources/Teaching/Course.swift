import FoundationEssentials
import Glibc
import R2P1DVideo

/// From a set of videos to a head, and to what may be expected of it: nested cross-validation first, then
/// the head of all videos at the temperature that the left-out ones ask for.
struct Course {
  let head: LinearHead
  let decision: Decision
  let report: TeachingReport

  init(
    _ set: TeachingSet, _ options: TeachingOptions, _ engine: TeachingEngine,
    progress: (_ done: Int, _ of: Int) throws(ClassifierError) -> Void
  ) throws(ClassifierError) {
    let smallest = set.counts(set.all).min() ?? 0
    let training = HeadTraining(set: set, kind: HeadKind(smallestClass: smallest), engine: engine)
    let groups = Set(set.videos.map(\.group)).count
    let leavesOneOut = training.kind == .centroids && groups <= Self.mostLeftOut
    let folds = leavesOneOut ? groups : options.folds
    let validation = try CrossValidation(training, folds: folds) { (done, total) throws(ClassifierError) in
      try progress(done, total + 1)
    }

    let answers = set.all.map { (windows: validation.logits[$0], labels: set.videos[$0].labels) }
    let rule = ScoreRule(isMultiLabel: set.isMultiLabel)
    let fitted = rule.fitted(answers)
    let c = training.penalty(set.all, folds: leavesOneOut ? Self.insideFolds : folds)
    guard let head = training.heads(set.all, c: CrossValidation.path(to: c), tolerance: 1e-8).last else {
      throw .network("teach", cause: "no head was fitted", kind: .other)
    }
    self.head = head.scaled(by: 1 / fitted.temperature)
    let scores = answers.map { fitted.scores($0.windows) }
    let decision = Self.decision(set, scores, options.rejection)
    self.decision = decision.decision
    let said =
      set.isMultiLabel ? Self.crossFittedLabels(set, scores, validation, options.rejection) : nil
    var report = TeachingReport(set, training.kind, validation, scores: scores, said: said)
    report.leavesOneOut = leavesOneOut
    report.penalty = training.kind == .logistic ? c : nil
    report.temperature = fitted.temperature
    report.add(before: rule, Self.crossFitted(rule, answers, validation), answers)
    report.addCentroids(validation)
    report.addCurve(validation, rule)
    report.addDuplicates(set, validation)
    report.rejection = decision.outcome
    report.thresholds = decision.decision.thresholds
    self.report = report
    try progress(validation.folds.tests.count + 1, validation.folds.tests.count + 1)
  }

  /// More videos than these are split into folds, however few a class has.
  private static let mostLeftOut = 60
  private static let insideFolds = 5

  /// Scores whose temperature was fitted without the video's own fold, so that their calibration is
  /// judged on what it was not fitted to.
  private static func crossFitted(
    _ rule: ScoreRule, _ answers: [(windows: [[Double]], labels: [Int])], _ validation: CrossValidation
  ) -> [[Double]] {
    let rules = validation.folds.tests.indices.map { number in
      rule.fitted(answers.indices.filter { validation.fold[$0] != number }.map { answers[$0] })
    }
    return answers.indices.map { rules[validation.fold[$0]].scores(answers[$0].windows) }
  }

  /// What a model of several labels says of each video, with thresholds that were chosen without the video's
  /// own fold.
  private static func crossFittedLabels(
    _ set: TeachingSet, _ scores: [[Double]], _ validation: CrossValidation, _ rate: Double?
  ) -> [[Int]] {
    let decisions = validation.folds.tests.indices.map { number in
      var decision = Decision(isMultiLabel: true)
      decision.thresholds = thresholds(set, scores, set.all.filter { validation.fold[$0] != number }, rate)
      return decision
    }
    return set.all.map { video in
      decisions[validation.fold[video]].labels(ClassScores(scores[video]), top: set.classes.count)
    }
  }

  private static func thresholds(
    _ set: TeachingSet, _ scores: [[Double]], _ videos: [Int], _ rate: Double?
  ) -> [Double] {
    set.classes.indices.map { k in
      let answers = videos.map { (score: scores[$0][k], isRight: set.videos[$0].labels.contains(k)) }
      return rate.map { Cut(answers, wrongShare: $0).threshold } ?? Cut(bestF1: answers).threshold
    }
  }

  private static func decision(
    _ set: TeachingSet, _ scores: [[Double]], _ rate: Double?
  ) -> (decision: Decision, outcome: TeachingReport.Rejection?) {
    var decision = Decision(isMultiLabel: set.isMultiLabel)
    if set.isMultiLabel {
      decision.thresholds = thresholds(set, scores, set.all, rate)
      return (decision, nil)
    }
    guard let rate else { return (decision, nil) }
    let answers = set.all.map { video in
      let best = ClassScores(scores[video]).top(1)[0]
      return (score: scores[video][best], isRight: best == set.videos[video].label)
    }
    let cut = Cut(answers, wrongShare: rate)
    decision.minimumScore = cut.threshold
    return (
      decision,
      .init(rate: rate, minimumScore: cut.threshold, kept: cut.kept, wrong: cut.wrong, of: answers.count)
    )
  }
}

/// Where to cut a list of scores: what is at least the threshold is kept.
struct Cut {
  let threshold: Double
  let kept: Int
  let wrong: Int

  typealias Answer = (score: Double, isRight: Bool)

  /// The lowest threshold at which at most such a share of what is kept is wrong. Above all scores, if even
  /// the best ones are wrong more often.
  init(_ answers: [Answer], wrongShare: Double) {
    self.init(answers) { kept, right in
      Double(kept - right) <= wrongShare * Double(kept) ? Double(kept) : nil
    }
  }

  /// The threshold of the highest F1; of equal ones the highest.
  init(bestF1 answers: [Answer]) {
    let all = answers.count(where: \.isRight)
    self.init(answers) { kept, right in right == 0 ? nil : 2 * Double(right) / Double(kept + all) }
  }

  /// The cut of the highest value, half-way to the next score below.
  private init(_ answers: [Answer], value: (_ kept: Int, _ right: Int) -> Double?) {
    let sorted = answers.sorted { $0.score > $1.score }
    var (best, right) = (Double?.none, 0)
    var cut = (threshold: 1.0.nextUp, kept: 0, right: 0)
    for (place, answer) in sorted.enumerated() {
      if answer.isRight { right += 1 }
      let next = place + 1 < sorted.count ? sorted[place + 1].score : nil
      guard next != answer.score, let worth = value(place + 1, right), worth > best ?? -1 else { continue }
      best = worth
      cut = (next.map { (answer.score + $0) / 2 } ?? 0, place + 1, right)
    }
    (threshold, kept, wrong) = (cut.threshold, cut.kept, cut.kept - cut.right)
  }
}
