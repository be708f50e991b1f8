import Foundation
import TestSupport
import Testing

/// Rows, names and formats.
@Suite struct ScanTests {
  let folder: ScanFolder

  init() throws { folder = try ScanFolder(clips: 3) }

  @Test func theRowsAreThoseOfLabel() throws {
    try folder.folder.write("clips/bad.mp4", "no video")
    for format in ["csv", "jsonl"] {
      let run = try folder.scan("--format", format, output: "l.\(format)")
      #expect(run.status == 1)
      let label = try folder.program.shell(
        "exec \"$r2p1d\" label clips/*.mp4 --model camera-motion --windows 1 --format \(format)")
      #expect(label.status == 1)
      #expect(try folder.folder.read("l.\(format)") == label.output)
    }
  }

  @Test func jsonLinesAreResumedToo() throws {
    #expect(try folder.scan("--format", "jsonl", "--logits", output: "l.jsonl").status == 0)
    let whole = try folder.folder.read("l.jsonl")
    try folder.folder.write("l.jsonl", whole.dropLast(10))
    #expect(try folder.scan("--format", "jsonl", "--logits", output: "l.jsonl").status == 0)
    #expect(try folder.folder.read("l.jsonl") == whole)
  }

  @Test func twoFilesOfOneNameAreTwoRows() throws {
    let clip = try Data(contentsOf: URL(filePath: Checkout.clip))
    try folder.folder.write("clips/a/x.mp4", clip)
    try folder.folder.write("clips/b/x.mp4", clip)
    #expect(try folder.scan(paths: ["clips/b", "clips/a"]).status == 0)
    #expect(try folder.rows().dropFirst().map { $0[0] } == ["clips/b/x.mp4", "clips/a/x.mp4"])
  }

  @Test func pathsComeFromLists() throws {
    let lines = try folder.program.shell(
      """
      ls clips/*.mp4 | "$r2p1d" scan --files-from - --model camera-motion --windows 1 --output a.csv && \\
      find clips -name '*.mp4' -print0 | sort -z > list && \\
      "$r2p1d" scan -0 --files-from list --model camera-motion --windows 1 --output b.csv && cmp a.csv b.csv
      """)
    #expect(lines.status == 0, "\(lines.errors)")
    #expect(try folder.rows("a.csv").count == 4)
    let gone = try folder.scan("--files-from", "nowhere")
    #expect(
      gone.status == 2 && gone.errors.contains("nowhere: cannot be read: no such file"), "\(gone.errors)")
  }

  @Test func anEmptyFolderIsAnEmptyTable() throws {
    try FileManager.default.createDirectory(
      at: folder.folder.url.appending(path: "empty"), withIntermediateDirectories: true)
    let run = try folder.scan(paths: ["empty"])
    #expect(run.status == 0, "\(run.errors)")
    #expect(try folder.rows().count == 1)
  }

  @Test func quietIsQuietButForFailures() throws {
    #expect(try folder.scan("--quiet").errors.isEmpty)
    try folder.folder.write("clips/bad.mp4", "no video")
    let run = try folder.scan("--quiet")
    #expect(
      run.errors.count(where: \.isNewline) == 1
        && run.errors.hasPrefix("r2p1d-video: clips/bad.mp4: not a video"))
  }

  @Test func theSummaryCounts() throws {
    try folder.folder.write("clips/bad.mp4", "no video")
    let errors = try folder.scan().errors
    #expect(errors.contains("l.csv: 4 files: 3 labelled, 1 failed"), "\(errors)")
    #expect(
      errors.contains("failed: 1 × not a video") && errors.contains("pan right")
        && errors.contains("this run: 4"))
  }

  @Test(arguments: [
    [], ["clips"], ["clips", "--output", "-"], ["clips", "--output", "l.csv", "--shard", "3/2"],
    ["clips", "--output", "l.csv", "-0"], ["clips", "--output", "l.csv", "--timeout", "0"],
    ["clips", "--output", "l.csv", "--worker-memory", "1"],
    ["clips", "--output", "l.csv", "--format", "text"],
  ])
  func wrongUsageIsStatus64(_ arguments: [String]) throws {
    let run = try folder.program.run(Program.built, ["scan"] + arguments)
    #expect(run.status == 64 && run.errors.count(where: \.isNewline) == 1, "\(run.errors)")
    #expect(folder.folder.names == ["clips"])
  }

  @Test func theWorkersCommandIsNotForPeople() throws {
    #expect(try !folder.program("--help").text.contains("scan-worker"))
    #expect(try folder.program("scan-worker").status == 64)
  }
}
