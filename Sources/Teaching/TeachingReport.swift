import CKernels
import Evaluation
import FoundationEssentials
import Glibc
import R2P1DVideo

/// What may be expected of a taught model: every figure is of videos that it had not seen, nor anything of
/// their groups.
public struct TeachingReport: Sendable, Equatable {
  public internal(set) var backbone = ""
  public let classes: [String]
  public let isMultiLabel: Bool
  public let head: HeadKind
  public internal(set) var isMirrored = false
  /// Videos, or segments of them, and how many could not be read.
  public let videos: Int
  public internal(set) var failures = 0
  public let groups: Int
  public let windows: Int
  public let folds: Int
  /// Whether each fold is one group alone.
  public internal(set) var leavesOneOut = false
  /// scikit-learn's C of the model; nil of centroids.
  public internal(set) var penalty: Double?
  public internal(set) var temperature = 1.0
  public let figures: ClassificationFigures
  /// Of a model that always says the commonest class, and of nearest centroids.
  public let majority: MeasuredShare
  public internal(set) var centroids: MeasuredShare
  /// Expected calibration error before and after the temperature, which is fitted without the video's fold.
  public internal(set) var calibration: (before: Double?, after: Double?) = (nil, nil)
  public internal(set) var curve: [CurvePoint] = []
  /// In the order of the list.
  public let results: [Result]
  /// Videos whose own class has a probability below 0.05, the lowest first: their label may be wrong.
  public let suspects: [Result]
  /// The wrong answers of the highest scores, ten at most.
  public let mistakes: [Result]
  public internal(set) var duplicates: [Duplicate] = []
  public internal(set) var rejection: Rejection?
  /// Of each class, where videos may have several.
  public internal(set) var thresholds: [Double]?

  /// What was said of one video by a head that had not seen it.
  public struct Result: Sendable, Equatable {
    public let file: BytePath
    /// Of a segment.
    public let start, end: Double?
    /// Places among the classes.
    public let labels: [Int]
    public let predicted: Int
    /// Of the class that was predicted, and of its own; of several the lowest.
    public let score, ownScore: Double
    /// When the window begins that speaks most for what was predicted, in seconds of a player's clock.
    public let time: Double
    /// The probability of its own class, of several the lowest, from the mean of all windows' logits: where
    /// windows agree it is nearer to 0 or 1 than the mean of their probabilities.
    public let ownProbability: Double
    public let fold: Int

    public var isRight: Bool { labels.contains(predicted) }
  }

  /// Accuracy with a part of each fold's examples.
  public struct CurvePoint: Sendable, Equatable {
    public let share: Double
    /// Videos that a fold learns from, on average.
    public let videos: Int
    public let accuracy: MeasuredShare
  }

  /// Two videos of different folds that look the same: if they are, the accuracy is too high.
  public struct Duplicate: Sendable, Equatable {
    public let first, second: BytePath
    /// Of the angle between their features, less the mean of all.
    public let cosine: Double
  }

  /// What the threshold for uncertain results does to the videos of the report.
  public struct Rejection: Sendable, Equatable, Encodable {
    /// The share of wrong labels that was asked for.
    public let rate: Double
    public let minimumScore: Double
    /// Results with a label, wrong ones among them, of all.
    public let kept, wrong, of: Int
  }

  public static func == (a: TeachingReport, b: TeachingReport) -> Bool { a.json == b.json }

  /// Classes with fewer examples than figures of them mean much.
  public var smallClasses: [ClassificationFigures.ClassRow] { figures.classes.filter { $0.count < 10 } }

  /// Whether twice as many examples made a difference: by two points or more.
  public var moreWillHelp: Bool? {
    guard curve.count > 1, let whole = curve.last?.accuracy.value,
      let half = curve[curve.count - 2].accuracy.value
    else { return nil }
    return whole - half >= 0.02
  }
}

