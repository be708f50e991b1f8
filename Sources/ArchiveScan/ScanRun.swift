import R2P1DVideo

/// One run of a scan: those of the files it is given that have no row yet.
package struct ScanRun {
  /// Rows that were there before, and still hold.
  package private(set) var earlier: Int
  /// Files that are still without a row; nil where their list was not read to its end.
  package private(set) var left: Int?
  /// Folders that could not be read, and why.
  package private(set) var unreadable: [(folder: BytePath, cause: String)] = []

  /// The film that was begun, and how many of its windows are kept for the next run.
  package var begun: (film: BytePath, windows: Int)? { kept.film.map { ($0.path, $0.windows) } }

  private let scan: Scan
  private let table: ScanTable
  private let shard: Shard
  private let sidecars: Sidecars
  private let rows: ScanRowIndex
  private let stop: StopFlag
  private let observe: (Scan.Event) -> Void
  private let kept: WindowJournal

  /// Files whose row failed are done again if `retriesFailed`. Once `stop` is raised nothing more is begun.
  package init(
    _ scan: Scan, _ shard: Shard, into table: ScanTable, sidecars: Sidecars, retriesFailed: Bool,
    stop: StopFlag, observe: @escaping (Scan.Event) -> Void
  ) {
    (self.scan, self.shard, self.table, self.sidecars) = (scan, shard, table, sidecars)
    (self.stop, self.observe) = (stop, observe)
    rows = ScanRowIndex(table.records, retriesFailed: retriesFailed, isWhole: sidecars.areComplete)
    earlier = table.records.count
    kept = scan.keptWindows(beside: table)
  }

  /// Does the files of a finder that has found them all.
  package mutating func run(_ found: FileFinder) throws(ClassifierError) {
    unreadable = found.walk.unreadable
    try sidecars.checkPlaces(of: found.files)
    let plan = try ScanPlan(found.files, rows)
    earlier -= plan.staleCount
    try sidecars.makeRoom(plan, table.records)
    try table.remove(where: plan.isStale)
    try table.end(found.listing, of: shard, files: found.files.count, left: plan.files.count)
    observe(.planned(files: plan.files.count, finished: plan.finished))
    try run(plan.files, of: plan.files.count)
  }

  /// Does the files of `list` behind those that `finder` has found, each as soon as it is read. Files whose
  /// rows no longer hold come last.
  package mutating func run(_ finder: FileFinder, then list: PathList) throws(ClassifierError) {
    let files = StreamedFiles(finder, then: list, rows)
    var isListed = false
    try scan.run(files, count: nil, into: table, keeping: kept, stop: stop, observe: observe) {
      () throws(ClassifierError) in
      let known = files.known
      observe(.planned(files: known.fresh + known.stale.count, finished: 0))
      guard !isListed, let listing = known.listing else { return }
      isListed = true
      let done = table.records.count - earlier
      try table.end(
        listing, of: shard, files: known.files, left: known.fresh + known.stale.count - done)
    }
    let known = files.known
    unreadable = known.unreadable
    guard let listing = known.listing else { return }
    let open = known.fresh - (table.records.count - earlier)
    let plan = try ScanPlan(known.stale, rows)
    earlier -= plan.staleCount
    try table.remove(where: plan.isStale)
    try table.end(listing, of: shard, files: known.files, left: open + plan.files.count)
    observe(.planned(files: known.fresh + plan.files.count, finished: known.finished))
    try run(plan.files, of: known.fresh + plan.files.count)
  }

  private mutating func run(_ files: [BytePath], of all: Int) throws(ClassifierError) {
    // The film that was begun, before others take its place.
    let begun = files.filter { $0 == kept.film?.path }
    let ordered = begun.isEmpty ? files : begun + files.filter { $0 != begun[0] }
    try scan.run(
      ListedFiles(ordered), count: files.count, into: table, keeping: kept, stop: stop, observe: observe)
    left = all - (table.records.count - earlier)
  }
}
