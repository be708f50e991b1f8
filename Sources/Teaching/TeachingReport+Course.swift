import CKernels
import Evaluation
import FoundationEssentials
import Glibc
import R2P1DVideo

extension TeachingReport {
  /// `said`: what a model of several labels says of each video.
  init(
    _ set: TeachingSet, _ kind: HeadKind, _ validation: CrossValidation, scores: [[Double]], said: [[Int]]?
  ) {
    classes = set.classes
    isMultiLabel = set.isMultiLabel
    head = kind
    videos = set.videos.count
    groups = Set(set.videos.map(\.group)).count
    lonelyClasses = set.classes.indices.filter { k in
      Set(set.videos.lazy.filter { $0.labels.contains(k) }.map(\.group)).count == 1
    }
    windows = set.videos.reduce(0) { $0 + $1.plain.count }
    folds = validation.folds.tests.count
    figures = ClassificationFigures(
      set.all.map { .init(truth: set.videos[$0].labels, scores: scores[$0]) }, classCount: set.classes.count)
    majority = MeasuredShare(set.counts(set.all).max() ?? 0, of: set.videos.count)
    centroids = MeasuredShare(0, of: 0)
    let results = set.all.map { Self.result(set, $0, scores[$0], said?[$0], validation) }
    self.results = results
    let isMultiLabel = set.isMultiLabel
    suspects = results.filter { $0.isSuspect(isMultiLabel) }
      .sorted { $0.ownProbability < $1.ownProbability }
    let wrong = results.indices.filter { !results[$0].isRight }
    let sureness = wrong.map { Self.sureness(results[$0], scores[$0]) }
    mistakes = wrong.indices.sorted { (sureness[$1], $0) < (sureness[$0], $1) }.prefix(10)
      .map { results[wrong[$0]] }
    guard let said else { return }
    multiLabel = MultiLabel(
      figures: Self.multiLabel(set, scores: scores, said: said),
      chance: Self.multiLabel(set, scores: scores.map { $0.map { _ in 0 } }).meanAveragePrecision)
  }

  private static func multiLabel(
    _ set: TeachingSet, scores: [[Double]], said: [[Int]]? = nil
  ) -> MultiLabelFigures {
    MultiLabelFigures(
      set.all.map { .init(truth: set.videos[$0].labels, scores: scores[$0], said: said?[$0] ?? []) },
      classCount: set.classes.count)
  }

  /// How sure a wrong answer was: the score of what was said wrongly, or the lack of what was not said.
  private static func sureness(_ result: Result, _ scores: [Double]) -> Double {
    Set(result.said).symmetricDifference(result.labels).map { k in
      result.said.contains(k) ? scores[k] : result.said.isEmpty ? 1 - scores[k] : 0
    }.max() ?? 0
  }

  private static func result(
    _ set: TeachingSet, _ video: Int, _ scores: [Double], _ said: [Int]?, _ validation: CrossValidation
  ) -> Result {
    let about = set.videos[video]
    let predicted = ClassScores(scores).top(1)[0]
    let windows = validation.logits[video].map {
      Decision(isMultiLabel: set.isMultiLabel).scores($0).values[predicted]
    }
    let window = windows.indices.max { (windows[$0], $1) < (windows[$1], $0) } ?? 0
    let probabilities = probabilities(validation.logits[video], set)
    return Result(
      file: about.file, start: about.start?.double, end: about.end?.double, labels: about.labels,
      predicted: predicted, said: said ?? [about.labels.contains(predicted) ? about.label : predicted],
      scores: scores, score: scores[predicted], ownScore: about.labels.map { scores[$0] }.min() ?? 0,
      time: about.starts[window],
      ownProbability: about.labels.map { probabilities[$0] }.min() ?? 0, probabilities: probabilities,
      fold: validation.fold[video])
  }

  /// Of every class, from the mean of the windows' logits.
  private static func probabilities(_ windows: [[Double]], _ set: TeachingSet) -> [Double] {
    guard let first = windows.first else { return set.classes.map { _ in 0 } }
    let means = first.indices.map { k in windows.reduce(0) { $0 + $1[k] } / Double(windows.count) }
    return Decision(isMultiLabel: set.isMultiLabel).scores(means).values
  }

