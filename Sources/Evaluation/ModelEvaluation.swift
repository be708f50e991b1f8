import FoundationEssentials
import R2P1DVideo

/// How often a model is right on a list of labelled videos: all that reports of it show.
package struct ModelEvaluation: Sendable {
  package let list: LabelledList
  package let model: ModelSummary
  /// The names of the model's classes.
  package let labels: LabelSet
  package let sampling: ResolvedSampling
  /// The name of the protocol that was asked for.
  package let protocolName: String?
  /// In the list's order.
  package let videos: [EvaluatedVideo]
  package let counts: Counts
  /// Of whole videos, or of the segments of the truth, each an example.
  package let figures: ClassificationFigures
  /// The same examples as yes and no of each class, of a model that gives a video any number of labels; nil
  /// of others. Which label is best says little there.
  package let multiLabel: MultiLabelFigures?
  /// Of the segments that were found; nil where the truth has none.
  package let segments: SegmentFigures?
  package let receipt: Provenance?
  package let truth: EvaluationTruth
  let decision: Decision

  package struct Counts: Sendable, Equatable {
    /// Entries of the list: videos, or segments of them.
    package internal(set) var asked = 0
    package internal(set) var scored = 0
    /// Shorter than a window: their last sample is held or, as torchvision does it, they are left out. A
    /// segment that no window lies within is left out, too.
    package internal(set) var short = 0
    /// Of the short ones, those that no figure counts.
    package internal(set) var leftOut = 0
    package internal(set) var failed = 0
    /// Those of classes that the model does not have; no figure counts them.
    package internal(set) var unmatched = 0
    package internal(set) var windows = 0
    package internal(set) var paddedWindows = 0
  }

  /// `leavesOutShort`: whether no figure counts a video that is shorter than a window.
  package init(
    _ list: LabelledList, _ truth: EvaluationTruth, _ videos: [EvaluatedVideo], of classifier: Classifier,
    protocolName: String?, leavesOutShort: Bool
  ) {
    self.list = list
    self.truth = truth
    self.videos = videos
    self.protocolName = protocolName
    model = classifier.model
    labels = classifier.labels
    decision = classifier.decision
    sampling = classifier.sampling
    receipt = classifier.receipt(
      decodeErrors: videos.reduce(0) { $0 + ($1.video?.decodeErrors ?? 0) },
      framesDecoded: videos.reduce(0) { $0 + ($1.video?.framesDecoded ?? 0) })
    var counts = Counts()
    (counts.asked, counts.unmatched) = (truth.asked, truth.unmatchedEntries)
    let answers = videos.flatMap { counts.answers(of: $0, leavesOutShort) }
    self.counts = counts
    let classCount = classifier.labels.names.count
    figures = ClassificationFigures(answers, classCount: classCount)
    let decision = classifier.decision
    multiLabel =
      decision.isMultiLabel
      ? MultiLabelFigures(
        answers.map { .init(truth: $0.truth, scores: $0.scores, said: decision.said($0.scores)) },
        classCount: classCount) : nil
    segments =
      truth.hasSegments
      ? SegmentFigures(videos.map { SegmentFigures.Video($0, isMultiLabel: decision.isMultiLabel) }) : nil
  }
}

extension ModelEvaluation {
  /// Segments of the truth that begin where their video has ended, as those do whose times are no seconds.
  package struct Beyond: Sendable, Equatable {
    package internal(set) var count = 0
    /// The first one's video, when it begins, and when the video ends.
    package let file: BytePath
    package let start, end: Double
  }

  /// Nil where there are none.
  package var segmentsBeyondEnd: Beyond? {
    var beyond: Beyond?
    for row in videos {
      guard let video = row.video else { continue }
      let end = (video.start + video.duration).roundedTime
      for start in row.examples.compactMap(\.start) where start >= end {
        beyond = beyond ?? Beyond(file: row.file, start: start, end: end)
        beyond?.count += 1
      }
    }
    return beyond
  }
}

extension ModelEvaluation.Counts {
  /// The answers of a video that figures count; the others, too, are counted here.
  fileprivate mutating func answers(
    of video: EvaluatedVideo, _ leavesOutShort: Bool
  ) -> [ClassificationFigures.Answer] {
    if video.error != nil {
      failed += video.examples.count
    } else if video.segments == nil, video.isPadded {
      short += 1
      if leavesOutShort {
        leftOut += 1
        return []
      }
    }
    return video.examples.compactMap { example in
      let truth = example.truth.map(\.index)
      if video.error != nil { return ClassificationFigures.Answer(truth: truth, scores: nil) }
      guard let scores = example.scores else {
        (short, leftOut) = (short + 1, leftOut + 1)
        return nil
      }
      scored += 1
      windows += example.windows.count
      paddedWindows += example.windows.count(where: \.padded)
      return ClassificationFigures.Answer(
        truth: truth, scores: scores, clipRanks: example.windows.map(\.rank), isUncertain: example.isUncertain
      )
    }
  }
}

extension Decision {
  /// All classes that such scores are labels of.
  fileprivate func said(_ scores: [Double]?) -> [Int] {
    scores.map { labels(ClassScores($0), top: $0.count) } ?? []
  }
}

extension SegmentFigures.Video {
  /// A segment of several classes is a stretch of each, and a window within it is right with any of them:
  /// with its best label or, of a model of several labels, with one that it gives.
  init(_ video: EvaluatedVideo, isMultiLabel: Bool) {
    let truth = video.examples.flatMap { example -> [SegmentFigures.Stretch] in
      guard let start = example.start, let end = example.end else { return [] }
      return example.truth.map { SegmentFigures.Stretch(label: $0.index, start: start, end: end) }
    }
    let windows = video.examples.flatMap { example in
      let truth = example.truth.map(\.index)
      return example.windows.map { window in
        let said = window.labels.map(\.index)
        return SegmentFigures.Video.Window(within: truth, said: isMultiLabel ? said : Array(said.prefix(1)))
      }
    }
    let found = (video.segments ?? []).map {
      SegmentFigures.Stretch(label: $0.index, start: $0.start, end: $0.end, score: $0.score)
    }
    self.init(truth: truth, found: found, windows: windows)
  }
}
