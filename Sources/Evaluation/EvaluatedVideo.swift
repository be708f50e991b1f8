import FoundationEssentials
import R2P1DVideo

/// What a model said of one labelled video: a row of an evaluation, from which all figures can be computed.
///
/// Scores have seven significant digits, as they are written, so that rows that were read back give the same
/// figures.
package struct EvaluatedVideo: Sendable, Equatable {
  package let file: BytePath
  /// Nil where it could not be decoded.
  package let video: VideoSummary?
  /// Why it could not.
  package let error: String?
  /// The whole video, or its segments of the truth.
  package let examples: [Example]
  /// The segments that the model found; nil where the truth has none.
  package let segments: [Segment]?

  package struct Example: Sendable, Equatable {
    /// The classes that it has; at least one.
    package let truth: [Label]
    /// Of a segment, in seconds of a player's clock.
    package let start, end: Double?
    /// One a class; nil where no window was scored.
    package let scores: [Double]?
    /// The best of them that are labels: none where the model is too unsure.
    package let labels: [ScoredLabel]
    /// Of a segment, those that lie within it.
    package let windows: [Window]

    /// Whether it was scored, but has no label.
    package var isUncertain: Bool { scores != nil && labels.isEmpty }
  }

  /// A class by its name and its place among the model's.
  package struct Label: Sendable, Equatable, Codable {
    package let label: String
    package let index: Int
  }

  package struct Window: Sendable, Equatable, Codable {
    package let start, end: Double
    /// Whether the video is shorter than the window, so that its last sample is held.
    package let padded: Bool
    /// How many classes were ranked before the best of the truth's.
    package let rank: Int
    package let labels: [ScoredLabel]
  }

  package struct Segment: Sendable, Equatable, Codable {
    package let label: String
    package let index: Int
    package let start, end: Double
    package let score: Double
  }

  package init(
    file: BytePath, video: VideoSummary?, error: String? = nil, examples: [Example],
    segments: [Segment]? = nil
  ) {
    self.file = file
    self.video = video
    self.error = error
    self.examples = examples
    self.segments = segments
  }
}

extension EvaluatedVideo {
  /// A video that could not be decoded.
  package init(_ truth: EvaluationTruth.Video, _ labels: LabelSet, error: String) {
    self.init(
      file: truth.path, video: nil, error: error,
      examples: truth.examples.map { Example($0, labels, windows: []) },
      segments: truth.examples.contains { $0.end != nil } ? [] : nil)
  }

  /// Whether the row is about the same truth: a list may have been corrected since it was made.
  /// Scores have to be of as many classes as the model has.
  package func isAbout(_ truth: EvaluationTruth.Video, classes: Int) -> Bool {
    examples.allSatisfy { ($0.scores?.count ?? classes) == classes } && examples.count == truth.examples.count
      && zip(examples, truth.examples).allSatisfy { row, truth in
        row.truth.map(\.index) == truth.labels && row.start == truth.start?.double.roundedTime
          && row.end == truth.end?.double.roundedTime
      }
  }

  /// Whether it is shorter than a window.
  var isPadded: Bool { examples.contains { $0.windows.contains(where: \.padded) } }
}

extension EvaluatedVideo.Example {
  init(
    _ truth: EvaluationTruth.Example, _ names: LabelSet, scores: [Double]? = nil, best: [ScoredLabel] = [],
    windows: [EvaluatedVideo.Window]
  ) {
    self.truth = truth.labels.map { EvaluatedVideo.Label(label: names.names[$0], index: $0) }
    start = truth.start?.double.roundedTime
    end = truth.end?.double.roundedTime
    self.scores = scores
    labels = best
    self.windows = windows
  }
}

extension LabelSet {
  /// The labels that a model gives for `scores`, the highest first; none where the result is uncertain.
  fileprivate func scored(_ decision: Decision, _ scores: [Double], top: Int) -> [ScoredLabel] {
    decision.labels(ClassScores(scores), top: top).map {
      ScoredLabel(label: names[$0], index: $0, score: scores[$0])
    }
  }
}

extension Classifier {
  /// What the windows of a video say of its truth; with `segments`, they lie at a stride, and segments are
  /// made of them.
  package func evaluate(
    _ truth: EvaluationTruth.Video, _ scored: ScoredWindows, segments: SegmentOptions?
  ) throws(ClassifierError) -> EvaluatedVideo {
    var examples = truth.examples.map { ExampleScores($0, options.merge, decision) }
    var segmenter = segments.map { Segmenter($0, labels: labels, decision: decision) }
    var found: [VideoSegment] = []
    while let clip = try nextClip(scored) {
      for index in examples.indices { examples[index].add(clip, labels, top: options.top) }
      found += segmenter?.add(clip) ?? []
    }
    found += segmenter?.finish() ?? []
    return EvaluatedVideo(
      file: truth.path, video: try scored.summary,
      examples: examples.map { $0.example(labels, top: options.top) },
      segments: segments.map { _ in found.map(EvaluatedVideo.Segment.init) })
  }

  /// The windows of all crops at one place, as one: the means of their scores and of their logits.
  private func nextClip(_ scored: ScoredWindows) throws(ClassifierError) -> ScoredWindow? {
    guard let first = try scored.next() else { return nil }
    guard sampling.crops > 1 else { return first }
    var all = [first]
    while all.count < sampling.crops, let next = try scored.next() { all.append(next) }
    let scores = ClassScores(
      first.scores.values.indices.map { index in
        all.reduce(0.0) { $0 + $1.scores.values[index] } / Double(all.count)
      })
    let logits = first.logits.indices.map { index in
      Float(all.reduce(0.0) { $0 + Double($1.logits[index]) } / Double(all.count))
    }
    return ScoredWindow(
      number: first.number / sampling.crops, count: first.count / sampling.crops, start: first.start,
      end: first.end, padded: first.padded, videoEnd: first.videoEnd, scores: scores, logits: logits)
  }
}

extension EvaluatedVideo.Segment {
  init(_ segment: VideoSegment) {
    (label, index) = (segment.label, segment.index)
    (start, end) = (segment.start.double.roundedTime, segment.end.double.roundedTime)
    score = segment.score.roundedScore
  }
}

/// The windows of an example, gathered.
private struct ExampleScores {
  let truth: EvaluationTruth.Example
  private let decision: Decision
  private var merged: MergedScores
  private var windows: [EvaluatedVideo.Window] = []

  init(_ truth: EvaluationTruth.Example, _ merge: ClassScores.Merge, _ decision: Decision) {
    (self.truth, self.decision) = (truth, decision)
    merged = MergedScores(merge, decision)
  }

  /// Adds a window, if it lies within the example.
  mutating func add(_ window: ScoredWindow, _ labels: LabelSet, top: Int) {
    if let start = truth.start, window.start < start { return }
    if let end = truth.end, window.end > end { return }
    merged.add(logits: window.logits, scores: window.scores)
    let scores = window.scores.values.map(\.roundedScore)
    windows.append(
      EvaluatedVideo.Window(
        start: window.start.double.roundedTime, end: window.end.double.roundedTime, padded: window.padded,
        rank: ClassificationFigures.rank(of: truth.labels, in: scores),
        labels: labels.scored(decision, scores, top: top)))
  }

  func example(_ labels: LabelSet, top: Int) -> EvaluatedVideo.Example {
    let scores = windows.isEmpty ? nil : merged.scores.values.map(\.roundedScore)
    return EvaluatedVideo.Example(
      truth, labels, scores: scores, best: scores.map { labels.scored(decision, $0, top: top) } ?? [],
      windows: windows)
  }
}
