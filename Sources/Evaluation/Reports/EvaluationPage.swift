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

  /// More rows and columns than this are no overview: the classes that are most confused are taken.
  private static let mostClasses = 40

  var text: String {
    HTML.page(
      of: evaluation.list.file, kind: "evaluation", style: embedded_evaluation_style(),
      body: embedded_evaluation_html(),
      [
        "facts": HTML.escape("\(evaluation.model.name) · \(evaluation.list.summary)"),
        "figures": figures, "counts": counts, "classes": classes, "matrix": matrix, "mistakes": mistakes,
        "about": about,
      ])
  }

  // MARK: Figures

  private var figures: String {
    let figures = evaluation.figures
    let unit = evaluation.unit.one
    var items = [
      Self.figure("\(unit)@1", figures.video1.value, Self.interval(figures.video1)),
      Self.figure("\(unit)@5", figures.video5.value, Self.interval(figures.video5)),
      Self.figure("clip@1", figures.clip1.value, Self.of(figures.clip1)),
      Self.figure("clip@5", figures.clip5.value, Self.of(figures.clip5)),
      Self.figure(
        "mean class accuracy", figures.meanClassAccuracy,
        "over \(figures.classes.count) of \(figures.classCount) classes"),
    ]
    if figures.failures > 0 {
      items.append(
        Self.figure("\(unit)@1 of those decoded", figures.decoded1.value, Self.of(figures.decoded1)))
    }
    if let segments = evaluation.segments {
      items += [
        Self.figure("mAP", segments.averageMeanAveragePrecision, "mean of tIoU 0.5 to 0.95"),
        Self.figure("mAP@0.5", segments.meanAveragePrecision.first, "as ActivityNet’s scorer"),
        Self.figure(
          "F1@50", segments.f1[2],
          "@10 \(Self.percent(segments.f1[0])), @25 \(Self.percent(segments.f1[1]))"),
        Self.figure("edit score", segments.edit, "order of segments"),
      ]
    }
    let error = figures.calibrationError
    items.append(
      Self.figure(
        "calibration error", error.map { String(format: "%.3f", $0) } ?? "–", "15 bins of equal mass"))
    return items.joined()
  }

  private static func figure(_ name: String, _ share: Double?, _ note: String) -> String {
    figure(name, percent(share), note)
  }

  private static func figure(_ name: String, _ value: String, _ note: String) -> String {
    """
    <li><span class="name">\(HTML.escape(name))</span><span class="value number">\(value)</span>\
    <span class="note">\(HTML.escape(note))</span></li>

    """
  }

  private static func interval(_ share: MeasuredShare) -> String {
    guard let interval = share.interval else { return "nothing counted" }
    return "\(share.count) of \(share.total), 95 % "
      + String(format: "%.1f–%.1f", interval.lowerBound * 100, interval.upperBound * 100)
  }

  private static func of(_ share: MeasuredShare) -> String { "\(share.count) of \(share.total)" }

  private static func percent(_ share: Double?) -> String {
    share.map { String(format: "%.1f %%", $0 * 100) } ?? "–"
  }

  private var counts: String {
    let counts = evaluation.counts
    var facts = [
      ("asked", counts.asked), ("scored", counts.scored), ("short", counts.short), ("failed", counts.failed),
    ]
    if counts.leftOut > 0 { facts.append(("left out", counts.leftOut)) }
    if counts.unmatched > 0 { facts.append(("of unknown classes", counts.unmatched)) }
    let padded = MeasuredShare(counts.paddedWindows, of: counts.windows)
    let words = facts.map { "\($0.1) \($0.0)" } + ["\(Self.percent(padded.value)) of windows padded"]
    return HTML.escape(words.joined(separator: " · "))
  }

  // MARK: Classes

  private var classes: String {
    evaluation.worstClasses.map { row in
      let share = row.accuracy.value ?? 0
      return """
        <tr><th scope="row"><span class="label">\(name(row.index))</span></th>\
        <td class="bar-cell"><span class="bar"><span style="width:\(HTML.percent(share))"></span></span></td>\
        <td class="number">\(Self.percent(share))</td><td class="number">\(row.correct) of \(row.count)</td>\
        <td class="number">\(Self.percent(row.precision))</td></tr>

        """
    }.joined()
  }

  // MARK: Confusion matrix

  private var matrix: String {
    let shown = matrixClasses
    guard !shown.isEmpty else { return "<p>Nothing was scored.</p>\n" }
    let pairs = Dictionary(
      evaluation.figures.confusions.map { ([$0.truth, $0.predicted], $0.count) }, uniquingKeysWith: +)
    let rows = Dictionary(uniqueKeysWithValues: evaluation.figures.classes.map { ($0.index, $0) })
    // With many classes, only columns of those that the model said: the others are empty.
    let said = Set(evaluation.figures.confusions.map(\.predicted))
    let columns =
      shown.count > 16 ? shown.filter { said.contains($0) || (rows[$0]?.correct ?? 0) > 0 } : shown
    let heads = columns.map { "<th scope=\"col\"><span class=\"label\">\(name($0))</span></th>" }.joined()
    let body = shown.filter { rows[$0] != nil }.map { truth -> String in
      let total = rows[truth]?.count ?? 0
      let cells = columns.map { predicted -> String in
        let count = truth == predicted ? rows[truth]?.correct ?? 0 : pairs[[truth, predicted]] ?? 0
        guard count > 0 else { return "<td></td>" }
        let heat = String(format: "%.3g", Double(count) / Double(max(total, 1)))
        let kind = [truth == predicted ? "right" : "", count * 2 > total ? "strong" : ""]
          .filter { !$0.isEmpty }.joined(separator: " ")
        return """
          <td class="\(kind)" style="--v:\(heat)" title="\(name(truth)) taken for \(name(predicted)): \
          \(count) of \(total)">\(count)</td>
          """
      }
      return "<tr><th scope=\"row\"><span class=\"label\">\(name(truth))</span></th>\(cells.joined())</tr>\n"
    }
    let note =
      matrixIsWhole ? "" : "<p class=\"note\">The \(shown.count) classes that are confused most.</p>\n"
    return """
      \(note)<div class="scroll" tabindex="0" role="group" aria-label="Confusion matrix">
      <table class="matrix">
      <caption>Rows are the truth, columns what the model said.</caption>
      <thead><tr><td></td>\(heads)</tr></thead>
      <tbody>
      \(body.joined())</tbody></table></div>

      """
  }

  /// Every class that a video has or that the model said, in the model's order.
  private var allClasses: [Int] {
    let figures = evaluation.figures
    return Set(figures.classes.map(\.index) + figures.confusions.map(\.predicted)).sorted()
  }

  private var matrixIsWhole: Bool { allClasses.count <= Self.mostClasses }

  private var matrixClasses: [Int] {
    if matrixIsWhole { return allClasses }
    var taken: [Int] = []
    for pair in evaluation.figures.confusions {
      for index in [pair.truth, pair.predicted]
      where taken.count < Self.mostClasses && !taken.contains(index) {
        taken.append(index)
      }
    }
    return (taken.isEmpty ? Array(allClasses.prefix(Self.mostClasses)) : taken).sorted()
  }

  // MARK: Mistakes

  private var mistakes: String {
    let worst = evaluation.worstMistakes(EvaluationFormat.html.thumbnails)
    guard !worst.isEmpty else { return "<p>None: every best label is right.</p>\n" }
    let items = worst.map { mistake in
      let truth = mistake.example.truth.map(\.label).joined(separator: ", ")
      let time = mistake.example.start.map { String(format: ", at %.1f s", $0) } ?? ""
      let image =
        thumbnails[mistake.file].map { thumbnail in
          """
          <img width="\(thumbnail.width)" height="\(thumbnail.height)" alt="" \
          src="data:image/jpeg;base64,\(Data(thumbnail.jpeg).base64EncodedString())">
          """
        } ?? "<span class=\"no-image\"></span>"
      return """
        <li>\(image)<div><p class="said"><span class="label">\(HTML.escape(mistake.best.label))</span> \
        <span class="number">\(Self.percent(mistake.best.score))</span></p>
        <p class="note">truth: <span class="label">\(HTML.escape(truth))</span></p>
        <p class="file">\(HTML.escape(mistake.file.name.string))\(time)</p></div></li>

        """
    }
    return "<ol>\n\(items.joined())</ol>\n"
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
    return facts.map { "<dt>\($0)</dt><dd>\(HTML.escape($1))</dd>\n" }.joined()
  }

  private func name(_ index: Int) -> String { HTML.escape(evaluation.labels.names[index]) }
}
