import Foundation
import TestSupport
import Testing

@testable import ArchiveScan
@testable import R2P1DVideo

/// What a merge says of shares that are missing or were not done.
@Suite struct ScanGapsTests {
  let folder: ScanTableFolder

  init() throws { folder = try ScanTableFolder() }

  /// Begins a part with share `shard`, and says what of `listed` files are its own and still without a row.
  private func part(
    _ name: String, _ shard: String, listed: Int = 3, files: Int = 1, left: Int = 0, unreadable: Int = 0,
    rows: [Int] = []
  ) throws {
    let table = try folder.open(name)
    let shard = try #require(Shard(shard))
    try table.begin(shard.isWhole ? nil : shard)
    var listing = Listing()
    for number in 0..<listed { listing.add(BytePath("\(number).mp4")) }
    listing.unreadable = unreadable
    try table.end(listing, of: shard, files: files, left: left)
    for row in rows { try table.add(ScanTableFolder.outcomes[row], stamp: ScanTableFolder.stamp(row)) }
  }

  private func gaps(_ names: String...) throws -> ScanGaps {
    try ScanParts(names.map { folder.path($0) }).gaps
  }

  private func reasons(_ gaps: ScanGaps) -> [String] {
    gaps.reasons.map { $0.replacing("\(folder.url.path)/", with: "") }
  }

  @Test func allSharesDoneLackNothing() throws {
    try part("a.csv", "1/3", left: 1, rows: [0])
    try part("b.csv", "2/3", files: 0)
    try part("c.csv", "3/3", left: 1, rows: [1])
    #expect(try gaps("a.csv", "b.csv", "c.csv").isEmpty)
  }

  @Test func sharesThatNobodyHasAreNamedByNumber() throws {
    try part("a.csv", "1/9", left: 1, rows: [0])
    try part("e.csv", "5/9", left: 1, rows: [1])
    let gaps = try gaps("a.csv", "e.csv")
    #expect(reasons(gaps) == ["shares 2-4, 6-9 of 9 are missing"])
    #expect(gaps.shares == [2, 3, 4, 6, 7, 8, 9] && gaps.parts.isEmpty)
  }

  @Test func aShareThatWasInterruptedIsNamedWithWhatIsToDo() throws {
    try part("a.csv", "1/2", files: 5, left: 4, rows: [0])
    try part("b.csv", "2/2", left: 1, rows: [1])
    let gaps = try gaps("a.csv", "b.csv")
    #expect(reasons(gaps) == ["a.csv: share 1/2 was interrupted: 3 of 5 files left to do"])
    #expect(gaps.shares == [1])
  }

  @Test func aListingThatWasNotFinishedIsAnInterruption() throws {
    try folder.open("a.csv").begin(Shard("1/2"))
    try part("b.csv", "2/2", left: 1, rows: [1])
    let gaps = try gaps("a.csv", "b.csv")
    #expect(reasons(gaps) == ["a.csv: share 1/2 was interrupted before its listing was finished"])
    #expect(gaps.shares == [1])
  }

  @Test func aFolderThatCouldNotBeReadIsAGap() throws {
    try part("a.csv", "1/1", left: 1, unreadable: 2, rows: [0])
    let gaps = try gaps("a.csv")
    #expect(reasons(gaps) == ["a.csv: could not read 2 folders, whose files are unknown"])
    #expect(gaps.parts == [folder.path("a.csv")] && gaps.shares.isEmpty)
  }

