import R2P1DVideo

/// What `timeline` has written as JSON of one video, and perhaps somebody has corrected: its segments.
enum TimelineDocument {
  /// By which such a document is known, whatever is wrong with it.
  private struct Outline: Decodable {
    let segments, windows: Part?
    let database: Part?

    struct Part: Decodable {
      init(from decoder: any Decoder) {}
    }
  }

  private struct Timeline: Decodable {
    let file: BytePath?
    let segments: [Segment]?

    private enum Key: CodingKey {
      case file, segments
    }

    init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: Key.self)
      file = values.contains(.file) ? try BytePath(fileOf: decoder) : nil
      segments = try values.decodeIfPresent([Segment].self, forKey: .segments)
    }
  }

  private struct Segment: Decodable {
    let label: String
    let start, end: Double
  }

  static func isDocument(_ source: ListSource) -> Bool {
    guard let outline = try? source.json("") as Outline else { return false }
    return outline.database == nil && (outline.segments != nil || outline.windows != nil)
  }

  static func read(_ source: ListSource) throws(ClassifierError) -> ListContents {
    let timeline: Timeline = try source.json("expected a timeline as JSON")
    guard let segments = timeline.segments else {
      throw .list(source.path, cause: "is a timeline of windows alone, expected one with segments")
    }
    guard !segments.isEmpty || source.options.video != nil else {
      throw .list(source.path, cause: "is a timeline without a segment")
    }
    guard let video = source.options.video ?? timeline.file.map({ place(of: $0, source) }) else {
      throw .list(source.path, cause: "is a timeline that does not name its file")
    }
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

  /// A relative path counted from where the timeline was made: that may be the list's folder, the present
  /// one or, as `scan` puts a timeline beside its video, any other above it.
  private static func place(of file: BytePath, _ source: ListSource) -> BytePath {
    let named = source.resolve(file.bytes)
    return [named, source.root.appending(file.name), file].first(where: \.isFile) ?? named
  }
}
