import FoundationEssentials
import Glibc
import R2P1DVideo

/// Figures for people.
struct EvaluationTextReport {
  private let evaluation: ModelEvaluation

  init(_ evaluation: ModelEvaluation) { self.evaluation = evaluation }

  /// Longer tables are no overview.
  private static let mostRows = 10

  var text: String {
    let figures =
      if let multiLabel = evaluation.multiLabel {
        [Self.figures(multiLabel), segments, classes(multiLabel)]
      } else {
        [accuracy, segments, classes, confusions]
      }
    let parts = [[heading], counts] + figures
    return parts.filter { !$0.isEmpty }.map { $0.map { $0 + "\n" }.joined() }.joined(separator: "\n")
  }

  private var heading: String {
    "\(evaluation.list.file.printable)  (\(evaluation.model.name), \(evaluation.windowFacts))"
  }

  private var counts: [String] {
    let counts = evaluation.counts
    var facts = [
      "\(counts.asked) asked", "\(counts.scored) scored", "\(counts.short) short", "\(counts.failed) failed",
    ]
    if counts.leftOut > 0 { facts.append("\(counts.leftOut) left out") }
    if counts.unmatched > 0 { facts.append("\(counts.unmatched) of classes that the model does not have") }
    let padded = MeasuredShare(counts.paddedWindows, of: counts.windows)
    return [
      Self.row(evaluation.unit.many, facts.joined(separator: ", ")),
      Self.row("padded windows", Self.percent(padded.value)),
    ]
  }

  private var accuracy: [String] {
    let figures = evaluation.figures
    let unit = evaluation.unit.one
    func row(_ name: String, _ share: MeasuredShare, decoded: MeasuredShare? = nil) -> String {
      var text = "\(Self.percent(share.value))  (\(share.count) of \(share.total)"
      if decoded != nil, let interval = share.interval {
        text += String(
          format: ", 95 %% interval %.1f to %.1f", interval.lowerBound * 100, interval.upperBound * 100)
      }
      text += ")"
      if let decoded, figures.failures > 0 { text += ", \(Self.percent(decoded.value)) of those decoded" }
      return Self.row(name, text)
    }
    let mean = "over the \(figures.classes.count) of \(figures.classCount) classes that are there"
    return [
      row("\(unit)@1", figures.video1, decoded: figures.decoded1),
      row("\(unit)@5", figures.video5, decoded: figures.decoded5), row("clip@1", figures.clip1),
      row("clip@5", figures.clip5),
    ] + uncertain + [
      Self.row("mean class", "\(Self.percent(figures.meanClassAccuracy))  (\(mean))"),
      Self.row("calibration", "ECE \(Self.number(figures.calibrationError))  (15 bins of equal mass)"),
    ]
  }

  /// What a model that may say nothing is worth where it does say something.
  private var uncertain: [String] {
    let figures = evaluation.figures
    guard figures.uncertain > 0 else { return [] }
    let labelled = figures.labelled1
    return [
      Self.row(
        "uncertain",
        "\(figures.uncertain), and of those with a label \(Self.percent(labelled.value)) are right  "
          + "(\(labelled.count) of \(labelled.total))")
    ]
  }

  private static func figures(_ figures: MultiLabelFigures) -> [String] {
    let exact = figures.exact
    let interval = exact.interval.map {
      String(format: ", 95 %% interval %.1f to %.1f", $0.lowerBound * 100, $0.upperBound * 100)
    }
    return [
      row("mAP", "\(percent(figures.meanAveragePrecision))  (mean of the classes' average precision)"),
      row(
        "F1", "\(percent(figures.macroF1)), mean of the classes; \(percent(figures.microF1)), of all labels"),
      row(
        "exactly right", "\(percent(exact.value))  (\(exact.count) of \(exact.total)\(interval ?? ""))"),
      row("calibration", "ECE \(number(figures.calibrationError))  (of every class's score)"),
    ]
  }

  private func classes(_ figures: MultiLabelFigures) -> [String] {
    let rows = figures.worstClasses
    guard !rows.isEmpty else { return [] }
    let title = rows.count > Self.mostRows ? "worst classes of \(rows.count)" : "classes, worst first"
    return ["  \(title)", "        AP     of   said  from  precision   recall     F1"]
      + rows.prefix(Self.mostRows).map { row in
        "   \(Self.cell(row.averagePrecision))"
          + String(
            format: " %6d %6d %5.2f", row.count, row.said, evaluation.decision.threshold(of: row.index))
          + "   \(Self.cell(row.precision))  \(Self.cell(row.recall))"
          + String(format: "  %5.3f  ", row.f1) + BytePath(evaluation.labels.names[row.index]).printable
      }
  }

  private static func cell(_ share: Double?) -> String {
    share.map { String(format: "%5.1f %%", $0 * 100) } ?? "     – "
  }

  private var segments: [String] { evaluation.segments?.textRows ?? [] }

  private var classes: [String] {
    let rows = evaluation.worstClasses
    guard !rows.isEmpty else { return [] }
    let title = rows.count > Self.mostRows ? "worst classes of \(rows.count)" : "classes, worst first"
    return ["  \(title)", "      right     of  precision     F1"]
      + rows.prefix(Self.mostRows).map { row in
        String(
          format: "    %5.1f %% %6d %8.1f %%  %5.3f  ", (row.accuracy.value ?? 0) * 100, row.count,
          (row.precision ?? 0) * 100, row.f1)
          + BytePath(evaluation.labels.names[row.index]).printable
      }
  }

  private var confusions: [String] {
    let confusions = evaluation.figures.confusions
    guard !confusions.isEmpty else { return [] }
    let names = evaluation.labels.names
    return ["  commonest confusions"]
      + confusions.prefix(Self.mostRows).map {
        String(format: "    %4d ×  ", $0.count)
          + "\(BytePath(names[$0.truth]).printable) taken for \(BytePath(names[$0.predicted]).printable)"
      }
  }

  static func row(_ name: String, _ text: String) -> String {
    "  " + name + String(repeating: " ", count: max(1, 17 - name.count)) + text
  }

  static func percent(_ share: Double?) -> String {
    share.map { String(format: "%.1f %%", $0 * 100) } ?? "–"
  }

  private static func number(_ value: Double?) -> String { value.map { String(format: "%.3f", $0) } ?? "–" }
}
