import FoundationEssentials
import Glibc
import R2P1DVideo

/// How well segments that a model found fit those of the truth.
public struct SegmentFigures: Sendable, Equatable {
  /// A stretch of a video of one class, in seconds.
  public struct Stretch: Sendable, Equatable {
    public let label: Int
    public let start, end: Double
    /// How sure the model was; of no account in the truth.
    public let score: Double

    public init(label: Int, start: Double, end: Double, score: Double = 1) {
      (self.label, self.start, self.end, self.score) = (label, start, end, score)
    }
  }

  /// A video's stretches, of the truth and found.
  public struct Video: Sendable, Equatable {
    public let truth, found: [Stretch]
    /// The best classes of the windows that lie within one stretch of the truth, and those stretches' own.
    public let windows: [Window]

    public struct Window: Sendable, Equatable {
      public let truth, best: Int

      public init(truth: Int, best: Int) { (self.truth, self.best) = (truth, best) }

      /// Within a segment of these classes: right with any of them. `said` are the window's labels; none is
      /// wrong.
      init(within truth: [Int], said: [Int]) {
        let right = said.first(where: truth.contains)
        self.init(truth: right ?? truth.first ?? 0, best: right ?? said.first ?? -1)
      }
    }

    public init(truth: [Stretch], found: [Stretch], windows: [Window] = []) {
      (self.truth, self.found, self.windows) = (truth, found, windows)
    }
  }

  /// Of each threshold of ``thresholds``: the mean over the truth's classes of the average precision. Empty
  /// without truth.
  public let meanAveragePrecision: [Double]
  public let windowAccuracy: MeasuredShare
  /// Overlaps of 0.1, 0.25 and 0.5; nil where nothing is there, neither in truth nor found.
  public let f1: [Double?]
  /// The mean over videos, from 0 to 1; nil without videos.
  public let edit: Double?

  /// `numpy.linspace(0.5, 0.95, 10)`, to the last bit.
  public static let thresholds: [Double] = {
    let step = (0.95 - 0.5) / 9
    return (0..<9).map { number -> Double in Double(number) * step + 0.5 } + [0.95]
  }()
  public static let overlaps = [0.1, 0.25, 0.5]

  public init(_ videos: [Video]) {
    let labels = Set(videos.flatMap(\.truth).map(\.label)).sorted()
    let precisions = labels.map { Self.averagePrecisions(of: $0, videos) }
    meanAveragePrecision =
      labels.isEmpty
      ? []
      : Self.thresholds.indices.map { index in
        precisions.reduce(0) { $0 + $1[index] } / Double(labels.count)
      }
    let windows = videos.flatMap(\.windows)
    windowAccuracy = MeasuredShare(windows.count { $0.truth == $0.best }, of: windows.count)
    let runs = videos.map { (truth: Self.runs($0.truth), found: Self.runs($0.found)) }
    f1 = Self.overlaps.map { overlap in Self.f1(runs, overlap) }
    let edits = runs.map { Self.edit($0.found.map(\.label), $0.truth.map(\.label)) }
    edit = edits.isEmpty ? nil : edits.reduce(0, +) / Double(edits.count)
  }

  /// The mean over all thresholds, as ActivityNet reports it; nil without truth.
  public var averageMeanAveragePrecision: Double? {
    meanAveragePrecision.isEmpty
      ? nil : meanAveragePrecision.reduce(0, +) / Double(meanAveragePrecision.count)
  }

  // MARK: mAP

  /// A class's average precision at each threshold, as ActivityNet's scorer computes it: found stretches by
  /// descending score, of equal ones the later first, each take the truth that they overlap most and nobody
  /// has taken; precision is made to fall with recall.
  private static func averagePrecisions(of label: Int, _ videos: [Video]) -> [Double] {
    let truth = videos.map { video in video.truth.filter { $0.label == label } }
    let total = truth.reduce(0) { $0 + $1.count }
    let found = videos.enumerated().flatMap { number, video in
      video.found.filter { $0.label == label }.map { (video: number, stretch: $0) }
    }
    let order = found.indices.sorted { (found[$0].stretch.score, $0) > (found[$1].stretch.score, $1) }
    var taken = thresholds.map { _ in truth.map { [Bool](repeating: false, count: $0.count) } }
    var hits = thresholds.map { _ in [Bool]() }
    for place in order {
      let (number, stretch) = found[place]
      let overlaps = truth[number].map { Self.overlap(stretch, $0) }
      let nearest = overlaps.indices.sorted { (overlaps[$0], $0) > (overlaps[$1], $1) }
      for (index, threshold) in thresholds.enumerated() {
        let free = nearest.prefix { overlaps[$0] >= threshold }.first { !taken[index][number][$0] }
        if let free { taken[index][number][free] = true }
        hits[index].append(free != nil)
      }
    }
    return hits.map { averagePrecision($0, of: total) }
  }