  /// As where the archive is not mounted on one machine, or where it has grown in between.
  @Test func sharesThatSawOtherFilesAreToBeDoneAgain() throws {
    try part("a.csv", "1/3", listed: 3, left: 1, rows: [0])
    try part("b.csv", "2/3", listed: 3, left: 1, rows: [1])
    // A later second, or else the listings have no order.
    usleep(1_100_000)
    try part("c.csv", "3/3", listed: 4, left: 1, rows: [2])
    let gaps = try gaps("a.csv", "b.csv", "c.csv")
    #expect(
      reasons(gaps) == [
        "a.csv: share 1/3 saw 3 files in all, c.csv saw others later, 4 in all",
        "b.csv: share 2/3 saw 3 files in all, c.csv saw others later, 4 in all",
      ])
    #expect(gaps.shares == [1, 2])
  }

  @Test func wholeScansOfSeveralFoldersLackNothing() throws {
    try part("a.csv", "1/1", listed: 3, left: 1, rows: [0])
    try part("b.csv", "1/1", listed: 7, left: 1, rows: [1])
    #expect(try gaps("a.csv", "b.csv").isEmpty)
  }

  @Test func sharesOfTwoNumbersCannotBeJudged() throws {
    try part("a.csv", "1/2", left: 1, rows: [0])
    try part("b.csv", "2/4", left: 1, rows: [1])
    #expect(
      try reasons(gaps("a.csv", "b.csv")) == [
        "shares of 2 and of 4 are mixed, so what is missing is not known"
      ])
  }

  @Test func aPartThatIsNotThereIsAGap() throws {
    try part("a.csv", "1/2", left: 1, rows: [0])
    let one = try gaps("a.csv", "b.csv")
    #expect(reasons(one) == ["b.csv: is not there", "share 2 of 2 is missing"])
    #expect(one.shares == [2] && one.parts.isEmpty)
    // Where no journal says how many shares there are, its name is all that is known of it.
    #expect(try gaps("c.csv").parts == [folder.path("c.csv")])
  }

  /// The moments at which a scan may be killed: its first line half written, no header, a row that did not
  /// reach the disk, rows about to be removed.
  @Test func aPartThatWasKilledAtAnyMomentIsAGap() throws {
    try part("whole.csv", "1/2", files: 2, left: 2, rows: [0, 1])
    try part("b.csv", "2/2", left: 1, rows: [2])
    let (output, journal) = (try folder.read("whole.csv"), try folder.read("whole.csv.journal"))
    let header = try #require(Journal(journal, path: "j").head).header.count
    for (rows, lines, known) in [
      (0, 0, false), (0, 20, false), (0, journal.count, true), (header, journal.count, true),
      (output.count - 3, journal.count, true),
    ] {
      try folder.write("a.csv", output.prefix(rows))
      try folder.write("a.csv.journal", journal.prefix(lines))
      let gaps = try gaps("a.csv", "b.csv")
      #expect(gaps.shares == [1], "\(rows) bytes, \(lines) of the journal")
      #expect(reasons(gaps).count == (known ? 1 : 2), "\(reasons(gaps))")
    }
    try folder.write("a.csv", output)
    try folder.write("a.csv.journal", journal + Journal.supersededLine)
    #expect(try reasons(gaps("a.csv", "b.csv")) == ["a.csv: was interrupted as it removed rows"])
  }

  @Test func aJournalOfAnEarlierVersionIsUnknownAndNoGap() throws {
    try folder.complete(folder.open("old.csv"))
    do {
      let parts = try ScanParts([folder.path("old.csv")])
      #expect(parts.gaps.isEmpty && parts.unknown == [folder.path("old.csv")])
      _ = try ScanMerge(parts, into: folder.path("all.csv"))
    }
    #expect(try ScanParts([folder.path("all.csv")]).unknown == [folder.path("all.csv")])
    // A scan of now makes it known.
    try part("old.csv", "1/1", listed: 3, files: 3)
    #expect(try ScanParts([folder.path("old.csv")]).unknown.isEmpty)
  }

  @Test func aMergeOfMergesKnowsWhatItsPartsLack() throws {
    try part("a.csv", "1/4", left: 1, rows: [0])
    try part("b.csv", "2/4", files: 9, left: 9, rows: [1])
    try part("c.csv", "3/4", left: 1, rows: [2])
    try part("d.csv", "4/4", files: 0)
    _ = try ScanMerge(ScanParts([folder.path("a.csv"), folder.path("b.csv")]), into: folder.path("ab.csv"))
    _ = try ScanMerge(ScanParts([folder.path("c.csv"), folder.path("d.csv")]), into: folder.path("cd.csv"))
    let gaps = try gaps("ab.csv", "cd.csv")
    #expect(reasons(gaps) == ["ab.csv: share 2/4 was interrupted: 8 of 9 files left to do"])
    #expect(gaps.shares == [2])
    #expect(try self.gaps("cd.csv").shares == [1, 2])
  }

  /// The share is no setting: parts are alike though theirs differ; but a part stays with its number of
  /// shares.
  @Test func aTableIsNotResumedWithAnotherNumberOfShares() throws {
    try part("a.csv", "1/4", left: 1, rows: [0])
    let error = #expect(throws: ClassifierError.self) { try part("a.csv", "1/8") }
    #expect(error?.cause.contains("was begun as share 1/4, now it is 1/8") == true)
    try part("a.csv", "1/1", files: 3, left: 2, rows: [1, 2])
    #expect(try gaps("a.csv").isEmpty)
  }

  @Test func whatAJournalSaysOfSharesOutlivesRemovedRows() throws {
    try part("a.csv", "1/2", files: 2, left: 2, rows: [0, 1])
    do {
      let table = try folder.open("a.csv")
      try table.begin(Shard("1/2"))
      try table.remove { $0.isFailed }
      #expect(
        try Journal(folder.read("a.csv.journal"), path: "j").coverage.entries.map(\.shard)
          == [Shard("1/2")])
    }
    try part("a.csv", "1/2", files: 2, left: 1, rows: [1])
    #expect(try gaps("a.csv").shares == [2])
  }

  @Test(arguments: [
    ["began", "1/2", "3"], ["began", "unknown"], ["began", "3/2"], ["listed", "1/2"],
    ["listed", "1/2", "1", "1", "xyz", "0", "1", "0"], ["listed", "1/2", "1", "1", "f", "0", "1", "2"],
    ["listed", "1/2", "1", "-1", "f", "0", "1", "0"], ["part", "unknown", "1", "1", "f", "0", "1", "0"],
    ["part", "1/2", "1"], ["part"], ["shared", "1/2"],
  ])
  func aLineThatNoScanWritesIsRefused(_ fields: [String]) throws {
    try folder.complete(folder.open("a.csv"))
    let line = JournalLine.bytes(fields.map { Array($0.utf8) })
    try folder.write("a.csv.journal", folder.read("a.csv.journal") + line)
    let error = #expect(throws: ClassifierError.self) { try folder.open("a.csv") }
    #expect(error?.cause.contains("unknown journal record") == true)
  }
}
