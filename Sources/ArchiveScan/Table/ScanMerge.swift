import FoundationEssentials
import Glibc
import R2P1DVideo

/// Joins the outputs of several scans, as those of shards, into one that can be resumed and merged again.
package struct ScanMerge {
  package let rows: Int
  /// Of them, those of files that failed.
  package let failures: Int

  /// Writes the rows of `parts` to `output`, in directory-traversal order, and to its journal what they are
  /// of, whole or not.
  ///
  /// Throws if it cannot be written or is one of the parts; `output` then stays as it was.
  package init(_ parts: ScanParts, into output: BytePath) throws(ClassifierError) {
    try parts.check(into: output)
    guard let head = parts.parts.first?.table.contents.head else {
      throw .output(output, cause: "there is nothing to merge")
    }
    let rows = parts.parts.flatMap(\.rows).sorted { $0.record.path.isWalkedBefore($1.record.path) }
    let coverage = parts.parts.flatMap(\.entries).map(Coverage.Line.part)
    try ScanTable.replace(output, with: ScanRows(head: head.renewed, rows: rows, coverage: coverage))
    self.rows = rows.count
    failures = rows.count { $0.record.isFailed }
  }
}

extension ScanTable {
  /// Makes `rows` the table at `path`, instead of what may be there: all of it, or after a failure nothing.
  static func replace(_ path: BytePath, with rows: ScanRows) throws(ClassifierError) {
    let place = ScanTableFiles(path)
    let former = try place.openForReplacement(by: Set(rows.rows.map(\.record.path)))
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
