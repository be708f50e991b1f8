import FoundationEssentials
import Glibc
import R2P1DVideo

/// What is taken for what, as a table for a page: rows are the truth, columns what was said.
package struct ConfusionMatrix {
  private let figures: ClassificationFigures
  private let names: [String]

  package init(_ figures: ClassificationFigures, names: [String]) {
    (self.figures, self.names) = (figures, names)
  }

  /// More rows and columns than this are no overview: the classes that are most confused are taken.
  private static let mostClasses = 40

  package var html: String {
    let shown = shownClasses
    guard !shown.isEmpty else { return "<p>Nothing was scored.</p>\n" }
    let rows = Dictionary(uniqueKeysWithValues: figures.classes.map { ($0.index, $0) })
    // With many classes, only columns of those that the model said: the others are empty.
    let said = Set(figures.confusions.map(\.predicted))
    let columns =
      shown.count > 16 ? shown.filter { said.contains($0) || (rows[$0]?.correct ?? 0) > 0 } : shown
    let heads = columns.map { "<th scope=\"col\"><span class=\"label\">\(name($0))</span></th>" }.joined()
    let pairs = Dictionary(
      figures.confusions.map { ([$0.truth, $0.predicted], $0.count) }, uniquingKeysWith: +)
    let body = shown.compactMap { rows[$0] }.map { row in
      let cells = columns.map { predicted in
        cell(
          row, predicted,
          count: row.index == predicted ? row.correct : pairs[[row.index, predicted]] ?? 0)
      }
      return
        "<tr><th scope=\"row\"><span class=\"label\">\(name(row.index))</span></th>\(cells.joined())</tr>\n"
    }
    let note = isWhole ? "" : "<p class=\"note\">The \(shown.count) classes that are confused most.</p>\n"
    return """
      \(note)<div class="scroll" tabindex="0" role="group" aria-label="Confusion matrix">
      <table class="matrix">
      <caption>Rows are the truth, columns what the model said.</caption>
      <thead><tr><td></td>\(heads)</tr></thead>
      <tbody>
      \(body.joined())</tbody></table></div>

      """
  }

  private func cell(_ row: ClassificationFigures.ClassRow, _ predicted: Int, count: Int) -> String {
    guard count > 0 else { return "<td></td>" }
    let heat = String(format: "%.3g", Double(count) / Double(max(row.count, 1)))
    let kind = [row.index == predicted ? "right" : "", count * 2 > row.count ? "strong" : ""]
      .filter { !$0.isEmpty }.joined(separator: " ")
    return """
      <td class="\(kind)" style="--v:\(heat)" title="\(name(row.index)) taken for \(name(predicted)): \
      \(count) of \(row.count)">\(count)</td>
      """
  }

  /// Every class that a video has or that the model said, in the model's order.
  private var allClasses: [Int] {
    Set(figures.classes.map(\.index) + figures.confusions.map(\.predicted)).sorted()
  }

  private var isWhole: Bool { allClasses.count <= Self.mostClasses }

  private var shownClasses: [Int] {
    if isWhole { return allClasses }
    var taken: [Int] = []
    for pair in figures.confusions {
      for index in [pair.truth, pair.predicted]
      where taken.count < Self.mostClasses && !taken.contains(index) {
        taken.append(index)
      }
    }
    return (taken.isEmpty ? Array(allClasses.prefix(Self.mostClasses)) : taken).sorted()
  }

  private func name(_ index: Int) -> String { HTML.escape(names[index]) }
}
