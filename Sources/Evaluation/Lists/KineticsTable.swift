import R2P1DVideo

/// Kinetics' own CSV. Its files are called `<id>_<start:06d>_<end:06d>` and lie in folders of classes, of
/// splits, of both, or of none; classes are matched by name, for torchvision's folders sort otherwise.
enum KineticsTable {
  private struct Columns {
    let label, id, start, end: Int
    let split: Int?
    let count: Int

    init?(_ names: [String]) {
      guard let label = names.firstIndex(of: "label"), let id = names.firstIndex(of: "youtube_id"),
        let start = names.firstIndex(of: "time_start"), let end = names.firstIndex(of: "time_end")
      else { return nil }
      (self.label, self.id, self.start, self.end) = (label, id, start, end)
      split = names.firstIndex(of: "split")
      count = names.count
    }
  }

  static func isHeader(of source: ListSource) -> Bool {
    var records = DelimitedRecords(source)
    return (try? records.next())?.columns.contains("youtube_id") ?? false
  }

  static func read(_ source: ListSource) throws(ClassifierError) -> ListContents {
    var records = DelimitedRecords(source)
    guard let header = try records.next() else { throw .list(source.path, cause: "is empty") }
    guard let columns = Columns(header.columns) else {
      throw .list(
        source.path,
        cause: "line 1 lacks one of label, youtube_id, time_start and time_end: "
          + "a list of test videos has no labels to check")
    }
    let index = try source.index()
    var contents = ListContents()
    var missing = 0
    while let record = try records.next() {
      let entry = try entry(record, columns, source, index)
      if !entry.isThere { missing += 1 }
      contents.entries.append(entry.entry)
    }
    contents.notes += index.notes
    if missing > 0 {
      contents.notes.append(
        "\(missing) of \(contents.entries.count) videos are not in \(source.root.printable)")
    }
    return contents
  }

  private static func entry(
    _ record: DelimitedRecords.Record, _ columns: Columns, _ source: ListSource, _ index: VideoIndex
  ) throws(ClassifierError) -> (entry: ListEntry, isThere: Bool) {
    func fail(_ cause: String) -> ClassifierError { source.error(.kinetics, record.line, cause) }
    guard record.fields.count == columns.count else {
      throw fail("has \(record.fields.count.counted("column")), the header \(columns.count)")
    }
    guard let label = try record.text(columns.label), let id = try record.text(columns.id), !id.isEmpty else {
      throw fail("has no label or no youtube_id")
    }
    guard !id.contains("/"), let start = time(try record.text(columns.start)),
      let end = time(try record.text(columns.end))
    else { throw fail("expected an id without a slash, and whole seconds") }
    let stem = "\(id)_\(start)_\(end)"
    let found: BytePath?
    do throws(ClassifierError) {
      found = try index.video(named: stem, in: label)
    } catch {
      throw fail(error.cause)
    }
    let entry = ListEntry(
      path: found ?? source.root.appending(BytePath(stem + ".mp4")), labels: [label], group: id,
      split: try record.text(columns.split), line: record.line)
    return (entry, found != nil)
  }

  /// Six digits, as the files' names have them.
  private static func time(_ text: String?) -> String? {
    guard let text, let seconds = Double(text), seconds >= 0, seconds < 1e9, seconds == seconds.rounded()
    else {
      return nil
    }
    let digits = "\(Int(seconds))"
    return String(repeating: "0", count: max(0, 6 - digits.count)) + digits
  }
}
