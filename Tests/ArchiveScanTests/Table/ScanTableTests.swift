import Foundation
import TestSupport
import Testing

@testable import ArchiveScan
@testable import R2P1DVideo

@Suite struct ScanTableTests {
  let folder: ScanTableFolder
  /// Output and journal of a scan that nothing interrupted.
  let output: [UInt8]
  let journal: [UInt8]

  init() throws {
    folder = try ScanTableFolder()
    try folder.complete(folder.open())
    output = try folder.read("t.csv")
    journal = try folder.read("t.csv.journal")
  }

  private func place(_ output: some Sequence<UInt8>, _ journal: some Sequence<UInt8>) throws {
    try folder.write("t.csv", output)
    try folder.write("t.csv.journal", journal)
  }

  /// Goes on from what is there, and compares with the uninterrupted scan.
  private func resumes(keeping rows: Int, _ comment: String) throws {
    let table = try folder.open()
    #expect(table.records.count == rows, "\(comment)")
    try folder.complete(table)
    #expect(try folder.read("t.csv") == output, "\(comment)")
    #expect(try folder.read("t.csv.journal") == journal, "\(comment)")
  }

  @Test(.slow) func aCrashAtAnyByteLosesNoRecordedRow() throws {
    let contents = try Journal(journal, path: "j")
    let rowEnds = contents.records.map(\.end)
    var (outputEnd, journalEnd) = (
      try #require(contents.head).header.count, try #require(contents.head).line.count
    )
    for row in rowEnds.indices {
      for end in outputEnd...rowEnds[row] {
        try place(output.prefix(end), journal.prefix(journalEnd))
        try resumes(keeping: row, "output of \(end) bytes")
      }
      outputEnd = rowEnds[row]
      for end in journalEnd...contents.ends[row] {
        try place(output.prefix(outputEnd), journal.prefix(end))
        try resumes(keeping: end == contents.ends[row] ? row + 1 : row, "journal of \(end) bytes")
      }
      journalEnd = contents.ends[row]
    }
  }

  @Test func aCrashBeforeTheFirstRowIsAFreshStart() throws {
    let head = try #require(try Journal(journal, path: "j").head)
    for end in 0...head.line.count {
      folder.remove("t.csv")
      try folder.write("t.csv.journal", journal.prefix(end))
      try resumes(keeping: 0, "journal of \(end) bytes")
    }
    for end in 0...head.header.count {
      try place(output.prefix(end), head.line)
      try resumes(keeping: 0, "output of \(end) bytes")
    }
  }

  /// A crash in between would leave an output without a journal, which is refused: the journal given here
  /// takes nothing, and so shows what was done before it.
  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full"), "needs /dev/full"))
  func beginningAnewEmptiesTheOutputBeforeTheJournal() throws {
    let head = try #require(try Journal(journal, path: "j").head)
    try place(head.header, head.line)
    let place = ScanTableFiles(folder.path())
    let full = try OpenFile("/dev/full", .readWrite)
    #expect(throws: ClassifierError.self) { try place.create(head, full) }
    #expect(try folder.read("t.csv").isEmpty)
    try resumes(keeping: 0, "begun anew")
  }

  @Test func rowsThatAPowerCutTookFromTheOutputAloneAreDoneAgain() throws {
    let ends = try Journal(journal, path: "j").records.map(\.end)
    for end in stride(from: 0, to: output.count, by: 3) {
      let rows = ends.count { $0 <= end }
      try place(output.prefix(end), journal)
      try resumes(keeping: rows, "cut at \(end)")
      try place(output.prefix(end) + [UInt8](repeating: 0, count: output.count - end), journal)
      try resumes(keeping: rows, "zeros from \(end)")
    }
  }

  @Test func zerosBehindTheJournalAreCutOff() throws {
    try place(output, journal + [UInt8](repeating: 0, count: 5000))
    try resumes(keeping: 3, "zeros")
  }

  /// Earlier versions wrote `file` without quotes.
  private func placeWithPlainHeader() throws {
    let contents = try Journal(journal, path: "j")
    let head = try #require(contents.head)
    let plain = Array(String(decoding: head.header, as: UTF8.self).replacing("\"file\"", with: "file").utf8)
    #expect(plain.count == head.header.count - 2)
    let lines = contents.records.flatMap { $0.moved(to: $0.end - 2).line }
    try place(
      plain + output.dropFirst(head.header.count),
      Journal.Head(settings: head.settings, header: plain).line + lines)
  }

  @Test func theHeaderOfAnEarlierVersionIsGoneOnWith() throws {
    try placeWithPlainHeader()
    let before = try folder.read("t.csv")
    do {
      let table = try folder.open()
      #expect(table.records.count == 3)
      try table.remove { $0.isFailed }
      try folder.complete(table)
    }
    let rows = { (bytes: [UInt8]) in String(decoding: bytes, as: UTF8.self).split(separator: "\r\n").sorted()
    }
    #expect(rows(try folder.read("t.csv")) == rows(before))
    #expect(try folder.open().records.count == 3)
  }

