import FoundationEssentials
import Glibc

import struct SystemPackage.Errno

/// Rows of one table or of several, to become a table of their own.
struct ScanRows {
  /// A row and where it is written now.
  struct Row {
    let record: ScanRecord
    let file: OpenFile
    let start: Int
  }

  let head: Journal.Head
  let rows: [Row]
  /// What they are of.
  let coverage: [Coverage.Line]

  /// A table under its preliminary names, complete and on the disk.
  struct Replacement {
    let output: OpenFile
    let journal: OpenFile
    let records: [ScanRecord]
    let outputEnd: Int
    let journalEnd: Int

    /// Puts both files under their names.
    func install(at place: ScanTableFiles) throws(Errno) {
      try output.move(to: place.output)
      try journal.move(to: place.journal)
      place.output.folder.sync()
    }
  }

  /// Writes output and journal under preliminary names; nothing of them remains after a failure.
  func written(beside place: ScanTableFiles) throws(Errno) -> Replacement {
    do {
      return try write(place)
    } catch {
      for path in [place.nextOutput, place.nextJournal] { _ = path.withCString { unlink($0) } }
      throw error
    }
  }

  private func write(_ place: ScanTableFiles) throws(Errno) -> Replacement {
    let output = try OpenFile(place.nextOutput, options: [.create, .truncate])
    let journal = try OpenFile(place.nextJournal, options: [.create, .truncate])
    guard journal.lock() else { throw Errno.wouldBlock }
    if let mode = place.output.status?.st_mode { fchmod(output.descriptor, mode & 0o777) }
    var records: [ScanRecord] = []
    var (outputBatch, journalBatch) = (Batch(output), Batch(journal))
    try outputBatch.add(head.header)
    try journalBatch.add(head.line)
    for row in rows {
      let bytes = try row.file.read(from: row.start, count: row.record.end - row.start)
      guard bytes.count == row.record.end - row.start else { throw Errno.ioError }
      try outputBatch.add(bytes)
      let record = row.record.moved(to: outputBatch.end)
      try journalBatch.add(record.line)
      records.append(record)
    }
    for line in coverage { try journalBatch.add(line.bytes) }
    try outputBatch.flush()
    try journalBatch.flush()
    try output.sync()
    try journal.sync()
    return Replacement(
      output: output, journal: journal, records: records, outputEnd: outputBatch.end,
      journalEnd: journalBatch.end)
  }

  /// Gathers small writes.
  private struct Batch {
    let file: OpenFile
    var bytes: [UInt8] = []
    var written = 0

    init(_ file: OpenFile) { self.file = file }

    var end: Int { written + bytes.count }

    mutating func add(_ more: [UInt8]) throws(Errno) {
      bytes += more
      if bytes.count >= 1 << 20 { try flush() }
    }

    mutating func flush() throws(Errno) {
      try file.append(bytes, at: written)
      written += bytes.count
      bytes = []
    }
  }
}
