import R2P1DVideo

/// All of an evaluation: its figures, and one row per file, of which anyone can compute them again.
struct EvaluationJSONReport: Encodable {
  private let evaluation: ModelEvaluation

  init(_ evaluation: ModelEvaluation) { self.evaluation = evaluation }

  var text: String { JSON.text(self, pretty: true) }

  private enum Key: String, CodingKey {
    case list, model, sampling, `protocol`, counts, figures, segments, classes, confusions, files, receipt
  }

  func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Key.self)
    try values.encode(List(evaluation), forKey: .list)
    try values.encode(evaluation.model, forKey: .model)
    try values.encode(SamplingJSON(evaluation.sampling), forKey: .sampling)
    try values.encodeIfPresent(evaluation.protocolName, forKey: .protocol)
    try values.encode(Counts(evaluation.counts), forKey: .counts)
    if let multiLabel = evaluation.multiLabel {
      try values.encode(MultiLabelValues(multiLabel), forKey: .figures)
    } else {
      try values.encode(Figures(evaluation.figures), forKey: .figures)
    }
    try values.encodeIfPresent(evaluation.segments.map(SegmentValues.init), forKey: .segments)
    if let multiLabel = evaluation.multiLabel {
      try values.encode(
        multiLabel.classes.map { MultiLabelRow($0, evaluation) }, forKey: .classes)
    } else {
      try values.encode(classes, forKey: .classes)
      try values.encode(confusions, forKey: .confusions)
    }
    try values.encode(evaluation.videos, forKey: .files)
    try values.encodeIfPresent(evaluation.receipt, forKey: .receipt)
  }

  private var classes: [ClassRow] {
    evaluation.figures.classes.map { row in
      ClassRow(
        label: evaluation.labels.names[row.index], index: row.index, count: row.count, correct: row.correct,
        failed: row.failures, predicted: row.predicted, accuracy: row.accuracy.value,
        precision: row.precision,
        f1: row.f1)
    }
  }

  private var confusions: [Pair] {
    evaluation.figures.confusions.map {
      Pair(
        truth: evaluation.labels.names[$0.truth], predicted: evaluation.labels.names[$0.predicted],
        count: $0.count)
    }
  }

  private struct List: Encodable {
    let file, form: String
    let summary: String
    let hasSegments: Bool
    let unmatched: [Unmatched]
    let notes: [String]

    struct Unmatched: Encodable {
      let label: String
      let entries: Int
      let place: String
      let candidates: [String]
    }

    init(_ evaluation: ModelEvaluation) {
      (file, form) = (evaluation.list.file.string, evaluation.list.form.rawValue)
      (summary, notes) = (evaluation.list.summary, evaluation.list.notes)
      hasSegments = evaluation.truth.hasSegments
      unmatched = evaluation.truth.unmatched.map {
        Unmatched(label: $0.label, entries: $0.entries, place: $0.place, candidates: $0.candidates)
      }
    }
  }

  private struct Counts: Encodable {
    let asked, scored, short, leftOut, failed, unmatched, windows, paddedWindows: Int

    init(_ counts: ModelEvaluation.Counts) {
      (asked, scored, short, leftOut) = (counts.asked, counts.scored, counts.short, counts.leftOut)
      (failed, unmatched) = (counts.failed, counts.unmatched)
      (windows, paddedWindows) = (counts.windows, counts.paddedWindows)
    }
  }

  /// A share, what it was counted of, and its 95 % interval.
  private struct Share: Encodable {
    let value, low, high: Double?
    let correct, of: Int

    init(_ share: MeasuredShare) {
      (value, correct, of) = (share.value, share.count, share.total)
      (low, high) = (share.interval?.lowerBound, share.interval?.upperBound)
    }
  }

  private struct Figures: Encodable {
    let video1, video5, clip1, clip5: Share
    let decoded1, decoded5: Share
    /// Where some results are uncertain.
    let labelled1: Share?
    let uncertain: Int
    let meanClassAccuracy, calibrationError: Double?
    let classesPresent, classes: Int

    init(_ figures: ClassificationFigures) {
      (video1, video5) = (Share(figures.video1), Share(figures.video5))
      (decoded1, decoded5) = (Share(figures.decoded1), Share(figures.decoded5))
      labelled1 = figures.uncertain > 0 ? Share(figures.labelled1) : nil
      uncertain = figures.uncertain
      (clip1, clip5) = (Share(figures.clip1), Share(figures.clip5))
      (meanClassAccuracy, calibrationError) = (figures.meanClassAccuracy, figures.calibrationError)
      (classesPresent, classes) = (figures.classes.count, figures.classCount)
    }
  }

  private struct MultiLabelValues: Encodable {
    let meanAveragePrecision, microF1, macroF1: Double?
    let exact: Share
    let calibrationError: Double?

    init(_ figures: MultiLabelFigures) {
      (microF1, macroF1) = (figures.microF1, figures.macroF1)
      (meanAveragePrecision, calibrationError) = (figures.meanAveragePrecision, figures.calibrationError)
      exact = Share(figures.exact)
    }
  }

  private struct MultiLabelRow: Encodable {
    let label: String
    let index, count, said, found: Int
    let threshold: Double
    let averagePrecision, precision, recall: Double?
    let f1: Double

    init(_ row: MultiLabelFigures.ClassRow, _ evaluation: ModelEvaluation) {
      (index, count, said, found) = (row.index, row.count, row.said, row.found)
      label = evaluation.labels.names[row.index]
      threshold = evaluation.decision.threshold(of: row.index)
      (averagePrecision, precision, recall) = (row.averagePrecision, row.precision, row.recall)
      f1 = row.f1
    }
  }

  private struct SegmentValues: Encodable {
    let thresholds, meanAveragePrecision: [Double]
    let averageMeanAveragePrecision, edit: Double?
    let f1At10, f1At25, f1At50: Double?
    let windowAccuracy: Share

    init(_ figures: SegmentFigures) {
      (thresholds, meanAveragePrecision) = (SegmentFigures.thresholds, figures.meanAveragePrecision)
      averageMeanAveragePrecision = figures.averageMeanAveragePrecision
      edit = figures.edit
      (f1At10, f1At25, f1At50) = (figures.f1[0], figures.f1[1], figures.f1[2])
      windowAccuracy = Share(figures.windowAccuracy)
    }
  }

  private struct ClassRow: Encodable {
    let label: String
    let index, count, correct, failed, predicted: Int
    let accuracy, precision: Double?
    let f1: Double
  }

  private struct Pair: Encodable {
    let truth, predicted: String
    let count: Int
  }
}
