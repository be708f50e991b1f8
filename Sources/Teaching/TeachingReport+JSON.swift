import Evaluation
import FoundationEssentials
import Glibc
import R2P1DVideo

extension TeachingReport {
  /// One object, with a row for each video, so that anyone can compute the figures again.
  public var json: String { JSON.text(self, pretty: true) }
}

extension TeachingReport: Encodable {
  private enum Key: CodingKey {
    case list, backbone, classes, multiLabel, head, mirrored, videos, failed, unread, groups,
      classesOfOneGroup, windows, folds, leaveOneOut, c
    case temperature, accuracy, meanClassAccuracy, majority, centroids, perClass, confusions, calibration
    case severalLabels, learningCurve, results, suspects, mistakes, nearDuplicates, rejection, thresholds
  }

  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Key.self)
    try values.encode(list.printable, forKey: .list)
    try values.encode(backbone, forKey: .backbone)
    try values.encode(classes, forKey: .classes)
    try values.encode(isMultiLabel, forKey: .multiLabel)
    try values.encode(head, forKey: .head)
    try values.encode(isMirrored, forKey: .mirrored)
    try values.encode(videos, forKey: .videos)
    try values.encode(unread.count, forKey: .failed)
    try values.encode(unread.map(UnreadJSON.init), forKey: .unread)
    try values.encode(groups, forKey: .groups)
    try values.encode(lonelyClasses.map { classes[$0] }, forKey: .classesOfOneGroup)
    try values.encode(windows, forKey: .windows)
    try values.encode(folds, forKey: .folds)
    try values.encode(leavesOneOut, forKey: .leaveOneOut)
    try values.encodeIfPresent(penalty, forKey: .c)
    try values.encode(temperature.roundedScore, forKey: .temperature)
    try encodeFigures(to: &values)
    try values.encode(
      CalibrationJSON(before: calibration.before?.roundedScore, after: calibration.after?.roundedScore),
      forKey: .calibration)
    try values.encode(
      curve.map { point in
        CurveJSON(
          share: point.share, videos: point.videos,
          accuracy: isMultiLabel ? nil : ShareJSON(point.accuracy),
          meanAveragePrecision: point.meanAveragePrecision?.roundedScore)
      },
      forKey: .learningCurve)
    for (key, rows) in [(Key.results, results), (.suspects, suspects), (.mistakes, mistakes)] {
      try values.encode(
        rows.map { ResultJSON(result: $0, classes: classes, isMultiLabel: isMultiLabel) }, forKey: key)
    }
    try values.encode(duplicates.map(DuplicateJSON.init), forKey: .nearDuplicates)
    try values.encodeIfPresent(rejection, forKey: .rejection)
    try values.encodeIfPresent(thresholds?.map(\.roundedScore), forKey: .thresholds)
  }

  private func encodeFigures(to values: inout KeyedEncodingContainer<Key>) throws {
    if let multiLabel {
      try values.encode(MultiLabelJSON(multiLabel), forKey: .severalLabels)
      try values.encode(
        multiLabel.figures.classes.map { MultiLabelClassJSON($0, classes) }, forKey: .perClass)
      return
    }
    try values.encode(ShareJSON(figures.video1), forKey: .accuracy)
    try values.encodeIfPresent(figures.meanClassAccuracy?.roundedScore, forKey: .meanClassAccuracy)
    try values.encode(ShareJSON(majority), forKey: .majority)
    try values.encode(ShareJSON(centroids), forKey: .centroids)
    try values.encode(figures.classes.map { ClassJSON($0, classes) }, forKey: .perClass)
    try values.encode(figures.confusions.map { ConfusionJSON($0, classes) }, forKey: .confusions)
  }
}

/// A share with its interval of 95 %.
private struct ShareJSON: Encodable {
  let correct, of: Int
  let value, low, high: Double?

  init(_ share: MeasuredShare) {
    (correct, of) = (share.count, share.total)
    value = share.value?.roundedScore
    low = share.interval?.lowerBound.roundedScore
    high = share.interval?.upperBound.roundedScore
  }
}

private struct ClassJSON: Encodable {
  let label: String
  let videos, correct, predicted: Int
  let precision, recall: Double?
  let f1: Double

