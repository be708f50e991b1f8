import R2P1DVideo

/// The rows that a table has, by their files.
struct ScanRowIndex: Sendable {
  /// Of a file's row.
  enum State {
    case absent, finished
    /// The file has changed since, or is to be tried again.
    case stale
  }

  private let rows: [BytePath: ScanRecord]
  private let retriesFailed: Bool
  private let isWhole: @Sendable (ScanRecord) throws(ClassifierError) -> Bool

  /// `isWhole` says whether what else was made with a row is there.
  init(
    _ records: [ScanRecord], retriesFailed: Bool,
    isWhole: @escaping @Sendable (ScanRecord) throws(ClassifierError) -> Bool = { _ in true }
  ) {
    rows = Dictionary(records.map { ($0.path, $0) }) { $1 }
    (self.retriesFailed, self.isWhole) = (retriesFailed, isWhole)
  }

  func state(of file: BytePath) throws(ClassifierError) -> State {
    guard let row = rows[file] else { return .absent }
    let holds = !(row.isFailed && retriesFailed) && row.stamp == FileStamp(of: file)
    guard holds, try isWhole(row) else { return .stale }
    return .finished
  }

  func has(_ file: BytePath) -> Bool { rows[file] != nil }
}

/// Which files a scan still has to do.
package struct ScanPlan {
  /// In the order found.
  package let files: [BytePath]
  /// Files that have their row already.
  package let finished: Int
  /// Rows that no longer hold.
  private let stale: Set<BytePath>

  /// What is to be done of the files `found`, where `rows` are those that there are.
  init(_ found: [BytePath], _ rows: ScanRowIndex) throws(ClassifierError) {
    var files: [BytePath] = []
    for file in found {
      if try rows.state(of: file) != .finished { files.append(file) }
    }
    self.files = files
    finished = found.count - files.count
    stale = Set(files.filter(rows.has))
  }

  /// How many rows no longer hold.
  package var staleCount: Int { stale.count }

  package func isStale(_ record: ScanRecord) -> Bool { stale.contains(record.path) }
}
