import R2P1DVideo

/// CSV with a header: a file and its label, perhaps a split, a group, and a start and an end.
///
/// A column `labels` holds several, with `|` between. Of a video that is asked about alone, a list with a
/// start and an end need not name the file, as the table of a timeline does not.
enum LabelTable {
  private struct Columns {
    let file: Int?
    let label: Int
    let isPlural: Bool
    let split, group, start, end: Int?
    let count: Int

    /// Nil where file or label is missing.
    init?(_ names: [String], isOfOneVideo: Bool) {
      func column(_ wanted: [String]) -> Int? { names.firstIndex { wanted.contains($0) } }
      let file = column(["file", "filepath", "file_path", "path", "video", "file_name", "filename"])
      guard let label = column(["label", "class", "labels"]),
        file != nil || isOfOneVideo && column(["start"]) != nil && column(["end"]) != nil
      else { return nil }
      (self.file, self.label, count) = (file, label, names.count)
      isPlural = names[label] == "labels"
      split = column(["split", "subset"])
      group = column(["group", "site"])
      start = column(["start"])
      end = column(["end"])
    }
  }

  static func isHeader(of source: ListSource) -> Bool {
    var records = DelimitedRecords(source)
    return (try? records.next()).flatMap { Columns($0.columns, isOfOneVideo: source.options.video != nil) }
      != nil
  }

  static func read(_ source: ListSource) throws(ClassifierError) -> ListContents {
    var records = DelimitedRecords(source)
    guard let header = try records.next() else { throw .list(source.path, cause: "is empty") }
    guard let columns = Columns(header.columns, isOfOneVideo: source.options.video != nil) else {
      throw .list(
        source.path,
        cause: "line 1 has the columns \(BytePath(header.columns.joined(separator: ", ")).printable): "
          + "expected file and label, perhaps split, group, start and end")
    }
    if (columns.start == nil) != (columns.end == nil) {
      throw .list(source.path, cause: "line 1 has a start or an end, expected both or none")
    }
    var contents = ListContents()
    while let record = try records.next() {
      contents.entries.append(try entry(record, columns, source))
    }
    if columns.file == nil, areWindows(contents.entries) {
      throw .list(source.path, cause: "is a timeline of windows, which overlap, expected one of segments")
    }
    return contents
  }

  /// Whether they are what `timeline` makes of each window, not of segments: three or more, each as long as
  /// the next, which begins before it ends.
  private static func areWindows(_ entries: [ListEntry]) -> Bool {
    let spans = entries.compactMap { entry in
      entry.start.flatMap { start in entry.end.map { (start: start.double, end: $0.double) } }
    }
    guard spans.count == entries.count, spans.count >= 3 else { return false }
    return zip(spans, spans.dropFirst()).allSatisfy { one, next in
      // Times are written to the microsecond.
      let isAsLong = abs((one.end - one.start) - (next.end - next.start)) < 3e-6
      return isAsLong && one.start < next.start && next.start < one.end
    }
  }

  private static func entry(
    _ record: DelimitedRecords.Record, _ columns: Columns, _ source: ListSource
  ) throws(ClassifierError) -> ListEntry {
    func fail(_ cause: String) -> ClassifierError { source.error(.csv, record.line, cause) }
    guard record.fields.count == columns.count else {
      throw fail("has \(record.fields.count.counted("column")), the header \(columns.count)")
    }
    let path = columns.file.map { record.fields[$0].trimmedBlanks }
    if let path, path.isEmpty { throw fail("has no file") }
    let label = try record.text(columns.label) ?? ""
    let labels = columns.isPlural ? several(label) : [label]
    guard !label.isEmpty, !labels.isEmpty else { throw fail("has no label") }
    var times: [Rational?] = []
    for column in [columns.start, columns.end] {
      guard let text = try record.text(column), !text.isEmpty else {
        times.append(nil)
        continue
      }
      // Where semicolons stand between columns, commas stand in numbers.
      guard let time = Rational(listTime: text.replacing(",", with: ".")) else {
        throw fail("'\(BytePath(text).printable)' is no time, expected seconds or 1:30")
      }
      times.append(time)
    }
    if times[0] != nil, times[1] == nil { throw fail("has a start and no end") }
    if times[1] != nil, times[0] == nil { times[0] = 0 }
    func optional(_ column: Int?) throws(ClassifierError) -> String? {
      let text = try record.text(column)
      return text?.isEmpty == true ? nil : text
    }
    return ListEntry(
      path: path.map(source.resolve) ?? source.options.video ?? "", labels: labels,
      group: try optional(columns.group), split: try optional(columns.split), start: times[0], end: times[1],
      line: record.line)
  }

  /// The labels between `|`, each once.
  private static func several(_ text: String) -> [String] {
    text.split(separator: "|").map { String($0).trimmed() }.reduce(into: []) { labels, label in
      if !labels.contains(label) { labels.append(label) }
    }
  }
}
