import R2P1DVideo

/// What `timeline` has written as JSON of one video, and perhaps somebody has corrected: its segments.
enum TimelineDocument {
  private struct Timeline: Decodable {
    let file: String
    let segments: [Segment]?
    let windows: [Window]

    struct Window: Decodable {}
  }

  private struct Segment: Decodable {
    let label: String
    let start, end: Double
  }

  static func isDocument(_ source: ListSource) -> Bool { (try? source.json("") as Timeline) != nil }

  static func read(_ source: ListSource) throws(ClassifierError) -> ListContents {
    let timeline: Timeline = try source.json("expected a timeline as JSON")
    guard let segments = timeline.segments else {
      throw .list(source.path, cause: "is a timeline of windows alone, expected one with segments")
    }
    let video = source.options.video ?? source.resolve(Array(timeline.file.utf8)[...])
    var contents = ListContents()
    for (number, segment) in zip(1..., segments) {
      guard let start = Rational(seconds: segment.start), let end = Rational(seconds: segment.end) else {
        throw source.error(.timeline, number, "its start and end are no seconds from 0")
      }
      contents.entries.append(
        ListEntry(path: video, labels: [segment.label], start: start, end: end, line: number))
    }
    return contents
  }
}
