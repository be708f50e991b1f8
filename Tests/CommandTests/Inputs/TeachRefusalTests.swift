import Foundation
import TestSupport
import Testing

/// Lists that cannot be taught, each with one line that says why and the right status.
@Suite struct TeachRefusalTests {
  let folder: TemporaryFolder
  let program: Program

  init() throws {
    folder = try TemporaryFolder()
    program = Program(folder: folder.url)
    let clips = "\(TaughtClips.folder)"
    for (name, clip) in [("a.mp4", "strobing"), ("b.mp4", "crossfade")] {
      try FileManager.default.copyItem(atPath: "\(clips)/\(clip)/scene-900-1.mp4", toPath: folder.path(name))
    }
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let list: String
    let says: String
    var status: Int32 = 2
    var labels: String?
    var testDescription: String { says }
  }

  static let cases = [
    Case(
      list: "file,label\na.mp4,x\nb.mp4,x", says: "has videos of one class alone, 'x': expected two or more"),
    Case(
      list: "file,label\na.mp4,x\nb.mp4,y", says: "1 of its 2 labels are not in labels.txt", labels: "x\nz"),
    Case(list: "file,label\na.mp4,x\nb.mp4,y", says: "no video has the class 'z'", labels: "x\ny\nz"),
    Case(
      list: "a.mp4 0\nb.mp4 2", says: "line 2: class 2, but labels.txt names 2 classes, 0 to 1",
      labels: "x\ny"),
    Case(list: "a.mp4 0\nb.mp4 2", says: "no video has the class 'class 1'"),
    Case(list: "file,label\na.mp4,x\nb.mp4,y\na.mp4,y", says: "line 4: "),
    Case(list: "file,label\na.mp4,x\ncopy.mp4,y\nb.mp4,x", says: "the same video is in two classes: "),
    Case(
      list: "file,label\na.mp4,x\nb.mp4,y\n/dev/zero,y",
      says: "1 of its 3 videos cannot be read, the first /dev/zero", status: 1),
    Case(list: "file,label\nno.mp4,x\nnone.mp4,y", says: "2 of its 2 videos cannot be read", status: 1),
    Case(list: "file,label\na.mp4,\"x\ny\"\nb.mp4,z", says: "the label 'x\\x0Ay' holds a line break"),
    Case(list: "file,label\na.mp4,X\nb.mp4,x", says: "'X', 'x' differ only in case"),
    Case(list: "file,label\na.mp4,é\nb.mp4,e\u{301}", says: "has videos of one class alone, 'é'"),
    Case(list: "file,labels\na.mp4,|\nb.mp4,y", says: "line 2: has no label"),
    Case(list: "file,label\n", says: "names no video"),
    Case(list: "file,label,group\na.mp4,x,g\nb.mp4,y,g", says: "all its videos are of one group"),
  ]

  @Test(arguments: cases) func whatCannotBeTaughtIsOneClearLine(_ example: Case) throws {
    try FileManager.default.copyItem(atPath: folder.path("a.mp4"), toPath: folder.path("copy.mp4"))
    try folder.write("list.txt", example.list)
    if let labels = example.labels { try folder.write("labels.txt", labels) }
    let run = try program(
      ["teach", "list.txt", "--model", "camera-motion", "--output", "own.safetensors"]
        + (example.labels == nil ? [] : ["--labels", "labels.txt"]))
    #expect(run.status == example.status && run.output.isEmpty)
    let lines = run.errors.split(whereSeparator: \.isNewline)
    let last = try #require(lines.last)
    #expect(last.hasPrefix("r2p1d-video: list.txt: ") && last.contains(example.says), "\(run.errors)")
    #expect(!FileManager.default.fileExists(atPath: folder.path("own.safetensors")))
  }

  @Test func anEmptyClassFolderIsNamed() throws {
    for (name, file) in [("x", "a.mp4"), ("y", "b.mp4"), ("z", nil)] {
      try FileManager.default.createDirectory(
        atPath: folder.path("clips/\(name)"), withIntermediateDirectories: true)
      if let file {
        try FileManager.default.moveItem(
          atPath: folder.path(file), toPath: folder.path("clips/\(name)/\(file)"))
      }
    }
    let run = try program("teach", "clips", "--model", "camera-motion", "--output", "own.safetensors")
    #expect(run.status == 2 && run.errors.contains("clips: no video has the class 'z'"), "\(run.errors)")
  }

  /// As a folder that was copied from a Mac may lie beside one that was made elsewhere.
  @Test func classFoldersOfOneNameInTwoUnicodeFormsAreNamed() throws {
    for (name, file) in [("\u{E9}", "a.mp4"), ("e\u{301}", "b.mp4")] {
      let path = "\(folder.path("clips"))/\(name)"
      try #require(mkdir(folder.path("clips"), 0o755) == 0 || errno == EEXIST)
      try #require(mkdir(path, 0o755) == 0 && rename(folder.path(file), "\(path)/\(file)") == 0)
    }
    let run = try program("teach", "clips", "--model", "camera-motion", "--output", "own.safetensors")
    #expect(run.status == 2 && run.errors.contains("differ only in Unicode form (NFC, NFD)"), "\(run.errors)")
  }

  @Test func aPipeAmongTheVideosIsNotWaitedFor() throws {
    try #require(mkfifo(folder.path("pipe.mp4"), 0o600) == 0)
    try folder.write("list.csv", "file,label\npipe.mp4,x\na.mp4,x\nb.mp4,y")
    let run = try program("teach", "list.csv", "--model", "camera-motion", "--output", "own.safetensors")
    #expect(run.status == 1 && run.errors.contains("pipe.mp4: is a pipe or a device, expected a video file"))
  }

  @Test func aCacheOfAnotherModelIsNamed() throws {
    try folder.write("list.csv", "file,label\na.mp4,x\nb.mp4,y")
    try folder.write("narrow.safetensors", NarrowCheckpoint.safetensors())
    let run = { (model: String) in
      try program("teach", "list.csv", "--model", model, "--output", "own.safetensors", "--cache", "kept")
    }
    #expect(try run("camera-motion").status == 0)
    let other = try run("narrow.safetensors")
    #expect(
      other.status == 2 && other.errors.contains("kept: holds features of camera-motion (SHA-256 97450a2c"))
    #expect(other.errors.contains("not of narrow"))
  }

  @Test func anEntryOfTheCacheThatIsDamagedIsComputedAgain() throws {
    try folder.write("list.csv", "file,label\na.mp4,x\nb.mp4,y")
    let run = {
      try program(
        "teach", "list.csv", "--model", "camera-motion", "--output", "own.safetensors", "--cache", "kept")
    }
    #expect(try run().status == 0)
    let first = try folder.read("own.safetensors")
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path("kept"))
    where name != "model.json" {
      let entry = try folder.read("kept/\(name)")
      try folder.write("kept/\(name)", entry.prefix(entry.count / 2))
    }
    #expect(try run().status == 0)
    #expect(try folder.read("own.safetensors") == first)
  }

  @Test(arguments: [
    ["--output", "own.pth"], [], ["--output", "own.safetensors", "--reject", "0.9"],
    ["--output", "own.safetensors", "--folds", "1"], ["--output", "own.safetensors", "--start", "1"],
    ["--output", "own.safetensors", "--mirror", "maybe"],
  ])
  func optionsThatMakeNoSenseAreWrongUsage(_ options: [String]) throws {
    let run = try program(["teach", "list.csv", "--model", "camera-motion"] + options)
    #expect(run.status == 64 && run.errors.count(where: \.isNewline) == 1)
  }
}
