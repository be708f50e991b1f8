import CEmbedded
import Evaluation
import FoundationEssentials
import Glibc
import R2P1DVideo

/// The report of what was taught as a page: figures, charts, a confusion matrix and what to look at, in one
/// file without a script.
struct TeachingPage {
  private let report: TeachingReport
  private let thumbnails: [TeachingReport.VideoMoment: VideoThumbnail]

  init(_ report: TeachingReport, _ thumbnails: [TeachingReport.VideoMoment: VideoThumbnail]) {
    (self.report, self.thumbnails) = (report, thumbnails)
  }

  /// More labels that may be wrong are no overview: JSON has all.
  static let mostSuspects = 20

  var text: String {
    HTML.page(
      of: report.list, kind: "what was taught", style: embedded_evaluation_style(),
      body: embedded_teaching_html(),
      [
        "facts": HTML.escape(facts), "figures": report.multiLabel.map(figures) ?? figures, "judged": judged,
        "curveTitle": "\(report.isMultiLabel ? "mAP" : "Accuracy") by examples", "curve": curve,
        "calibration": calibration, "confusion": confusion, "half": isSmall ? " half" : "",
        "classes": classes, "small": small,
        "mistakes": mistakes(report.mistakes, none: "None: all are right."),
        "suspects": mistakes(Array(report.suspects.prefix(Self.mostSuspects)), none: "None.") + moreSuspects,
        "dropped": dropped, "about": about,
      ])
  }

  private var facts: String {
    let groups = report.groups == report.videos ? [] : [report.groups.counted("group")]
    let parts =
      ["\(report.videos.counted("video")) of \(report.classes.count.counted("class", "classes"))"] + groups
      + ["features of \(report.backbone)"]
    return parts.joined(separator: " · ")
  }

  // MARK: Figures

  private var figures: String {
    let figures = report.figures
    var items = [
      FigureParts.figure("accuracy", figures.video1.value, FigureParts.interval(figures.video1)),
      FigureParts.figure(
        "mean class accuracy", figures.meanClassAccuracy, "over \(figures.classes.count) classes"),
      FigureParts.figure("the commonest class", report.majority.value, "always said: to be beaten"),
    ]
    if report.head == .logistic {
      items.append(FigureParts.figure("nearest centroids", report.centroids.value, "the simplest classifier"))
    }
    if let rejection = report.rejection {
      items.append(
        FigureParts.figure(
          "keep a label", Double(rejection.kept) / Double(max(rejection.of, 1)),
          "\(rejection.kept) of \(rejection.of), \(rejection.wrong) of them a wrong one"))
    }
    return items.joined()
  }

  private func figures(_ multiLabel: TeachingReport.MultiLabel) -> String {
    let figures = multiLabel.figures
    var items = [
      FigureParts.figure(
        "mAP", figures.meanAveragePrecision, "mean of \(report.classes.count) classes"),
      FigureParts.figure("F1 of the classes", figures.macroF1, "mean of \(report.classes.count) classes"),
      FigureParts.figure("all labels right", figures.exact.value, FigureParts.interval(figures.exact)),
      FigureParts.figure("mAP of equal scores", multiLabel.chance, "to be beaten"),
    ]
    if report.head == .logistic {
      items.append(FigureParts.figure("mAP of centroids", multiLabel.centroids, "the simplest classifier"))
    }
    return items.joined()
  }

  private var judged: String {
    let unit = report.groups == report.videos ? "video" : "group"
    let how = report.leavesOneOut ? "each \(unit) left out once" : "\(report.folds) folds"
    return
      "Each video was judged by a classifier that had seen neither it nor anything of its group (\(how))."
  }

  // MARK: Charts

  private var curve: String {
    guard report.curve.count > 1 else { return "<p>Too few videos.</p>\n" }
    let name = report.isMultiLabel ? "mAP" : "accuracy"
    let values = report.curve.map { "\($0.videos): \(FigureParts.percent($0.value))" }
    var chart = FigureChart("\(name) by videos learnt from, \(values.joined(separator: ", "))")
    if report.isMultiLabel {
      if let chance = report.multiLabel?.chance { chart.addLevel(chance, "equal scores") }
    } else if let majority = report.majority.value {
      chart.addLevel(majority, "the commonest class")
    }
    let last = Double(report.curve.count - 1)
    chart.addCurve(
      report.curve.enumerated().map { number, point in
        (
          place: 0.12 + 0.76 * Double(number) / last, share: point.value ?? 0,
          interval: report.isMultiLabel ? nil : point.accuracy.interval, name: "\(point.videos)"
        )
      })
    let verdict =
      report.moreWillHelp == true
      ? "More videos will help." : "More videos of the same kind will hardly help."
    return "\(chart.html)<p>Videos that a fold learns from. \(verdict)</p>\n"
  }

