import FoundationEssentials
import Glibc
import R2P1DVideo
import Reports

import struct SystemPackage.Errno

/// A scan's output and the journal beside it, kept so that a crash at any instant loses no finished row.
///
/// A row is written first, then its record; what a crash leaves behind the last recorded row is cut off when
/// the table is opened again. One process at a time: the journal is locked.
package final class ScanTable {
  /// The output itself, where the path given is a link.
  package let path: BytePath
  package private(set) var records: [ScanRecord]
  /// How many bytes of an unfinished row, or of what others have added, were removed behind the last row.
  package let removedBytes: Int

  /// With which its rows are made.
  var settings: ScanSettings { head.settings }
  /// Which files it is of.
  private var coverage: Coverage
  private let head: Journal.Head
  private var output: OpenFile
  private var journal: OpenFile
  private var outputEnd: Int
  private var journalEnd: Int
  private var report: any LabelReport
  private let explain: (ClassifierError) -> String
  /// A journal that was replaced: its lock tells those who opened it before.
  private var former: OpenFile?

  /// The output, and what lies beside it.
  package static func files(of output: BytePath) -> [BytePath] {
    [output, journalPath(of: output), WindowJournal.place(beside: output)]
  }

  package static func journalPath(of output: BytePath) -> BytePath {
    BytePath(bytes: output.bytes + Array(".journal".utf8))
  }

  /// Opens or begins the table at `path` for rows made with `settings`.
  ///
  /// `explain` says what a row reports of a failure. Throws if it cannot be written, was made with other
  /// settings, is not a scan's, or is being written.
  package init(
    _ path: BytePath, settings: ScanSettings, format: ScanFormat, top: Int,
    explain: @escaping (ClassifierError) -> String = { $0.cause }
  ) throws(ClassifierError) {
    let path = path.followed
    var report = format.report.report(files: 0, top: top, explain: explain)
    let head = Journal.Head(settings: settings, header: Array(report.begin().utf8))
    let place = ScanTableFiles(path)
    (self.path, self.report, self.explain) = (path, report, explain)
    let opened = try place.open(head)
    // A table that is there keeps the header that it has.
    self.head = opened.contents.head ?? head
    output = opened.output
    journal = opened.journal
    records = opened.contents.records
    removedBytes = opened.removed
    coverage = opened.contents.coverage
    outputEnd = records.last?.end ?? self.head.header.count
    journalEnd = opened.contents.end
  }

  /// From now on rows are of files of `shard`; nil is all of them, of whatever shares the table was. Throws
  /// if it is of shares of another number.
  package func begin(_ asked: Shard?) throws(ClassifierError) {
    let shard = asked ?? .whole
    let others = coverage.entries.compactMap(\.shard).filter { $0.count != shard.count }
    if let other = others.last, asked != nil {
      throw .output(
        path, cause: "was begun as share \(other.text), now it is \(shard.text)",
        remedy: .otherOutput(.sameSettings))
    }
    try add(.began(shard))
  }

  /// The listing has been read to its end: `files` of it are of `shard`, and `left` of these have no row yet.
  package func end(
    _ listing: Listing, of shard: Shard, files: Int, left: Int
  ) throws(ClassifierError) {
    let time = Int(Date().timeIntervalSince1970)
    try add(.listed(shard, Coverage.Found(listing: listing, time: time, files: files, left: left)))
  }

  private func add(_ line: Coverage.Line) throws(ClassifierError) {
    let bytes = line.bytes
    try mapErrno(path) { () throws(Errno) in try journal.append(bytes, at: journalEnd) }
    coverage.add(line)
    journalEnd += bytes.count
  }

  /// Adds the row of a file that was as `stamp` says, for good once this returns. `sidecars` are the hashes
  /// of the timelines made of it.
  package func add(
    _ outcome: VideoOutcome, stamp: FileStamp, sidecars: [String] = []
  ) throws(ClassifierError) {
    let row = Array(report.add(outcome).utf8)
    let record = ScanRecord(
      outcome, explain, stamp: stamp, sidecars: sidecars, row: row, end: outputEnd + row.count)
    try add(row, record)
  }

  /// Adds a row that somebody else wrote: of a file that failed for the reason in `note` or, else, is best
  /// described by it.
  func add(
    _ row: [UInt8], file: BytePath, isFailed: Bool, duration: Double, note: String, stamp: FileStamp
  ) throws(ClassifierError) {
    let record = ScanRecord(
      path: file, stamp: stamp, isFailed: isFailed, duration: duration, note: note,
      end: outputEnd + row.count,
      check: StableHash(row).value)
    try add(row, record)
  }

  /// The bytes of row number `index`.
  func row(_ index: Int) throws(ClassifierError) -> [UInt8] {
    let start = index == 0 ? head.header.count : records[index - 1].end
    return try mapErrno(path, "read") { () throws(Errno) in
      try output.read(from: start, count: records[index].end - start)
    }
  }

  private func add(_ row: [UInt8], _ record: ScanRecord) throws(ClassifierError) {
    let line = record.line
    do {
      try output.append(row, at: outputEnd)
      try journal.append(line, at: journalEnd)
    } catch {
      try? output.cut(to: outputEnd)
      let cause = "cannot be written: \(error.reason); \(records.count.counted("row is", "rows are")) kept"
      throw .output(path, cause: cause, remedy: .resume)
    }
    records.append(record)
    coverage.addRow()
    outputEnd += row.count
    journalEnd += line.count
  }

  /// Waits until all rows are on the disk, so that not even a power cut takes them.
  package func sync() throws(ClassifierError) {
    try mapErrno(path) { () throws(Errno) in
      try output.sync()
      try journal.sync()
    }
  }

  /// Takes out the rows of which `isStale` is true: a crash leaves either all rows or all but those.
  package func remove(where isStale: (ScanRecord) -> Bool) throws(ClassifierError) {
    guard records.contains(where: isStale) else { return }
    let kept = records.enumerated().filter { !isStale($0.element) }
    let source = (table: output, records: records)
    let starts = [head.header.count] + records.map(\.end)
    try mapErrno(path) { () throws(Errno) in
      let rows = kept.map { ScanRows.Row(record: $0.element, file: source.table, start: starts[$0.offset]) }
      let successor = try ScanRows(head: head, rows: rows, coverage: coverage.lines).written(
        beside: ScanTableFiles(path))
      try journal.append(Journal.supersededLine, at: journalEnd)
      try journal.sync()
      try successor.install(at: ScanTableFiles(path))
      (output, former, journal) = (successor.output, journal, successor.journal)
      records = successor.records
      outputEnd = successor.outputEnd
      journalEnd = successor.journalEnd
    }
  }
}

/// What `body` does; its failure is the output's at `path`.
func mapErrno<R>(
  _ path: BytePath, _ verb: String = "written", _ body: () throws(Errno) -> R
) throws(ClassifierError) -> R {
  do {
    return try body()
  } catch {
    throw .output(path, cause: "cannot be \(verb): \(error.reason)")
  }
}
