import Foundation
import TestSupport
import Testing

/// `list`: the walk alone.
@Suite struct ListTests {
  let folder: ScanFolder

  init() throws { folder = try ScanFolder(clips: 3) }

  private func list(_ arguments: String) throws -> Program.Run {
    try folder.program.shell("exec \"$r2p1d\" list \(arguments)")
  }

  @Test func theFilesAreThoseThatScanTakesWithSizeAndTime() throws {
    try folder.folder.write("clips/notes.txt", "x")
    try folder.folder.write("clips/.hidden.mp4", "x")
    try folder.folder.write("clips/a, \"b\".mp4", "xy")
    _ = try folder.program.shell("touch -d @1700000000.5 'clips/a, \"b\".mp4'")
    let run = try list("clips")
    #expect(run.status == 0 && run.errors.isEmpty)
    let rows = CSVTable(run.text).rows
    #expect(rows[0] == ["file", "size", "mtime_ns"] && rows.count == 5)
    #expect(rows[1] == ["clips/a, \"b\".mp4", "2", "1700000000500000000"])
    #expect(try folder.scan().status == 1)
    #expect(try folder.rows().dropFirst().map { $0[0] } == rows.dropFirst().map { $0[0] })
    let json = try list("clips --format jsonl").text.split(separator: "\n")
    #expect(
      json[0] == #"{"file":"clips\/a, \"b\".mp4","mtime_ns":1700000000500000000,"size":2}"#
        || json[0] == #"{"file":"clips/a, \"b\".mp4","mtime_ns":1700000000500000000,"size":2}"#)
    #expect(json.count == 4)
  }

  @Test(arguments: ["csv", "jsonl"]) func aScanOfAListIsAScanOfTheFolder(_ format: String) throws {
    _ = try folder.program.shell("cp clips/pan_left.mp4 \"clips/$(printf 'x\\351\\n,').mp4\"")
    #expect(try list("clips --format \(format) --output list").status == 0)
    #expect(try folder.scan(output: "whole.csv").status == 0)
    let run = try folder.scan("--files-from", "list", paths: [], output: "listed.csv")
    #expect(run.status == 0, "\(run.errors)")
    #expect(try folder.rows("listed.csv").count == 5)
    #expect(try folder.folder.read("listed.csv") == folder.folder.read("whole.csv"))
  }

  @Test func whatIsNotThereIsNamedAndTheRestListed() throws {
    let run = try list("nowhere clips clips/pan_left.mp4")
    #expect(run.status == 1 && run.errors == "r2p1d-video: nowhere: no such file or directory\n")
    #expect(CSVTable(run.text).rows.count == 4)
  }

  @Test func pathsComeFromListsToo() throws {
    let run = try list(
      "--files-from - -0 < /dev/null; printf 'clips\\0clips/zoom_in.mp4\\0' | "
        + "\"$r2p1d\" list -0 --files-from -"
    )
    #expect(run.status == 0, "\(run.errors)")
    #expect(try list("").status == 64)
    #expect(try list("clips --output clips").status == 2)
  }
}
