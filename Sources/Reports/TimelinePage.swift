import CEmbedded
import FoundationEssentials
import Glibc
import R2P1DVideo

/// The page of a timeline. Its frame, style and script are the files in Page; here are the parts that differ.
struct TimelinePage {
  let facts: TimelineFacts
  let options: TimelineReportOptions
  let summary: TimelineSummary
  let segments: [VideoSegment]
  let columns: [ScoreHeatmap.Column]
  /// The classes that have a row of scores: the best of the whole video, then what else segments have.
  let classes: [Int]
  let means: [Double]
  /// The time that the axis spans, in seconds.
  let start: Double
  let length: Double
  let hasHours: Bool

  /// More rows than this are no overview.
  private static let mostRows = 16

  init(
    _ facts: TimelineFacts, _ options: TimelineReportOptions, _ summary: TimelineSummary,
    segments: [VideoSegment], columns: ScoreHeatmap
  ) {
    self.facts = facts
    self.options = options
    self.summary = summary
    self.segments = segments
    self.columns = columns.columns
    means = columns.means
    classes = Self.rows(segments, summary.labels.map(\.index), ClassScores(columns.means))
    let end = columns.columns.last?.end.double ?? 1
    start = columns.columns.first?.start.double ?? 0
    length = max(end - start, 1e-6)
    hasHours = end >= 3600
  }

  /// The best of the whole, as the page's summary lists them, and every class that is a segment's.
  private static func rows(_ segments: [VideoSegment], _ best: [Int], _ means: ClassScores) -> [Int] {
    let seen = Set(segments.map(\.index)).subtracting(best)
    let others = means.top(means.values.count).filter(seen.contains).prefix(mostRows)
    return Array(best.prefix(mostRows - others.count) + others)
  }

  var text: String {
    HTML.page(
      of: facts.file, kind: "timeline",
      policy: [
        "img-src data:", "media-src 'self' file:", "style-src 'unsafe-inline'", "script-src 'unsafe-inline'",
      ],
      body: embedded_timeline_html(),
      [
        "script": HTML.file(embedded_timeline_script()),
        "layout": options.videoURL == nil ? "without-player" : "with-player",
        "facts": HTML.escape(videoFacts), "player": player,
        "summary": summaryItems, "thumbnails": thumbnails, "segments": blocks, "rows": rows, "ticks": ticks,
        "list": list, "about": about, "data": HTML.json(data),
        "start": "\(start.roundedTime)", "end": "\((start + length).roundedTime)",
      ])
  }

  /// What the script needs: times in seconds, scores in thousandths, a row a class and a column an edge.
  private struct Data: Encodable {
    let start: Double
    let end: Double
    let edges: [Double]
    let rows: [[Int]]
    let segments: [[Double]]
    let thumbnails: [Double]
  }

  private var data: Data {
    Data(
      start: start, end: start + length, edges: columns.map { $0.start.double.roundedTime },
      rows: classes.map { index in columns.map { Int(($0.score(index) * 1000).rounded()) } },
      segments: segments.map {
        [$0.start.double.roundedTime, $0.end.double.roundedTime, ($0.score * 1000).rounded()]
      },
      thumbnails: summary.thumbnails.indices.map(firstMoment))
  }

  /// From when on a thumbnail is the nearest one.
  private func firstMoment(ofThumbnail index: Int) -> Double {
    let times = summary.thumbnails.map(\.time.double)
    return index == 0 ? start : (times[index - 1] + times[index]) / 2
  }
}
