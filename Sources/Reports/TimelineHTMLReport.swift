import R2P1DVideo

/// A page of its own: the video, its thumbnails, segments and scores along time, the labels of the whole, and
/// how they were made. Memory holds the segments and a bounded number of columns of scores, however long the
/// video is.
struct TimelineHTMLReport: TimelineReport {
  private let facts: TimelineFacts
  private let options: TimelineReportOptions
  private var segmenter: Segmenter
  private var segments: [VideoSegment] = []
  private var moments = OverlapAverager()
  private var columns = ScoreHeatmap()

  init(_ facts: TimelineFacts, _ options: TimelineReportOptions) {
    self.facts = facts
    self.options = options
    segmenter = facts.segmenter(options.segments)
  }

  mutating func begin() -> String { "" }

  mutating func add(_ window: ScoredWindow) -> String {
    segments += segmenter.add(window)
    for moment in moments.add(window) { columns.add(moment) }
    return ""
  }

  mutating func end(_ summary: TimelineSummary) -> String {
    segments += segmenter.finish()
    for moment in moments.finish() { columns.add(moment) }
    return TimelinePage(facts, options, summary, segments: segments, columns: columns).text
  }
}