extension TeachingReport {
  init(_ set: TeachingSet, _ kind: HeadKind, _ validation: CrossValidation, scores: [[Double]]) {
    classes = set.classes
    isMultiLabel = set.isMultiLabel
    head = kind
    videos = set.videos.count
    groups = Set(set.videos.map(\.group)).count
    windows = set.videos.reduce(0) { $0 + $1.plain.count }
    folds = validation.folds.tests.count
    figures = Self.figures(set, scores)
    majority = MeasuredShare(set.counts(set.all).max() ?? 0, of: set.videos.count)
    centroids = MeasuredShare(0, of: 0)
    results = set.all.map { Self.result(set, $0, scores[$0], validation) }
    suspects = results.filter { $0.ownProbability < 0.05 }.sorted { $0.ownProbability < $1.ownProbability }
    mistakes = Array(results.filter { !$0.isRight }.sorted { $0.score > $1.score }.prefix(10))
  }

  private static func figures(_ set: TeachingSet, _ scores: [[Double]]) -> ClassificationFigures {
    ClassificationFigures(
      set.all.map { .init(truth: set.videos[$0].labels, scores: scores[$0]) }, classCount: set.classes.count)
  }

  private static func result(
    _ set: TeachingSet, _ video: Int, _ scores: [Double], _ validation: CrossValidation
  ) -> Result {
    let about = set.videos[video]
    let predicted = ClassScores(scores).top(1)[0]
    let windows = validation.logits[video].map {
      Decision(isMultiLabel: set.isMultiLabel).scores($0).values[predicted]
    }
    let window = windows.indices.max { (windows[$0], $1) < (windows[$1], $0) } ?? 0
    return Result(
      file: about.file, start: about.start?.double, end: about.end?.double, labels: about.labels,
      predicted: predicted, score: scores[predicted], ownScore: about.labels.map { scores[$0] }.min() ?? 0,
      time: about.starts[window],
      ownProbability: probability(of: about.labels, validation.logits[video], set.isMultiLabel),
      fold: validation.fold[video])
  }

  private static func probability(of labels: [Int], _ windows: [[Double]], _ isMultiLabel: Bool) -> Double {
    guard let first = windows.first else { return 0 }
    let means = first.indices.map { k in windows.reduce(0) { $0 + $1[k] } / Double(windows.count) }
    let scores = Decision(isMultiLabel: isMultiLabel).scores(means)
    return labels.map { scores.values[$0] }.min() ?? 0
  }

  mutating func add(
    before rule: ScoreRule, _ after: [[Double]], _ answers: [(windows: [[Double]], labels: [Int])]
  ) {
    func error(_ scores: [[Double]]) -> Double? {
      let best = scores.map { ClassScores($0).top(1)[0] }
      return ClassificationFigures.calibrationError(
        scores: scores.indices.map { scores[$0][best[$0]] },
        isRight: scores.indices.map { answers[$0].labels.contains(best[$0]) })
    }
    calibration = (error(answers.map { rule.scores($0.windows) }), error(after))
  }

  mutating func addCentroids(_ validation: CrossValidation) {
    let (training, set) = (validation.training, validation.training.set)
    let rule = ScoreRule(isMultiLabel: false)
    var right = 0
    for (number, test) in validation.folds.tests.enumerated() {
      let head = training.centroids(validation.folds.training(number))
      right += test.count {
        set.videos[$0].labels.contains(ClassScores(rule.scores(training.logits(head, of: $0))).top(1)[0])
      }
    }
    centroids = MeasuredShare(right, of: set.videos.count)
  }

  mutating func addCurve(_ validation: CrossValidation, _ rule: ScoreRule) {
    let set = validation.training.set
    let folds = validation.folds.tests.indices
    let whole = folds.reduce(0) { $0 + validation.folds.training($1).count } / max(folds.count, 1)
    for share in [0.25, 0.5] {
      let logits = validation.logits(ofShare: share)
      let right = set.all.count {
        set.videos[$0].labels.contains(ClassScores(rule.scores(logits[$0])).top(1)[0])
      }
      curve.append(
        CurvePoint(
          share: share, videos: Int((Double(whole) * share).rounded()),
          accuracy: MeasuredShare(right, of: set.videos.count)))
    }
    curve.append(CurvePoint(share: 1, videos: whole, accuracy: figures.video1))
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
      for earlier in 0..<place
      where cosines[earlier] > 0.99 && validation.fold[earlier] != validation.fold[place] {
        duplicates.append(
          Duplicate(first: set.videos[earlier].file, second: video.file, cosine: cosines[earlier]))
      }
    }
    duplicates.sort { $0.cosine > $1.cosine }
  }
}
