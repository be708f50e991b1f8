import Foundation
import TestSupport
import Testing

@testable import ArchiveScan
@testable import R2P1DVideo

/// The windows of a film that a scan was at.
@Suite struct WindowJournalTests {
  let folder: TemporaryFolder
  let video = DecodeJob("film.mkv")

  init() throws {
    folder = try TemporaryFolder()
    video.stamp = FileStamp(size: 5, modified: 7)
  }

  private func journal(_ settings: String = "s", classes: Int = 3) -> WindowJournal {
    WindowJournal(
      beside: BytePath(folder.path("l.csv")), settings: settings, classes: classes, interval: .seconds(600))
  }

  private static func window(_ number: Int) -> ScoredWindow {
    let logits = [Float(number), 0.1, -1e-30]
    return ScoredWindow(
      number: number, count: 40, start: Rational(number, 15), end: Rational(number + 8, 15), padded: false,
      videoEnd: 3.5, scores: ClassScores([0.5, 0.25, 0.25]), logits: logits)
  }

  /// Keeps windows from number `first` up to `last`.
  private func keep(_ journal: WindowJournal, from first: Int = 0, to last: Int) {
    for number in first...last {
      video.note(
        WorkerMessage.Window(
          number: number, total: 40, start: Rational(0, 1), end: Rational(1, 1), videoEnd: 1, padded: false,
          isFinal: true, samples: [], decodeErrors: number / 2, framesDecoded: 10 * number))
      journal.add(Self.window(number), of: video)
    }
    journal.save(video)
  }

  private func windows(_ journal: WindowJournal) throws -> [KeptWindow] {
    guard let kept = journal.kept(of: "film.mkv") else { return [] }
    var windows: [KeptWindow] = []
    while let window = try kept.next() { windows.append(window) }
    return windows
  }

  @Test func whatIsKeptComesBackAndIsResumed() throws {
    keep(journal(), to: 4)
    keep(journal(), from: 5, to: 9)
    // Each pass counts for itself: 2 errors and 40 frames, then 4 and 90.
    let journal = journal()
    #expect(journal.film == WindowJournal.Film(path: "film.mkv", stamp: video.stamp, windows: 10))
    #expect(try windows(journal) == (0..<10).map { KeptWindow(Self.window($0)) })
    let kept = try #require(journal.kept(of: "film.mkv"))
    #expect(kept.count == 10 && kept.decodeErrors == 6 && kept.framesDecoded == 130)
    #expect(journal.kept(of: "other.mkv") == nil)
  }

  @Test func aCrashAtAnyByteLeavesWholeWindows() throws {
    keep(journal(), to: 3)
    let bytes = try folder.read("l.csv.windows")
    let size = 76 + 4 * 3
    let head = bytes.count - 4 * size
    for end in 0...bytes.count {
      try folder.write("l.csv.windows", bytes.prefix(end))
      let expected = max(end - head, 0) / size
      #expect(try windows(journal()) == (0..<expected).map { KeptWindow(Self.window($0)) }, "\(end) bytes")
    }
    for place in stride(from: 0, to: bytes.count, by: 5) {
      var damaged = bytes
      damaged[place] ^= 0x10
      try folder.write("l.csv.windows", damaged)
      let found = try windows(journal())
      #expect(found.count <= max(place - head, 0) / size, "byte \(place)")
      #expect(found == (0..<found.count).map { KeptWindow(Self.window($0)) })
    }
  }

  @Test func aTornEndIsWrittenOver() throws {
    keep(journal(), to: 3)
    try folder.write("l.csv.windows", folder.read("l.csv.windows").dropLast(10))
    keep(journal(), from: 3, to: 6)
    #expect(try windows(journal()).map(\.number) == Array(0...6))
  }

  @Test func otherSettingsAndOtherClassesAreAnothersFilm() throws {
    keep(journal(), to: 3)
    #expect(journal("t").film == nil && journal(classes: 4).film == nil)
    try folder.write("l.csv.windows", "")
    #expect(journal().film == nil)
    try FileManager.default.removeItem(atPath: folder.path("l.csv.windows"))
    try FileManager.default.createDirectory(
      atPath: folder.path("l.csv.windows"), withIntermediateDirectories: false)
    let blocked = journal()
    keep(blocked, to: 3)
    #expect(blocked.film == nil)
  }

  @Test func aFilmThatBeginsAgainIsKeptFromItsFirstWindow() throws {
    keep(journal(), to: 9)
    keep(journal(), to: 1)
    #expect(try windows(journal()).map(\.number) == [0, 1])
  }

  @Test func whatIsKeptGoesWithItsOwnRowAlone() throws {
    keep(journal(), to: 3)
    let journal = journal()
    // A short video comes between.
    let short = DecodeJob("a.mkv")
    journal.add(Self.window(0), of: short)
    journal.finish("a.mkv")
    #expect(try windows(journal).count == 4)
    journal.finish("film.mkv")
    #expect(journal.film == nil && folder.names.isEmpty)
  }
}
