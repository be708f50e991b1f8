import Foundation
import TestSupport
import Testing

/// What a second run of `evaluate --journal` does.
@Suite struct EvaluateResumeTests {
  let folder: TemporaryFolder
  var program = Program()

  init() throws {
    folder = try TemporaryFolder()
    program.folder = folder.url
    for name in ["pan_left", "pan_right", "zoom_in", "static"] {
      try folder.write("\(name).mp4", Data(contentsOf: Checkout.samples.appending(path: "\(name).mp4")))
    }
    try folder.write("bad.mp4", "no video")
    try write(["pan_left", "pan_right", "zoom_in", "static"])
  }

  private func write(_ labels: [String]) throws {
    let names = ["pan_left", "pan_right", "zoom_in", "static"]
    let rows = zip(names, labels).map { "\($0).mp4,\($1)\n" }.joined()
    try folder.write("list.csv", "file,label\nbad.mp4,static\n" + rows)
  }

  private func evaluate(_ options: String = "") throws -> Program.Run {
    try program(
      line: "evaluate list.csv --model camera-motion --journal rows.jsonl --format json \(options)")
  }

  @Test func finishedFilesAreNotDoneAgainAndTheReportIsTheSame() throws {
    let first = try evaluate()
    #expect(first.status == 1)
    let again = try evaluate()
    #expect(again.errors.contains("5 files are done already, 0 to do"), "\(again.errors)")
    #expect(again.output == first.output && again.status == 1)
  }

  /// After the first rows of a run that was killed, the rest is done.
  @Test(arguments: 1...3) func aRunThatWasKilledIsResumed(_ rows: Int) throws {
    let whole = try evaluate()
    let journal = try folder.read("rows.jsonl.journal")
    let lines = String(decoding: journal, as: UTF8.self).split(separator: "\n")
    let kept = lines.prefix(1 + rows).map { $0 + "\n" }.joined()
    try folder.write("rows.jsonl.journal", kept)
    let resumed = try evaluate()
    #expect(resumed.errors.contains(" done already, \(5 - rows) to do"), "\(resumed.errors)")
    #expect(resumed.output == whole.output)
  }

  @Test func aFileWhoseTruthWasCorrectedIsDoneAgain() throws {
    _ = try evaluate()
    try write(["pan_left", "zoom out", "zoom_in", "static"])
    let run = try evaluate()
    #expect(run.errors.contains("4 files are done already, 1 to do"), "\(run.errors)")
    let rows = try #require(try run.object()["files"] as? [[String: Any]])
    #expect((rows[2]["truth"] as? [[String: Any]])?.first?["label"] as? String == "zoom out")
  }

  @Test(arguments: ["--windows 3", "--crops 3", "--protocol torchvision-index", "--merge max"])
  func otherSettingsAreRefused(_ options: String) throws {
    _ = try evaluate()
    let before = try folder.read("rows.jsonl")
    let run = try evaluate(options)
    #expect(
      run.status == 2 && run.errors.contains("use the same ones, or another --journal"), "\(run.errors)")
    #expect(try folder.read("rows.jsonl") == before)
  }

  /// Ctrl-C keeps what is done; without a journal nothing is.
  @Test(arguments: [("--journal rows.jsonl", "run the same command to resume"), ("", "give --journal")])
  func anInterruptionSaysWhetherRowsAreKept(_ option: String, _ words: String) throws {
    // A signal may come before the command listens to it, which ends it at once, or after its end.
    for attempt in 1...60 {
      folder.remove("rows.jsonl", "rows.jsonl.journal")
      let run = try program.shell(
        """
        "$r2p1d" evaluate list.csv --model camera-motion \(option) >/dev/null 2>errors &
        sleep \(Double(attempt) * 0.03); kill -INT $!; wait $!; echo $?
        """)
      let errors = String(decoding: try folder.read("errors"), as: UTF8.self)
      guard run.text == "130\n", errors.contains("interrupted") else { continue }
      #expect(errors.contains(words), "\(errors)")
      return
    }
    Issue.record("never interrupted midway")
  }
}