  init(_ row: ClassificationFigures.ClassRow, _ classes: [String]) {
    label = classes[row.index]
    (videos, correct, predicted) = (row.count, row.correct, row.predicted)
    precision = row.precision?.roundedScore
    recall = row.accuracy.value?.roundedScore
    f1 = row.f1.roundedScore
  }
}

private struct ConfusionJSON: Encodable {
  let truth, predicted: String
  let count: Int

  init(_ pair: ClassificationFigures.Confusion, _ classes: [String]) {
    (truth, predicted, count) = (classes[pair.truth], classes[pair.predicted], pair.count)
  }
}

private struct CalibrationJSON: Encodable {
  let before, after: Double?
}

private struct CurveJSON: Encodable {
  let share: Double
  let videos: Int
  let accuracy: ShareJSON?
  let meanAveragePrecision: Double?
}

private struct UnreadJSON: Encodable {
  let video: TeachingReport.UnreadVideo

  private enum Key: CodingKey {
    case error
  }

  init(_ video: TeachingReport.UnreadVideo) { self.video = video }

  func encode(to encoder: any Encoder) throws {
    try video.file.encodeAsFile(to: encoder)
    var values = encoder.container(keyedBy: Key.self)
    try values.encode(video.cause, forKey: .error)
  }
}

private struct MultiLabelJSON: Encodable {
  let meanAveragePrecision, chance, centroids, macroF1, microF1: Double?
  let exact: ShareJSON

  init(_ multiLabel: TeachingReport.MultiLabel) {
    let figures = multiLabel.figures
    meanAveragePrecision = figures.meanAveragePrecision?.roundedScore
    (chance, centroids) = (multiLabel.chance?.roundedScore, multiLabel.centroids?.roundedScore)
    (macroF1, microF1) = (figures.macroF1?.roundedScore, figures.microF1?.roundedScore)
    exact = ShareJSON(figures.exact)
  }
}

private struct MultiLabelClassJSON: Encodable {
  let label: String
  let videos, said, found: Int
  let averagePrecision, precision, recall: Double?
  let f1: Double

  init(_ row: MultiLabelFigures.ClassRow, _ classes: [String]) {
    label = classes[row.index]
    (videos, said, found) = (row.count, row.said, row.found)
    averagePrecision = row.averagePrecision?.roundedScore
    (precision, recall) = (row.precision?.roundedScore, row.recall?.roundedScore)
    f1 = row.f1.roundedScore
  }
}

private struct DuplicateJSON: Encodable {
  let duplicate: TeachingReport.Duplicate

  private enum Key: CodingKey {
    case files, cosine
  }

  init(_ duplicate: TeachingReport.Duplicate) { self.duplicate = duplicate }

  func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Key.self)
    try values.encode([duplicate.first, duplicate.second].map(\.printable), forKey: .files)
    try values.encode(duplicate.cosine.roundedScore, forKey: .cosine)
  }
}

private struct ResultJSON: Encodable {
  let result: TeachingReport.Result
  let classes: [String]
  let isMultiLabel: Bool

  private enum Key: CodingKey {
    case start, end, labels, predicted, said, scores, probabilities, score, ownScore, ownProbability, time,
      fold
  }

  func encode(to encoder: any Encoder) throws {
    try result.file.encodeAsFile(to: encoder)
    var values = encoder.container(keyedBy: Key.self)
    try values.encodeIfPresent(result.start?.roundedTime, forKey: .start)
    try values.encodeIfPresent(result.end?.roundedTime, forKey: .end)
    try values.encode(result.labels.map { classes[$0] }, forKey: .labels)
    try values.encode(classes[result.predicted], forKey: .predicted)
    if isMultiLabel { try values.encode(result.said.map { classes[$0] }, forKey: .said) }
    try values.encode(result.scores.map(\.roundedScore), forKey: .scores)
    try values.encode(result.probabilities.map(\.roundedScore), forKey: .probabilities)
    try values.encode(result.score.roundedScore, forKey: .score)
    try values.encode(result.ownScore.roundedScore, forKey: .ownScore)
    try values.encode(result.ownProbability.roundedScore, forKey: .ownProbability)
    try values.encode(result.time.roundedTime, forKey: .time)
    try values.encode(result.fold, forKey: .fold)
  }
}
