import CEmbedded
import FoundationEssentials
import Glibc
import R2P1DVideo

/// The page of an evaluation: figures, a confusion matrix and the worst mistakes, in one file without a
/// script.
struct EvaluationPage {
  private let evaluation: ModelEvaluation
  private let thumbnails: [BytePath: VideoThumbnail]

  init(_ evaluation: ModelEvaluation, _ thumbnails: [BytePath: VideoThumbnail]) {
    self.evaluation = evaluation
    self.thumbnails = thumbnails
  }

  var text: String {
    HTML.page(
      of: evaluation.list.file, kind: "evaluation", style: embedded_evaluation_style(),
      body: embedded_evaluation_html(),
      [
        "facts": HTML.escape("\(evaluation.model.name) · \(evaluation.list.summary)"),
        "figures": (evaluation.multiLabel.map(Self.figures) ?? figures) + segmentFigures, "counts": counts,
        "half": evaluation.multiLabel == nil ? " half" : "", "classes": classes, "confusion": confusion,
        "mistakes": mistakes, "about": about,
      ])
  }

  // MARK: Figures

  private var figures: String {
    let figures = evaluation.figures
    let unit = evaluation.unit.one
    var items = [
      FigureParts.figure("\(unit)@1", figures.video1.value, FigureParts.interval(figures.video1)),
      FigureParts.figure("\(unit)@5", figures.video5.value, FigureParts.interval(figures.video5)),
      FigureParts.figure("clip@1", figures.clip1.value, FigureParts.of(figures.clip1)),
      FigureParts.figure("clip@5", figures.clip5.value, FigureParts.of(figures.clip5)),
      FigureParts.figure(
        "mean class accuracy", figures.meanClassAccuracy,
        "over \(figures.classes.count) of \(figures.classCount) classes"),
    ]
    for (count, name, share) in [
      (figures.failures, "of those decoded", figures.decoded1),
      (figures.uncertain, "of those with a label", figures.labelled1),
    ] where count > 0 {
      items.append(FigureParts.figure("\(unit)@1 \(name)", share.value, FigureParts.of(share)))
    }
    items.append(
      FigureParts.figure(
        "calibration error", FigureParts.number(figures.calibrationError), "15 bins of equal mass"))
    return items.joined()
  }

  private static func figures(_ figures: MultiLabelFigures) -> String {
    let count = figures.classes.count { $0.count > 0 }
    return [
      FigureParts.figure("mAP", figures.meanAveragePrecision, "over \(count) classes"),
      FigureParts.figure("F1 of the classes", figures.macroF1, "mean over \(count) classes"),
      FigureParts.figure("F1 of all labels", figures.microF1, "all classes together"),
      FigureParts.figure("exactly right", figures.exact.value, FigureParts.interval(figures.exact)),
      FigureParts.figure(
        "calibration error", FigureParts.number(figures.calibrationError), "of every class’s score"),
    ].joined()
  }

  private var segmentFigures: String {
    guard let segments = evaluation.segments else { return "" }
    return [
      FigureParts.figure(
        "mAP of segments", segments.averageMeanAveragePrecision, "mean of tIoU 0.5 to 0.95"),
      FigureParts.figure(
        "mAP of segments@0.5", segments.meanAveragePrecision.first, "as ActivityNet’s scorer"),
      FigureParts.figure(
        "F1@50", segments.f1[2],
        "@10 \(FigureParts.percent(segments.f1[0])), @25 \(FigureParts.percent(segments.f1[1]))"),
      FigureParts.figure("edit score", segments.edit, "order of segments"),
    ].joined()
  }

  private var counts: String {
    let counts = evaluation.counts
    var facts = [
      ("asked", counts.asked), ("scored", counts.scored), ("short", counts.short), ("failed", counts.failed),
    ]
    for (name, count) in [
      ("left out", counts.leftOut), ("of unknown classes", counts.unmatched),
      ("uncertain", evaluation.multiLabel == nil ? evaluation.figures.uncertain : 0),
    ] where count > 0 {
      facts.append((name, count))
    }
    let padded = MeasuredShare(counts.paddedWindows, of: counts.windows)
    let words = facts.map { "\($0.1) \($0.0)" } + ["\(FigureParts.percent(padded.value)) of windows padded"]
    return HTML.escape(words.joined(separator: " · "))
  }

  // MARK: Classes

  private var classes: String {
    let names = evaluation.labels.names
    if let multiLabel = evaluation.multiLabel {
      return FigureParts.classes(
        ["AP", "Of", "Said", "Threshold", "Precision", "Recall"],
        multiLabel.worstClasses.map { row in
          let threshold = FigureParts.number(evaluation.decision.threshold(of: row.index))
          let shares = [row.precision, row.recall].map(FigureParts.percent)
          return (
            names[row.index], row.averagePrecision,
            [FigureParts.percent(row.averagePrecision), "\(row.count)", "\(row.said)", threshold] + shares
          )
        })
    }
    return FigureParts.classes(
      ["Right", "Of", "Precision"],
      evaluation.worstClasses.map { row in
        (
          names[row.index], row.accuracy.value,
          [
            FigureParts.percent(row.accuracy.value ?? 0), "\(row.correct) of \(row.count)",
            FigureParts.percent(row.precision),
          ]
        )
      })
  }

  /// Of any number of labels none is taken for another.
  private var confusion: String {
    guard evaluation.multiLabel == nil else { return "" }
    return """
      <section class="confusion" aria-labelledby="matrix-title">
      <h2 id="matrix-title">What is taken for what</h2>
      \(ConfusionMatrix(evaluation.figures, names: evaluation.labels.names).html)</section>

      """
  }

  // MARK: Mistakes

  private var mistakes: String {
    let worst = evaluation.worstMistakes(EvaluationFormat.html.thumbnails)
    let isMultiLabel = evaluation.multiLabel != nil
    return FigureParts.mistakes(
      worst.map { mistake in
        let said = mistake.example.labels.prefix(isMultiLabel ? .max : 1)
        return FigureParts.Mistake(
          file: mistake.file, thumbnail: thumbnails[mistake.file], said: said.map { ($0.label, $0.score) },
          truth: mistake.example.truth.map(\.label), time: mistake.example.start)
      }, none: isMultiLabel ? "None: all labels are right." : "None: every best label is right.")
  }

  private var about: String {
    var facts = [
      ("List", "\(evaluation.list.file.string): \(evaluation.list.summary)"),
      (
        "Model",
        "\(evaluation.model.name) (\(evaluation.model.architecture), \(evaluation.model.classes) classes)"
      ),
      ("Windows", evaluation.windowFacts),
    ]
    if let name = evaluation.protocolName { facts.append(("Protocol", name)) }
    for unmatched in evaluation.truth.unmatched.prefix(5) {
      facts.append(("Unknown class", "\(unmatched.label) (\(unmatched.entries))"))
    }
    return FigureParts.facts(facts)
  }
}