  /// Intersection over union.
  private static func overlap(_ one: Stretch, _ other: Stretch) -> Double {
    let shared = max(0, min(one.end, other.end) - max(one.start, other.start))
    let all = (other.end - other.start) + (one.end - one.start) - shared
    return all > 0 ? shared / all : 0
  }

  /// The area below precision, made to fall, over recall; `hits` are by descending score.
  private static func averagePrecision(_ hits: [Bool], of total: Int) -> Double {
    guard total > 0 else { return 0 }
    var precision = [0.0]
    var recall = [0.0]
    var right = 0
    for (number, hit) in hits.enumerated() {
      if hit { right += 1 }
      precision.append(Double(right) / Double(number + 1))
      recall.append(Double(right) / Double(total))
    }
    precision.append(0)
    recall.append(1)
    for index in (0..<(precision.count - 1)).reversed() {
      precision[index] = max(precision[index], precision[index + 1])
    }
    var area = 0.0
    for index in 1..<recall.count { area += (recall[index] - recall[index - 1]) * precision[index] }
    return area
  }

  // MARK: F1 and edit score

  /// Stretches in the order of time; of one class and touching ones are one, as labels frame by frame have
  /// it.
  private static func runs(_ stretches: [Stretch]) -> [Stretch] {
    var runs: [Stretch] = []
    for next in stretches.sorted(by: { ($0.start, $0.end, $0.label) < ($1.start, $1.end, $1.label) }) {
      if let last = runs.last, last.label == next.label, next.start <= last.end {
        runs[runs.count - 1] = Stretch(label: last.label, start: last.start, end: max(last.end, next.end))
      } else {
        runs.append(next)
      }
    }
    return runs
  }

  /// Segmental F1 (Lea et al., CVPR 2017), with the counts of all videos summed.
  private static func f1(_ videos: [(truth: [Stretch], found: [Stretch])], _ overlap: Double) -> Double? {
    var (right, wrong, missed) = (0, 0, 0)
    for video in videos {
      var taken = [Bool](repeating: false, count: video.truth.count)
      for stretch in video.found {
        let shares = video.truth.map { truth -> Double in
          guard truth.label == stretch.label else { return 0 }
          let hull = max(stretch.end, truth.end) - min(stretch.start, truth.start)
          return hull > 0 ? (min(stretch.end, truth.end) - max(stretch.start, truth.start)) / hull : 0
        }
        // Of equal ones the first.
        let best = shares.indices.max { (shares[$0], $1) < (shares[$1], $0) }
        if let best, shares[best] >= overlap, !taken[best] {
          right += 1
          taken[best] = true
        } else {
          wrong += 1
        }
      }
      missed += taken.count { !$0 }
    }
    let all = 2 * right + wrong + missed
    return all > 0 ? Double(2 * right) / Double(all) : nil
  }

  /// 1 − Levenshtein's distance of the labels over the longer one's length; two empty ones are the same.
  private static func edit(_ found: [Int], _ truth: [Int]) -> Double {
    let longer = max(found.count, truth.count)
    guard longer > 0 else { return 1 }
    var row = Array(0...truth.count)
    for (number, label) in found.enumerated() {
      var diagonal = row[0]
      row[0] = number + 1
      for (place, other) in truth.enumerated() {
        let replaced = diagonal + (label == other ? 0 : 1)
        diagonal = row[place + 1]
        row[place + 1] = min(replaced, row[place] + 1, row[place + 1] + 1)
      }
    }
    return 1 - Double(row[truth.count]) / Double(longer)
  }
}
