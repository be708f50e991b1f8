import Foundation
import TestSupport
import Testing

@testable import ArchiveScan
@testable import R2P1DVideo

@Suite struct FileFinderTests {
  let folder: ScanTableFolder

  init() throws { folder = try ScanTableFolder() }

  private func make(_ names: String...) throws {
    for name in names {
      let place = folder.url.appending(path: name)
      try FileManager.default.createDirectory(
        at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data("x".utf8).write(to: place)
    }
  }

  private func link(_ name: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(
      atPath: folder.url.appending(path: name).path, withDestinationPath: target)
  }

  /// What is found, relative to the folder.
  private func found(_ paths: [String] = [""], _ set: (inout FileFinder) -> Void = { _ in }) -> [String] {
    var finder = FileFinder()
    set(&finder)
    finder.find(paths.map { $0.isEmpty ? BytePath(folder.url.path) : folder.path($0) })
    return finder.files.map { String($0.string.dropFirst(folder.url.path.count + 1)) }
  }

  @Test func videosAreFoundInTheOrderOfTheirBytes() throws {
    try make("b.mp4", "a/z.MKV", "a/y.webm", "a.mp4", "B.avi", "é.mov", "notes.txt", "mp4", ".mp4")
    #expect(found() == ["B.avi", "a/y.webm", "a/z.MKV", "a.mp4", "b.mp4", "é.mov"])
  }

  @Test func aWalksOrderIsTheOrderOfItsPaths() throws {
    try make("a/b.mp4", "a.mp4", "a-1/c.mp4", "a/b/c.mp4", "a/b-/c.mp4", "b.mp4", "a!.mp4")
    let walked = found()
    #expect(walked == walked.sorted { BytePath($0).isWalkedBefore(BytePath($1)) })
    #expect(walked.count == 7)
  }

  @Test func whatIsHiddenIsPassedOverUnlessItIsNamed() throws {
    try make(".hidden/a.mp4", ".b.mp4", "c.mp4")
    #expect(found() == ["c.mp4"])
    #expect(found([".hidden", ".b.mp4"]) == [".hidden/a.mp4", ".b.mp4"])
  }

  @Test func aNamedFileIsTakenWhateverItsName() throws {
    try make("clip.dat")
    #expect(found(["clip.dat", "gone.mp4"]) == ["clip.dat", "gone.mp4"])
  }

  @Test func allTakesEveryFileButTheScansOwn() throws {
    try make("a", "b.txt", "l.csv", "l.csv.journal")
    try link("own.csv", to: "l.csv")
    #expect(
      found { finder in
        finder.walk.takesAll = true
        finder.walk.excluded = [folder.path("l.csv"), folder.path("l.csv.journal")]
      } == ["a", "b.txt"])
  }

  @Test func linksAreFollowedAndLoopsEnd() throws {
    try make("a/b/c.mp4", "d.mp4")
    try link("a/b/up", to: "..")
    try link("a/b/top", to: folder.url.path)
    try link("a/b/self", to: ".")
    try link("e", to: "a")
    try link("f.mp4", to: "nowhere")
    #expect(found() == ["a/b/c.mp4", "d.mp4", "e/b/c.mp4", "f.mp4"])
  }

  @Test func aFileFoundTwiceIsTakenOnce() throws {
    try make("a/b.mp4", "c/b.mp4")
    #expect(found(["a", "a/b.mp4", "", "a"]) == ["a/b.mp4", "c/b.mp4"])
  }

  @Test func sharesAreDisjointAndComplete() throws {
    let paths = (0..<1000).map { BytePath("archive/\($0 / 100)/clip-\($0).mp4") }
    for count in [1, 2, 3, 7, 16] {
      let shards = try (1...count).map { try #require(Shard("\($0)/\(count)")) }
      #expect(paths.allSatisfy { path in shards.count { $0.contains(path) } == 1 })
      // Far off only if the hash is bad: five deviations.
      let expected = 1000.0 / Double(count)
      for shard in shards {
        #expect(abs(Double(paths.count(where: shard.contains)) - expected) < 5 * expected.squareRoot() + 1)
      }
    }
  }

  @Test func aPathsShareIsTheSameForEver() {
    #expect(StableHash("".utf8).value == 0xCBF2_9CE4_8422_2325)
    #expect(StableHash.text("foobar".utf8) == "85944171f73967e8")
  }

  @Test(arguments: ["", "1", "0/2", "3/2", "1/0", "a/b", "1/2/3", "-1/2", "1/1000001", "1/"])
  func aShareThatMakesNoSenseIsNone(_ text: String) {
    #expect(Shard(text) == nil)
  }
}
