import R2P1DVideo

/// Which files a scan still has to do.
package struct ScanPlan {
  /// In the order found.
  package let files: [BytePath]
  /// Files that have their row already.
  package let finished: Int
  /// Rows that no longer hold: of files that have changed since, or are to be tried again.
  private let stale: Set<BytePath>

  /// What is to be done of the files `found`, where `records` are the rows that there are, and `isWhole` says
  /// whether what else was made with a row is there.
  package init(
    _ found: [BytePath], records: [ScanRecord], retryFailed: Bool,
    isWhole: (ScanRecord) throws(ClassifierError) -> Bool = { _ in true }
  ) throws(ClassifierError) {
    let rows = Dictionary(records.map { ($0.path, $0) }) { $1 }
    var files: [BytePath] = []
    for file in found {
      if let row = rows[file], !(row.isFailed && retryFailed), row.stamp == FileStamp(of: file),
        try isWhole(row)
      {
        continue
      }
      files.append(file)
    }
    self.files = files
    finished = found.count - files.count
    stale = Set(files).intersection(rows.keys)
  }

  /// How many rows no longer hold.
  package var staleCount: Int { stale.count }

  package func isStale(_ record: ScanRecord) -> Bool { stale.contains(record.path) }
}
