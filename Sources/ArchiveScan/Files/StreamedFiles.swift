import R2P1DVideo
import Synchronization

/// The files of a list that have no row yet, each as soon as it is read.
struct StreamedFiles: FileSource {
  private var finder: FileFinder
  private var list: PathList
  private let rows: ScanRowIndex
  /// How many of the finder's files have been looked at.
  private var taken = 0
  private let findings = Findings()

  /// What is known of the list so far.
  struct Known: Sendable {
    /// Files without a row, files with one, and files whose row no longer holds: those are put aside.
    var fresh = 0
    var finished = 0
    var stale: [BytePath] = []
    /// Of the share; once the list has ended.
    var files = 0
    var listing: Listing?
    var unreadable: [(folder: BytePath, cause: String)] = []
  }

  private final class Findings: Sendable {
    let known = Mutex(Known())
  }

  init(_ finder: FileFinder, then list: PathList, _ rows: ScanRowIndex) {
    (self.finder, self.list, self.rows) = (finder, list, rows)
  }

  /// From any thread.
  var known: Known { findings.known.withLock { $0 } }

  mutating func next(until isOver: () -> Bool) throws(ClassifierError) -> BytePath? {
    while !isOver() {
      while taken < finder.files.count {
        let file = finder.files[taken]
        taken += 1
        if try isFresh(file) { return file }
      }
      guard let entry = try list.next(until: isOver) else {
        if !isOver() { end() }
        return nil
      }
      if let stamp = entry.stamp {
        finder.find([ListedFile(path: entry.path, stamp: stamp)], by: .count)
      } else {
        finder.find(entry.path)
      }
    }
    return nil
  }

  private func isFresh(_ file: BytePath) throws(ClassifierError) -> Bool {
    let state = try rows.state(of: file)
    findings.known.withLock { known in
      switch state {
      case .absent: known.fresh += 1
      case .finished: known.finished += 1
      case .stale: known.stale.append(file)
      }
    }
    return state == .absent
  }

  private func end() {
    findings.known.withLock { known in
      known.files = finder.files.count
      known.listing = finder.listing
      known.unreadable = finder.walk.unreadable
    }
  }
}
