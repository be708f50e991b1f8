import R2P1DVideo

/// LosslessCut's CSV: `Start,End,Name`, perhaps further columns; older versions write no header. It names no
/// video: that is the one that the file is called after, as `movie.mp4.losslesscut.csv` or `movie.csv`.
enum LosslessCutSegments {
  static func isHeader(of source: ListSource) -> Bool {
    var records = DelimitedRecords(source)
    return (try? records.next()).map(isHeader) ?? false
  }

  /// Whether it is one without a header: by its name, or of a video that is asked about alone, with a start
  /// and an end, of which one may be left out, before a name.
  static func isWithoutHeader(_ source: ListSource) -> Bool {
    var records = DelimitedRecords(source)
    let isNamed = source.path.name.stem.lowercasedExtension == "losslesscut"
    guard isNamed || source.options.video != nil, let first = try? records.next(), first.fields.count >= 3
    else { return false }
    let texts = [0, 1].map { (try? first.text($0)) ?? "" }
    return texts != ["", ""] && texts.allSatisfy { $0.isEmpty || Rational(listTime: $0) != nil }
  }

  private static func isHeader(_ record: DelimitedRecords.Record) -> Bool {
    record.columns.prefix(3) == ["start", "end", "name"]
  }

  static func read(_ source: ListSource) throws(ClassifierError) -> ListContents {
    let video = try video(of: source)
    var records = DelimitedRecords(source)
    var contents = ListContents()
    var unusable = 0
    while let record = try records.next() {
      if isHeader(record) { continue }
      guard record.fields.count >= 3 else {
        throw source.error(
          .losslessCut, record.line,
          "has \(record.fields.count.counted("column")), expected Start, End and Name")
      }
      let times = try [0, 1].map { (column) throws(ClassifierError) in
        try time(record, column, source)
      }
      let label = try record.text(2) ?? ""
      // A start that is left out is that of the file. Without an end it is what LosslessCut calls a marker.
      guard !label.isEmpty, let end = times[1] else {
        unusable += 1
        continue
      }
      contents.entries.append(
        ListEntry(path: video, labels: [label], start: times[0] ?? 0, end: end, line: record.line))
    }
    if unusable > 0 {
      contents.notes.append("skipped \(unusable.counted("segment")) without a name or without an end")
    }
    return contents
  }

  private static func time(
    _ record: DelimitedRecords.Record, _ column: Int, _ source: ListSource
  ) throws(ClassifierError) -> Rational? {
    guard let text = try record.text(column), !text.isEmpty else { return nil }
    guard let time = Rational(listTime: text) else {
      throw source.error(
        .losslessCut, record.line,
        "'\(BytePath(text).printable)' is no time, expected seconds or 1:30 (frame numbers are not read)")
    }
    return time
  }

  private static func video(of source: ListSource) throws(ClassifierError) -> BytePath {
    if let video = source.options.video { return video }
    var name = source.path.name
    for ending in ["csv", "losslesscut"] where name.lowercasedExtension == ending { name = name.stem }
    if name.isVideoName { return source.root.appending(name) }
    return try source.index().video(named: name.string, in: nil) ?? source.root.appending(name)
  }
}
