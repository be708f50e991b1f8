import R2P1DVideo

/// RFC 4180: `start,end,label,score`, one row per window (its best label) or a segment; with all scores, a
/// column a class after these.
struct TimelineCSVReport: TimelineReport {
  private let labels: LabelSet
  private let showsAllScores: Bool
  private var rows: TimelineRows

  init(_ facts: TimelineFacts, _ options: TimelineReportOptions) {
    labels = facts.labels
    showsAllScores = options.showsAllScores
    rows = TimelineRows(facts, options)
  }

  mutating func begin() -> String {
    CSV.row(["start", "end", "label", "score"] + (showsAllScores ? labels.names : []))
  }

  mutating func add(_ window: ScoredWindow) -> String { table(rows.add(window)) }

  mutating func end(_ summary: TimelineSummary) -> String { table(rows.finish()) }

  private func table(_ rows: [VideoSegment]) -> String {
    rows.map { row in
      let scores = [row.score] + (showsAllScores ? row.scores.values : [])
      return CSV.row(
        [row.start.decimal, row.end.decimal, row.label] + scores.map { "\($0.roundedScore)" })
    }.joined()
  }
}
