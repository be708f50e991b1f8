import FoundationEssentials
import Glibc
import R2P1DVideo

/// Joins the outputs of several scans, as those of shards, into one that can be resumed and merged again.
package struct ScanMerge {
  package let rows: Int
  /// Of them, those of files that failed.
  package let failures: Int

  /// Writes the rows of `parts` to `output`, in directory-traversal order.
  ///
  /// Throws if parts were made with other settings, have a file in common, or are being written; `output`
  /// then stays as it was.
  package init(_ parts: [BytePath], into output: BytePath) throws(ClassifierError) {
    let opened = try Self.open(parts, into: output)
    guard let first = opened.first, let head = first.table.contents.head else {
      throw .output(output, cause: "there is nothing to merge")
    }
    for part in opened.dropFirst() {
      guard let other = part.table.contents.head else { continue }
      if let difference = other.settings.difference(to: head.settings) {
        throw .output(
          part.path,
          cause:
            "was made with other settings than \(first.path.printable) (\(difference)): merge like with like")
      }
      guard other.columns == head.columns else {
        throw .output(part.path, cause: "has other columns than \(first.path.printable)")
      }
    }
    try Self.checkDisjoint(opened)
    let rows = opened.flatMap(\.rows).sorted { $0.record.path.isWalkedBefore($1.record.path) }
    try ScanTable.replace(output, with: ScanRows(head: head.renewed, rows: rows))
    self.rows = rows.count
    failures = rows.count { $0.record.isFailed }
  }

  private struct Part {
    let path: BytePath
    let table: ScanTableFiles.Opened

    var rows: [ScanRows.Row] {
      let starts = [table.contents.head?.header.count ?? 0] + table.contents.records.map(\.end)
      return zip(table.contents.records, starts).map {
        ScanRows.Row(record: $0, file: table.output, start: $1)
      }
    }
  }

  private static func open(_ parts: [BytePath], into output: BytePath) throws(ClassifierError) -> [Part] {
    let target = output.status.map(FileIdentity.init)
    return try parts.map { (path) throws(ClassifierError) in
      if let target, path.status.map(FileIdentity.init) == target {
        throw .output(path, cause: "is a part and the output", remedy: .otherOutput())
      }
      return Part(path: path, table: try ScanTableFiles(path).openPart())
    }
  }

  private static func checkDisjoint(_ parts: [Part]) throws(ClassifierError) {
    var owners: [BytePath: BytePath] = [:]
    for part in parts {
      for record in part.table.contents.records {
        if let owner = owners.updateValue(part.path, forKey: record.path) {
          throw .output(
            part.path,
            cause:
              "has a row of \(record.path.printable), as has \(owner.printable): merge parts that are "
              + "disjoint"
          )
        }
      }
    }
  }
}

extension ScanTable {
  /// Makes `rows` the table at `path`, instead of what may be there: all of it, or after a failure nothing.
  static func replace(_ path: BytePath, with rows: ScanRows) throws(ClassifierError) {
    let place = ScanTableFiles(path)
    let former = try place.openForReplacement()
    let end = former.size
    do {
      let successor = try rows.written(beside: place)
      try former.append(Journal.supersededLine, at: end)
      try former.sync()
      try successor.install(at: place)
    } catch {
      if former.size == 0 && former.isInPlace { _ = former.path.withCString { unlink($0) } }
      throw .output(path, cause: "cannot be written: \(error)")
    }
  }
}