  private var calibration: String {
    guard let before = report.calibration.before, let after = report.calibration.after else {
      return "<p>Nothing was scored.</p>\n"
    }
    var chart = FigureChart("share that is right by score; calibration error \(FigureParts.percent(after))")
    chart.addCalibration(report.calibrationBins)
    let words = String(
      format: "off by %.1f points on average (%.1f before the temperature of %.2f)", after * 100,
      before * 100, report.temperature)
    return """
      \(chart.html)<p>The share that is right, by score in percent: on the dashed line a score means what it \
      says. Scores are \(words).</p>

      """
  }

  // MARK: Classes

  /// Whether the confusion matrix leaves room for the table of classes beside it.
  private var isSmall: Bool { !report.isMultiLabel && report.classes.count <= 8 }

  private var confusion: String {
    guard !report.isMultiLabel else { return "" }
    return """
      <section class="confusion\(isSmall ? " half" : "")" aria-labelledby="matrix-title">
      <h2 id="matrix-title">What is taken for what</h2>
      \(ConfusionMatrix(report.figures, names: report.classes).html)</section>

      """
  }

  private var classes: String {
    if let multiLabel = report.multiLabel {
      return FigureParts.classes(
        ["AP", "Videos", "Threshold", "Precision", "Recall", "F1"],
        multiLabel.figures.classes.map { row in
          let shares = [row.precision, row.recall, row.f1].map(FigureParts.percent)
          let threshold =
            report.thresholds.map { $0[row.index] > 1 ? "never" : FigureParts.number($0[row.index]) } ?? "–"
          return (
            report.classes[row.index], row.averagePrecision,
            [FigureParts.percent(row.averagePrecision), "\(row.count)", threshold] + shares
          )
        })
    }
    return FigureParts.classes(
      ["Recall", "Videos", "Precision", "F1"],
      report.figures.classes.map { row in
        (
          report.classes[row.index], row.accuracy.value,
          [
            FigureParts.percent(row.accuracy.value), "\(row.count)", FigureParts.percent(row.precision),
            FigureParts.percent(row.f1),
          ]
        )
      })
  }

  private var small: String {
    func note(_ words: String, _ names: [String]) -> String {
      guard !names.isEmpty else { return "" }
      return """
        <p class="note">\(words): \
        <span class="label">\(HTML.escape(names.joined(separator: ", ")))</span>.</p>

        """
    }
    return note(
      "Fewer than 10 videos, so that their figures mean little",
      report.smallClasses.map { "\(report.classes[$0.index]) (\($0.count))" })
      + note(
        "All videos of one group, so that nothing was learnt of them where they were tested",
        report.lonelyClasses.map { report.classes[$0] })
  }

  // MARK: What to look at

  private func mistakes(_ results: [TeachingReport.Result], none: String) -> String {
    FigureParts.mistakes(
      results.map { result in
        let said =
          report.isMultiLabel
          ? result.said.map { (report.classes[$0], $0 == result.predicted ? result.score : nil) }
          : [(report.classes[result.predicted], result.score)]
        return FigureParts.Mistake(
          file: result.file, thumbnail: thumbnails[result.moment], said: said,
          truth: result.labels.map { report.classes[$0] },
          truthNote: " <span class=\"number\">\(FigureParts.percent(result.ownScore))</span>",
          time: result.time)
      }, none: none)
  }

  private var moreSuspects: String {
    let more = report.suspects.count - Self.mostSuspects
    return more > 0 ? "<p class=\"note\">… and \(more) more: the report as JSON has all.</p>\n" : ""
  }

  /// What could not be learnt from, and what may make the accuracy too high.
  private var dropped: String {
    func list(_ title: String, _ rows: [String], of count: Int) -> String {
      guard !rows.isEmpty else { return "" }
      let more = count > rows.count ? ["… and \(count - rows.count) more"] : []
      let items = (rows + more).map { "<li>\(HTML.escape($0))</li>\n" }
      return "<h3>\(title)</h3>\n<ul>\n\(items.joined())</ul>\n"
    }
    let unread = report.unread.prefix(50).map { "\($0.file.string): \($0.cause)" }
    let alike = report.duplicates.prefix(20).map {
      "\($0.first.string), \($0.second.string)" + String(format: " (%.4f)", $0.cosine)
    }
    let parts =
      list("Videos that cannot be read, and were left out", unread, of: report.unread.count)
      + list(
        "Videos that look alike in different folds: the accuracy may be too high", alike,
        of: report.duplicates.count)
    guard !parts.isEmpty else { return "" }
    return """
      <section class="dropped" aria-labelledby="dropped-title">
      <h2 id="dropped-title">What was left out, and what may be there twice</h2>
      \(parts)</section>

      """
  }

  private var about: String {
    var facts = [("List", report.list.string), ("Backbone", report.backbone)]
    let c = report.penalty.map { String(format: ", C = %.3g", $0) } ?? ""
    facts.append(("Classifier", report.head.rawValue + c))
    facts.append(("Windows", "\(report.windows)\(report.isMirrored ? ", each mirrored too" : "")"))
    if let rejection = report.rejection {
      facts.append(("Uncertain below", String(format: "%.3f", rejection.minimumScore)))
    }
    return FigureParts.facts(facts)
  }
}