  @Test func aTableOfAnEarlierVersionWithoutRowsBeginsAsThisOneDoes() throws {
    try placeWithPlainHeader()
    let head = try #require(Journal(folder.read("t.csv.journal"), path: "j").head)
    try place(head.header, head.line)
    try resumes(keeping: 0, "a header alone")
  }

  @Test func otherColumnsAreRefused() throws {
    let head = try #require(Journal(journal, path: "j").head)
    let header = Array("\"file\",status,more\r\n".utf8)
    let records = try Journal(journal, path: "j").records
    try place(
      header + output.dropFirst(head.header.count),
      Journal.Head(settings: head.settings, header: header).line
        + records.flatMap { $0.moved(to: $0.end + header.count - head.header.count).line })
    let error = #expect(throws: ClassifierError.self) { try folder.open() }
    #expect(error?.cause.contains("other columns") == true)
  }

  @Test func anOutputThatSomebodyChangedIsRefusedAndStays() throws {
    var changed = output
    changed[output.count - 10] ^= 1
    try place(changed, journal)
    #expect(throws: ClassifierError.self) { try folder.open() }
    #expect(try folder.read("t.csv") == changed)
  }

  @Test func aJournalWithADamagedLineBetweenGoodOnesIsRefused() throws {
    var changed = journal
    changed[journal.count / 2] ^= 1
    try place(output, changed)
    #expect(throws: ClassifierError.self) { try folder.open() }
    #expect(try folder.read("t.csv") == output && folder.read("t.csv.journal") == changed)
  }

  @Test func anOutputWithoutItsJournalIsRefusedAndNoJournalIsLeft() throws {
    folder.remove("t.csv.journal")
    #expect(throws: ClassifierError.self) { try folder.open() }
    #expect(folder.names == ["t.csv"])
    #expect(try folder.read("t.csv") == output)
  }

  @Test func otherSettingsAreRefusedByName() throws {
    let other = ScanSettings(facts: [.init(name: "model", value: "m"), .init(name: "frames", value: "16")])
    let error = #expect(throws: ClassifierError.self) { try folder.open("t.csv", other) }
    #expect(error?.cause.contains("frames 8 there, 16 here") == true)
    #expect(error?.scope == .setup)
    #expect(try folder.read("t.csv") == output && folder.read("t.csv.journal") == journal)
  }

  @Test func aTableWithoutRowsTakesOtherSettings() throws {
    folder.remove("t.csv", "t.csv.journal")
    _ = try folder.open()
    let other = ScanSettings(facts: [.init(name: "model", value: "other")])
    #expect(try folder.open("t.csv", other).records.isEmpty)
  }

  @Test(.slow) func aTableIsOpenOnce() throws {
    let table = try folder.open()
    let error = #expect(throws: ClassifierError.self) { try folder.open() }
    #expect(error?.cause.contains("another scan") == true)
    try table.remove { $0.isFailed }
    #expect(throws: ClassifierError.self) { try folder.open() }
  }

  @Test func removedRowsAreGoneAndTheRestGoesOn() throws {
    do {
      let table = try folder.open()
      try table.remove { $0.path == "a/1.mp4" }
      #expect(table.records.map(\.path) == ScanTableFolder.outcomes[1...].map(\.file))
      try folder.complete(table)
    }
    let table = try folder.open()
    #expect(table.records.map(\.path) == [1, 2, 0].map { ScanTableFolder.outcomes[$0].file })
    #expect(folder.names == ["t.csv", "t.csv.journal"])
  }

  @Test func aCrashWhileRowsAreRemovedLeavesAllOrAllButThose() throws {
    // What `remove` does, step by step.
    func stop(after steps: Int) throws {
      try place(output, journal)
      folder.remove("t.csv.next", "t.csv.journal.next")
      let place = ScanTableFiles(folder.path())
      let table = try place.open(#require(Journal(journal, path: "j").head))
      let record = table.contents.records[0]
      let row = ScanRows.Row(
        record: record, file: table.output, start: try #require(table.contents.head).header.count)
      let successor = try ScanRows(head: #require(table.contents.head), rows: [row], coverage: [])
        .written(beside: place)
      if steps > 0 { try table.journal.append(Journal.supersededLine, at: table.journal.size) }
      if steps > 1 { try successor.output.move(to: place.output) }
      if steps > 2 { try successor.journal.move(to: place.journal) }
    }
    for steps in 0...3 {
      try stop(after: steps)
      try resumes(keeping: steps == 0 ? 3 : 1, "after \(steps) steps")
    }
  }
}
