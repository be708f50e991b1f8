import Foundation
import TestSupport
import Testing

/// `--only` and `--min-score`.
@Suite struct OnlyLabelTests {
  let folder: TemporaryFolder
  var program = Program()

  init() throws {
    folder = try TemporaryFolder()
    program.folder = folder.url
    try folder.write("clip.mp4", Data(contentsOf: URL(filePath: Checkout.clip)))
    try folder.write("some.txt", "tilt up\n\n  static \n")
  }

  private func run(_ line: String) throws -> Program.Run {
    try program.shell("\"$r2p1d\" \(line)")
  }

  @Test(arguments: ["'tilt up,static'", "Tilt_Up,static", "@some.txt", "'static, tilt up,tilt up'"])
  func onlyTheNamedLabelsAreReportedWithTheScoresOfAll(_ only: String) throws {
    let all = try run("label clip.mp4 --model camera-motion --top 9 --format json").object()
    let some = try run("label clip.mp4 --model camera-motion --format json --only \(only)").object()
    func scores(_ object: [String: Any]) -> [String: Double] {
      let labels = object["labels"] as? [[String: Any]] ?? []
      return labels.reduce(into: [:]) { $0[$1["label"] as? String ?? ""] = $1["score"] as? Double }
    }
    #expect(Set(scores(some).keys) == ["tilt up", "static"])
    #expect(scores(some) == scores(all).filter { scores(some)[$0.key] != nil })
    for window in try #require(some["windows"] as? [[String: Any]]) {
      #expect(Set(scores(window).keys) == ["tilt up", "static"])
    }
  }

  @Test(arguments: [
    ("label", "--only 'tilt op'", 2, "no class is called 'tilt op'; the nearest: 'tilt up'"),
    ("timeline", "--only nothing", 2, "no class is called 'nothing'"),
    ("scan", "--output s.csv --only nothing", 2, "no class is called 'nothing'"),
    ("label", "--only ,", 2, "no class is selected"), ("label", "--only ''", 64, "--only names no label"),
    ("label", "--only @none.txt", 2, "none.txt"), ("label", "--min-score 1.5", 64, "--min-score is 1.5"),
    ("scan", "--output s.csv --min-score nan", 64, "--min-score"),
    ("embed", "--output e.npy --only static", 64, "--only"),
    ("windows", "--output w.npy --min-score 0.5", 64, "--min-score"),
  ])
  func whatCannotBeSelectedIsOneLine(_ command: String, _ options: String, _ status: Int32, _ words: String)
    throws
  {
    let run = try run(
      "\(command) clip.mp4 --model camera-motion \(options)".replacing(
        "windows clip.mp4 --model camera-motion", with: "windows clip.mp4"))
    #expect(run.status == status, "\(run.errors)")
    #expect(run.errors.contains(words) && run.errors.count(where: \.isNewline) == 1, "\(run.errors)")
    #expect(folder.names == ["clip.mp4", "some.txt"])
  }

  @Test func aVideoWithoutASureLabelIsUncertain() throws {
    let options = "clip.mp4 --model camera-motion --only static --min-score 0.9"
    let csv = try run("label \(options) --format csv").text.split(separator: "\r\n")
    #expect(csv[1].hasPrefix("clip.mp4,uncertain,3.0,5,,"), "\(csv[1])")
    let json = try run("label \(options) --format json").object()
    #expect(json["uncertain"] as? Bool == true && (json["labels"] as? [Any])?.isEmpty == true)
    #expect(try run("label \(options)").text.contains("  uncertain: no score is high enough"))
    let sure = try run("label clip.mp4 --model camera-motion --min-score 0.5 --format json").object()
    #expect((sure["labels"] as? [Any])?.count == 1 && sure["uncertain"] == nil)
  }

  @Test func aTimelineHasOnlyTheNamedLabels() throws {
    let rows = try run("timeline clip.mp4 --model camera-motion --only 'pan right' --format csv").text
      .split(separator: "\r\n").dropFirst()
    #expect(!rows.isEmpty && rows.allSatisfy { $0.split(separator: ",")[2] == "pan right" })
    let unsure = try run(
      "timeline clip.mp4 --model camera-motion --only 'pan right' --min-score 0.9 --format csv"
    ).text.split(separator: "\r\n").dropFirst()
    #expect(unsure.count == rows.count && unsure.allSatisfy { $0.contains(",,") })
    let segments = try run(
      "timeline clip.mp4 --model camera-motion --segments --only 'pan right' --format csv")
    #expect(segments.text == "start,end,label,score\r\n")
    let own = try run("timeline clip.mp4 --model camera-motion --segments --only 'pan left' --format csv")
      .text
    #expect(own == (try run("timeline clip.mp4 --model camera-motion --segments --format csv").text))
    let page = try run("timeline clip.mp4 --model camera-motion --only 'pan right,static' --format html").text
    #expect(page.contains("pan right") && !page.contains("pan left<"))
  }

  @Test func aScanGoesOnWithTheSameSelectionAlone() throws {
    let scan = "scan clip.mp4 --model camera-motion --quiet --output s.csv"
    #expect(try run("\(scan) --only 'tilt up,static' --min-score 0.9").status == 0)
    let table = try String(decoding: folder.read("s.csv"), as: UTF8.self)
    #expect(table.contains("clip.mp4,uncertain,3.0,5,,"), "\(table)")
    // The order in which labels are named is of no account.
    #expect(try run("\(scan) --only 'static,tilt up' --min-score 0.9").status == 0)
    for (other, words) in [
      ("--only static --min-score 0.9", "only static, tilt up there, static here"),
      ("--min-score 0.9", "only static, tilt up there, not set here"),
      ("--only 'tilt up,static'", "min-score 0.9 there, not set here"),
    ] {
      let run = try run("\(scan) \(other)")
      #expect(run.status == 2 && run.errors.contains(words), "\(run.errors)")
    }
    let summary = try run("\(scan.replacing("--quiet ", with: "")) --only 'static,tilt up' --min-score 0.9")
    #expect(summary.errors.contains("labels: 1 × uncertain"), "\(summary.errors)")
  }
}
