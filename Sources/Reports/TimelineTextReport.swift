import FoundationEssentials
import Glibc
import R2P1DVideo

/// A table for people: a line about the file, a line a window or a segment, and the labels of the whole
/// video.
struct TimelineTextReport: TimelineReport {
  private let facts: TimelineFacts
  private let showsSegments: Bool
  private var rows: TimelineRows
  private var hasRows = false
  private var hasHours = false

  init(_ facts: TimelineFacts, _ options: TimelineReportOptions) {
    self.facts = facts
    showsSegments = options.showsSegments
    rows = TimelineRows(facts, options)
  }

  mutating func begin() -> String {
    let model = BytePath(facts.model.name).printable
    return "\(facts.file.printable)  (windows of \(facts.windows), \(model))\n"
  }

  mutating func add(_ window: ScoredWindow) -> String {
    hasHours = hasHours || window.videoEnd >= 3600
    return table(rows.add(window))
  }

  mutating func end(_ summary: TimelineSummary) -> String {
    var text = table(rows.finish())
    if !hasRows { text += "  no segment: no label is there long enough, or surely enough\n" }
    if summary.video.decodeErrors > 0 {
      text += "  damaged: \(summary.video.damage)\n"
    }
    let labels = summary.labels.map { score($0.score) + BytePath($0.label).printable + "\n" }
    return text + "\nthe whole video\n" + (labels.isEmpty ? "  uncertain\n" : labels.joined())
  }

  private mutating func table(_ rows: [VideoSegment]) -> String {
    if !rows.isEmpty { hasRows = true }
    return rows.map { row in
      let times = [row.start, row.end].map { time in
        let text = time.shortClock(hours: hasHours)
        return String(repeating: " ", count: max(0, (hasHours ? 11 : 9) - text.count)) + text
      }
      let label = row.label.isEmpty ? "uncertain" : BytePath(row.label).printable
      return "\(times[0]) –\(times[1])\(score(row.score))\(label)\n"
    }.joined()
  }

  private func score(_ score: Double) -> String { String(format: "  %5.1f %%  ", score * 100) }
}
