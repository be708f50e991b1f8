import Evaluation
import Foundation
import R2P1DVideo
import TestSupport
import Testing

@Suite struct ClassFolderTests {
  @Test(
    arguments: [
      (["b/2.mp4", "a/1.mp4", "a/deep/er/3.MKV", "a/notes.txt", ".hidden/4.mp4"], nil, ["a", "b"], 3),
      (["train/a/1.mp4", "train/b/2.mp4", "val/a/3.mp4"], "validation", ["a", "b"], 1),
      (["train/a/1.mp4", "train/b/2.mp4", "val/a/3.mp4"], "all", ["a", "b"], 3),
      // A class may be called as a split is.
      (["test/1.mp4", "warm up/2.mp4"], nil, ["test", "warm up"], 2),
    ] as [([String], String?, [String], Int)])
  func foldersAreClassesPerhapsBelowSplits(
    _ files: [String], _ split: String?, _ classes: [String], _ count: Int
  ) throws {
    let folder = try TemporaryFolder()
    for file in files { try folder.write(file, "") }
    var options = LabelledList.Options()
    options.split = split
    let list = try LabelledList.read(BytePath(folder.url.path), options: options)
    #expect(list.form == .folders)
    #expect(list.classes == classes)
    #expect(list.videos.count == count)
  }

  @Test func aFolderThatMixesSplitsAndClassesIsRefused() throws {
    let folder = try TemporaryFolder()
    for file in ["train/a/1.mp4", "jump/2.mp4"] { try folder.write(file, "") }
    let error = #expect(throws: ClassifierError.self) {
      try LabelledList.read(BytePath(folder.url.path))
    }
    #expect(error?.cause.contains("train looks like a split and jump like a class") == true)
  }

  @Test func aClassWithoutVideosIsNamed() throws {
    let folder = try TemporaryFolder()
    for file in ["a/1.mp4", "empty/readme.txt"] { try folder.write(file, "") }
    let list = try LabelledList.read(BytePath(folder.url.path))
    #expect(list.notes == ["\(folder.path("empty")) holds no video"])
  }

  /// A link that leads back ends somewhere.
  @Test func foldersThatLeadBackAreLeft() throws {
    let folder = try TemporaryFolder()
    try folder.write("a/1.mp4", "")
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("a/again"), withDestinationPath: folder.path("a"))
    let list = try LabelledList.read(BytePath(folder.url.path))
    #expect(list.notes.contains { $0.contains("lies too deep") })
  }
}
