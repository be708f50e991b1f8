import R2P1DVideo

/// The outputs of several scans, as those of shards, that are to be joined.
package struct ScanParts {
  /// What they lack of what their scans were given.
  package let gaps: ScanGaps
  /// Parts of earlier versions, whose journals do not say whether they are whole.
  package let unknown: [BytePath]

  let parts: [Part]
  private let broken: [BytePath]

  struct Part {
    let path: BytePath
    let table: ScanTableFiles.Opened

    var entries: [Coverage.Entry] { table.contents.coverage.entries(rows: table.contents.records.count) }

    var rows: [ScanRows.Row] {
      let starts = [table.contents.head?.header.count ?? 0] + table.contents.records.map(\.end)
      return zip(table.contents.records, starts).map {
        ScanRows.Row(record: $0, file: table.output, start: $1)
      }
    }
  }

  /// Opens the outputs at `paths`, which stay locked against scans.
  ///
  /// Throws if they were made with other settings than each other, have a file in common, or are being
  /// written.
  package init(_ paths: [BytePath]) throws(ClassifierError) {
    var parts: [Part] = []
    var broken: [(path: BytePath, reason: String, coverage: Coverage)] = []
    for path in paths {
      switch try ScanTableFiles(path).openPart() {
      case .table(let table): parts.append(Part(path: path, table: table))
      case .broken(let reason, let coverage): broken.append((path, reason, coverage))
      }
    }
    try Self.checkAlike(parts)
    try Self.checkDisjoint(parts)
    self.parts = parts
    self.broken = broken.map(\.path)
    unknown = parts.filter { $0.entries.contains { $0.shard == nil } }.map(\.path)
    gaps = ScanGaps(
      parts.flatMap { part in part.entries.map { (part.path, $0) } }, broken: broken.map { $0 })
  }

  /// Throws where a part cannot be read at all, or is `output`.
  func check(into output: BytePath) throws(ClassifierError) {
    let target = output.status.map(FileIdentity.init)
    for part in parts where target != nil && part.path.status.map(FileIdentity.init) == target {
      throw .output(part.path, cause: "is a part and the output", remedy: .otherOutput())
    }
  }

  /// The files of `listed` that have no row.
  package func missing(of listed: some Sequence<BytePath>) -> [BytePath] {
    let rows = Set(parts.flatMap { $0.table.contents.records.map(\.path) })
    return listed.filter { !rows.contains($0) }
  }

  /// The share with the most seconds of video, and how many times the mean it has; nil where there are not
  /// shares to compare.
  package var longestShare: (shard: Shard, timesTheMean: Double)? {
    let shares = parts.compactMap { part -> (shard: Shard, seconds: Double)? in
      guard part.entries.count == 1, let shard = part.entries[0].shard, !shard.isWhole else { return nil }
      return (shard, part.table.contents.records.reduce(0) { $0 + $1.duration })
    }
    let mean = shares.reduce(0) { $0 + $1.seconds } / Double(max(shares.count, 1))
    guard shares.count > 1, shares.count <= ScanSummary.mostSharesToCompare, mean > 0,
      let longest = shares.max(by: { $0.seconds < $1.seconds })
    else {
      return nil
    }
    return (longest.shard, longest.seconds / mean)
  }

  private static func checkAlike(_ parts: [Part]) throws(ClassifierError) {
    guard let first = parts.first, let head = first.table.contents.head else { return }
    for part in parts.dropFirst() {
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