  mutating func add(
    before rule: ScoreRule, _ after: [[Double]], _ answers: [(windows: [[Double]], labels: [Int])]
  ) {
    let isMultiLabel = isMultiLabel
    func pairs(_ scores: [[Double]]) -> (scores: [Double], isRight: [Bool]) {
      let chosen = scores.indices.flatMap { video in
        let places = isMultiLabel ? Array(scores[video].indices) : ClassScores(scores[video]).top(1)
        return places.map { (scores[video][$0], answers[video].labels.contains($0)) }
      }
      return (chosen.map(\.0), chosen.map(\.1))
    }
    let (old, new) = (pairs(answers.map { rule.scores($0.windows) }), pairs(after))
    calibration = (
      ClassificationFigures.calibrationError(scores: old.scores, isRight: old.isRight),
      ClassificationFigures.calibrationError(scores: new.scores, isRight: new.isRight)
    )
    calibrationBins = ClassificationFigures.calibration(scores: new.scores, isRight: new.isRight)
  }

  mutating func addCentroids(_ validation: CrossValidation) {
    let (training, set) = (validation.training, validation.training.set)
    let rule = ScoreRule(isMultiLabel: false)
    var scores = set.all.map { _ in [Double]() }
    for (number, test) in validation.folds.tests.enumerated() {
      let head = training.centroids(validation.folds.training(number))
      for video in test { scores[video] = rule.scores(training.logits(head, of: video)) }
    }
    centroids = Self.accuracy(set, scores)
    multiLabel?.centroids = Self.multiLabel(set, scores: scores).meanAveragePrecision
  }

  private static func accuracy(_ set: TeachingSet, _ scores: [[Double]]) -> MeasuredShare {
    MeasuredShare(
      set.all.count { set.videos[$0].labels.contains(ClassScores(scores[$0]).top(1)[0]) },
      of: set.videos.count)
  }

  mutating func addCurve(_ validation: CrossValidation, _ rule: ScoreRule) {
    let set = validation.training.set
    let folds = validation.folds.tests.indices
    let whole = folds.reduce(0) { $0 + validation.folds.training($1).count }
    for share in [0.25, 0.5] {
      let part = validation.logits(ofShare: share)
      let scores = part.logits.map(rule.scores)
      curve.append(
        CurvePoint(
          share: share, videos: Int(part.videos.rounded()), accuracy: Self.accuracy(set, scores),
          meanAveragePrecision: isMultiLabel ? Self.multiLabel(set, scores: scores).meanAveragePrecision : nil
        ))
    }
    curve.append(
      CurvePoint(
        share: 1, videos: Int((Double(whole) / Double(folds.count)).rounded()), accuracy: figures.video1,
        meanAveragePrecision: multiLabel?.figures.meanAveragePrecision))
  }

  mutating func addDuplicates(_ set: TeachingSet, _ validation: CrossValidation) {
    let width = set.rows.width
    let means = set.all.map { set.mean(of: $0) }
    let mean = (0..<width).map { f in means.reduce(0) { $0 + $1[f] } / Double(max(means.count, 1)) }
    var rows: [Double] = []
    rows.reserveCapacity(width * means.count)
    for row in means {
      let centred = zip(row, mean).map { $0 - $1 }
      let length = centred.reduce(0) { $0 + $1 * $1 }.squareRoot()
      rows += centred.map { length > 0 ? $0 / length : 0 }
    }
    var cosines = [Double](repeating: 0, count: means.count)
    let zeros = cosines
    for (place, video) in set.videos.enumerated() where place > 0 {
      let own = rows[(place * width)..<((place + 1) * width)].map { Float($0) }
      r2_row_logits(own, Int32(width), rows, zeros, Int32(place), &cosines)
      // The nearest alone: of many that look alike there are far more pairs than memory.
      let nearest = (0..<place).filter { validation.fold[$0] != validation.fold[place] }
        .max { (cosines[$0], $1) < (cosines[$1], $0) }
      if let nearest, cosines[nearest] > 0.99 {
        duplicates.append(
          Duplicate(first: set.videos[nearest].file, second: video.file, cosine: cosines[nearest]))
      }
    }
    duplicates.sort { $0.cosine > $1.cosine }
  }
}
