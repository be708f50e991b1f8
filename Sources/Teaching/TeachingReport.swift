import CKernels
import Evaluation
import FoundationEssentials
import Glibc
import R2P1DVideo

/// What may be expected of a taught model: every figure is of videos that it had not seen, nor anything of
/// their groups.
public struct TeachingReport: Sendable, Equatable {
  /// What was taught.
  public internal(set) var list = BytePath("")
  public internal(set) var backbone = ""
  public let classes: [String]
  public let isMultiLabel: Bool
  public let head: HeadKind
  public internal(set) var isMirrored = false
  /// Videos, or segments of them, that could be read.
  public let videos: Int
  /// Those that could not.
  public internal(set) var unread: [UnreadVideo] = []
  public let groups: Int
  /// Classes whose videos are all of one group: where they are tested, nothing of them has been learnt.
  public let lonelyClasses: [Int]
  public let windows: Int
  public let folds: Int
  /// Whether each fold is one group alone.
  public internal(set) var leavesOneOut = false
  /// scikit-learn's C of the model; nil of centroids.
  public internal(set) var penalty: Double?
  public internal(set) var temperature = 1.0
  /// Of videos of one class each; of several, ``multiLabel`` says more.
  public let figures: ClassificationFigures
  /// Where videos may have several classes.
  public internal(set) var multiLabel: MultiLabel?
  /// Of a model that always says the commonest class, and of nearest centroids.
  public let majority: MeasuredShare
  public internal(set) var centroids: MeasuredShare
  /// Expected calibration error before and after the temperature, which is fitted without the video's fold.
  public internal(set) var calibration: (before: Double?, after: Double?) = (nil, nil)
  /// The bins behind the error after the temperature.
  public internal(set) var calibrationBins: [ClassificationFigures.CalibrationBin] = []
  public internal(set) var curve: [CurvePoint] = []
  /// In the order of the list.
  public let results: [Result]
  /// Videos whose label may be wrong, the least probable first: their own class has a probability below 0.05,
  /// or another one's is higher by 0.3 or more. Where videos have several classes, only the former counts.
  public let suspects: [Result]
  /// Wrong answers, those first of which the model was surest; ten at most.
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
    /// Of a model of several labels: all classes whose scores reach the thresholds that the other folds ask
    /// for; of others the one that was predicted.
    public let said: [Int]
    /// Of every class, in the order of `classes`.
    public let scores: [Double]
    /// Of the class that was predicted, and of its own; of several the lowest.
    public let score, ownScore: Double
    /// When the window begins that speaks most for what was predicted, in seconds of a player's clock.
    public let time: Double
    /// The probability of its own class, of several the lowest, from the mean of all windows' logits: where
    /// windows agree it is nearer to 0 or 1 than the mean of their probabilities.
    public let ownProbability: Double
    /// The same of every class.
    public let probabilities: [Double]
    public let fold: Int

    func isSuspect(_ isMultiLabel: Bool) -> Bool {
      ownProbability < 0.05 || !isMultiLabel && (probabilities.max() ?? 0) - ownProbability > 0.3
    }

    public var isRight: Bool { Set(said) == Set(labels) }
    /// What its thumbnail is of.
    public var moment: VideoMoment { VideoMoment(file: file, time: time) }
  }

  /// A moment of a video, in seconds of a player's clock.
  public struct VideoMoment: Sendable, Hashable {
    public let file: BytePath
    public let time: Double
  }

  public struct UnreadVideo: Sendable, Equatable {
    public let file: BytePath
    public let cause: String
  }

  /// Of a model of several labels, each class a yes or no whose threshold was chosen without the video's own
  /// fold.
  public struct MultiLabel: Sendable, Equatable {
    public let figures: MultiLabelFigures
    /// The mean average precision of equal scores, and of nearest centroids.
    public let chance: Double?
    public internal(set) var centroids: Double?
  }

  /// Accuracy with a part of each fold's examples.
  public struct CurvePoint: Sendable, Equatable {
    public let share: Double
    /// Videos that a fold learns from, on average.
    public let videos: Int
    public let accuracy: MeasuredShare
    /// Of a model of several labels, for which it stands in place of the accuracy.
    public internal(set) var meanAveragePrecision: Double?

    public var value: Double? { meanAveragePrecision ?? accuracy.value }
  }

  /// Two videos of different folds that look the same: if they are, the accuracy is too high. Of each video
  /// there is the one before it in the list that it is most like.
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
    guard curve.count > 1, let whole = curve.last?.value, let half = curve[curve.count - 2].value else {
      return nil
    }
    return whole - half >= 0.02
  }
}
