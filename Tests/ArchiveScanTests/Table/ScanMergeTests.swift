import Foundation
import TestSupport
import Testing

@testable import ArchiveScan
@testable import R2P1DVideo

@Suite struct ScanMergeTests {
  let folder: ScanTableFolder
  let outcomes = ScanTableFolder.outcomes

  init() throws {
    folder = try ScanTableFolder()
    try folder.complete(folder.open("whole.csv"))
    try folder.complete(folder.open("a.csv"), [outcomes[1]])
    try folder.complete(folder.open("b.csv"), [outcomes[0], outcomes[2]])
  }

  private func merge(_ parts: String..., into output: String = "all.csv") throws {
    _ = try ScanMerge(ScanParts(parts.map { folder.path($0) }), into: folder.path(output))
  }

  @Test func partsMakeTheWhole() throws {
    try merge("a.csv", "b.csv")
    #expect(try folder.read("all.csv") == folder.read("whole.csv"))
    #expect(try folder.open("all.csv").records.count == 3)
    #expect(folder.names.count { $0.hasPrefix("all") } == 2)
  }

  @Test func whatWasMergedIsMergedAgain() throws {
    try merge("a.csv", into: "c.csv")
    try merge("b.csv", "c.csv")
    try merge("b.csv", "c.csv")
    #expect(try folder.read("all.csv") == folder.read("whole.csv"))
  }

  /// Earlier versions wrote `file` without quotes; what comes of a merge has them, whichever part is the
  /// first.
  @Test func partsWithEitherHeaderMakeTheWhole() throws {
    let journal = try Journal(folder.read("a.csv.journal"), path: "j")
    let head = try #require(journal.head)
    let plain = Array(String(decoding: head.header, as: UTF8.self).replacing("\"file\"", with: "file").utf8)
    try folder.write("a.csv", plain + folder.read("a.csv").dropFirst(head.header.count))
    try folder.write(
      "a.csv.journal",
      Journal.Head(settings: head.settings, header: plain).line
        + journal.records.flatMap { $0.moved(to: $0.end - 2).line })
    try merge("a.csv", "b.csv")
    try merge("b.csv", "a.csv", into: "other.csv")
    #expect(try folder.read("all.csv") == folder.read("whole.csv"))
    #expect(try folder.read("other.csv") == folder.read("whole.csv"))
  }

  @Test func partsThatOverlapAreRefused() throws {
    let error = #expect(throws: ClassifierError.self) { try merge("a.csv", "whole.csv") }
    #expect(error?.cause.contains("a/2") == true)
    #expect(!folder.names.contains { $0.hasPrefix("all") })
  }

  @Test func partsOfOtherSettingsAreRefused() throws {
    let other = ScanSettings(facts: [.init(name: "model", value: "n")])
    try folder.complete(folder.open("d.csv", other), [outcomes[0]])
    let error = #expect(throws: ClassifierError.self) { try merge("a.csv", "d.csv") }
    #expect(error?.cause.contains("model n there, m here") == true)
  }

  @Test func anOutputThatIsAPartIsRefused() throws {
    #expect(throws: ClassifierError.self) { try merge("a.csv", "b.csv", into: "b.csv") }
    #expect(try folder.open("b.csv").records.count == 2)
  }

  @Test func anOutputThatIsNoScansIsRefused() throws {
    try folder.write("all.csv", "mine".utf8)
    #expect(throws: ClassifierError.self) { try merge("a.csv", "b.csv") }
    #expect(try folder.read("all.csv") == Array("mine".utf8))
    #expect(folder.names.count { $0.hasPrefix("all") } == 1)
  }

  @Test func aPartWithoutItsJournalOrItsRowsIsRefused() throws {
    folder.remove("a.csv.journal")
    #expect(throws: ClassifierError.self) { try merge("a.csv", "b.csv") }
    try folder.write("b.csv", folder.read("b.csv").dropLast(4))
    #expect(throws: ClassifierError.self) { try merge("b.csv") }
    #expect(!folder.names.contains { $0.hasPrefix("all") || $0 == "a.csv.journal" })
  }

  @Test func aCrashInTheFirstMergeIsMadeGoodByTheNextScan() throws {
    try merge("a.csv", "b.csv")
    let (output, journal) = (try folder.read("all.csv"), try folder.read("all.csv.journal"))
    try folder.write("all.csv.journal.next", journal)
    try folder.write("all.csv.journal", Journal.supersededLine)
    #expect(try folder.open("all.csv").records.count == 3)
    #expect(try folder.read("all.csv") == output && folder.read("all.csv.journal") == journal)
  }
}
