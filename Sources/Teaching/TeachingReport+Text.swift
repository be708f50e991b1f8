import Evaluation
import FoundationEssentials
import Glibc
import R2P1DVideo

extension TeachingReport {
  /// For people: what was learnt from, how often it is right on videos it had not seen, and what to look at.
  public var text: String {
    ([summary] + accuracyLines + [""] + classTable + confusionLines + calibrationLines + curveLines)
      .map { $0 + "\n" }.joined() + warnings.map { $0 + "\n" }.joined()
  }

  private var summary: String {
    let unread = unread.isEmpty ? "" : " (\(unread.count) more cannot be read)"
    let parts = [
      "\(videos.counted("video"))\(unread) of \(classes.count.counted("class", "classes"))",
      groups == videos ? "" : groups.counted("group"),
      "\(windows.counted("window"))\(isMirrored ? ", each mirrored too" : "")",
      "features of \(name(backbone))",
    ]
    return parts.filter { !$0.isEmpty }.joined(separator: ", ")
  }

  private var accuracyLines: [String] {
    let how = leavesOneOut ? "each \(groups == videos ? "video" : "group") left out once" : "\(folds) folds"
    let c = penalty.map { String(format: ", C = %.3g", $0) } ?? ""
    let heading = ["\(head.rawValue)\(c), judged on videos that it had not seen (\(how)):", ""]
    if let multiLabel { return heading + lines(multiLabel) }
    return heading + [
      "  accuracy              \(percent(figures.video1))",
      "  mean of the classes   \(percent(figures.meanClassAccuracy))",
      "  the commonest class   \(percent(majority.value))",
    ] + (head == .logistic ? ["  nearest centroids     \(percent(centroids.value))"] : [])
  }

  private func lines(_ multiLabel: MultiLabel) -> [String] {
    let figures = multiLabel.figures
    return [
      "  mean average precision  \(percent(figures.meanAveragePrecision))",
      "  F1, mean of the classes \(percent(figures.macroF1))",
      "  all labels right        \(percent(figures.exact))",
      "  mAP of equal scores     \(percent(multiLabel.chance))",
    ] + (head == .logistic ? ["  mAP of centroids        \(percent(multiLabel.centroids))"] : [])
  }

  private var classTable: [String] {
    if let multiLabel { return table(multiLabel.figures) }
    let width = (classes.map { name($0).count } + [5]).max() ?? 5
    func padded(_ text: String) -> String { text + String(repeating: " ", count: width - text.count) }
    return ["  \(padded("class"))  videos  precision  recall     F1"]
      + figures.classes.map { row in
        "  \(padded(name(classes[row.index])))"
          + String(format: "  %6d", row.count) + "   \(percent(row.precision))"
          + " \(percent(row.accuracy.value)) \(percent(row.f1))"
      }
  }

  private func table(_ figures: MultiLabelFigures) -> [String] {
    let width = (classes.map { name($0).count } + [5]).max() ?? 5
    func padded(_ text: String) -> String { text + String(repeating: " ", count: width - text.count) }
    return ["  \(padded("class"))  videos      AP   from  precision  recall     F1"]
      + figures.classes.map { row in
        "  \(padded(name(classes[row.index])))"
          + String(format: "  %6d", row.count) + " \(percent(row.averagePrecision))"
          + (thresholds?[row.index] ?? 0 > 1
            ? "  never" : String(format: "  %5.3f", thresholds?[row.index] ?? 0))
          + "   \(percent(row.precision)) \(percent(row.recall)) \(percent(row.f1))"
      }
  }

  private var confusionLines: [String] {
    guard !isMultiLabel, !figures.confusions.isEmpty else { return [] }
    return ["", "commonest confusions:"]
      + figures.confusions.prefix(5).map {
        String(format: "  %4d  ", $0.count)
          + "\(name(classes[$0.truth])), taken for \(name(classes[$0.predicted]))"
      }
  }

  private var calibrationLines: [String] {
    guard let before = calibration.before, let after = calibration.after else { return [] }
    return [
      "",
      String(
        format: "scores are off by %.1f points on average (%.1f before the temperature of %.2f)", after * 100,
        before * 100, temperature),
    ] + rejectionLines
  }

  private var rejectionLines: [String] {
    guard let rejection else { return [] }
    guard rejection.kept > 0 else {
      return [
        "no score keeps wrong labels to \(percent(rejection.rate)): every result will be uncertain"
      ]
    }
    return [
      String(format: "below a score of %.3f a result is uncertain: ", rejection.minimumScore)
        + "\(rejection.kept) of \(rejection.of) videos keep a label, \(rejection.wrong) of them a wrong one"
    ]
  }

  private var curveLines: [String] {
    guard let verdict = moreWillHelp else { return [] }
    return ["", "\(isMultiLabel ? "mAP" : "accuracy") by the number of videos learnt from:"]
      + curve.map { point in
        String(format: "  %6d", point.videos)
          + "  \(isMultiLabel ? percent(point.value) : percent(point.accuracy))"
      }
      + [verdict ? "more videos will help" : "more videos of the same kind will hardly help"]
  }

  private var warnings: [String] {
    var lines: [String] = []
    func add(_ title: String, _ rows: [String]) {
      if !rows.isEmpty { lines += ["", title] + rows }
    }
    add("worst mistakes (file, time, its label, what was said):", mistakes.map { "  \(describe($0))" })
    add(
      "labels that may be wrong (improbable, or another far more probable):",
      suspects.prefix(20).map { "  \(describe($0))" }
        + (suspects.count > 20 ? ["  … and \(suspects.count - 20) more (JSON has all)"] : []))
    add(
      "videos that look alike in different folds, so that the accuracy may be too high:",
      duplicates.prefix(5).map {
        "  \($0.first.printable), \($0.second.printable)" + String(format: " (%.4f)", $0.cosine)
      } + (duplicates.count > 5 ? ["  … and \(duplicates.count - 5) more"] : []))
    let small = smallClasses.map { "\(name(classes[$0.index])) (\($0.count))" }.joined(separator: ", ")
    add("fewer than 10 videos: \(small)", small.isEmpty ? [] : ["their figures mean little"])
    let lonely = lonelyClasses.map { name(classes[$0]) }.joined(separator: ", ")
    add(
      "all videos of one group: \(lonely)",
      lonely.isEmpty ? [] : ["where they were tested nothing was learnt of them, so that none is found"])
    return lines
  }

  private func describe(_ result: Result) -> String {
    let labels = result.labels.map { name(classes[$0]) }.joined(separator: " + ")
    let said =
      isMultiLabel
      ? result.said.map { name(classes[$0]) }.joined(separator: " + ")
      : "\(name(classes[result.predicted])) (\(percent(result.score).trimmed()))"
    return "\(result.file.printable)  " + String(format: "%.1f s", result.time)
      + "  \(labels) (\(percent(result.ownScore).trimmed())), \(said.isEmpty ? "nothing" : said)"
  }

  private func name(_ text: String) -> String { BytePath(text).printable }

  private func percent(_ value: Double?) -> String {
    value.map { String(format: "%5.1f %%", $0 * 100) } ?? "    – "
  }

  /// With its interval.
  private func percent(_ share: MeasuredShare) -> String {
    guard let interval = share.interval else { return percent(share.value) }
    return percent(share.value)
      + String(format: "  (95 %%: %.1f to %.1f)", interval.lowerBound * 100, interval.upperBound * 100)
  }
}
