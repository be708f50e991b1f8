import Foundation
import TestSupport
import Testing

/// A film that is longer than a job.
@Suite(.enabled(if: Tool.ffmpeg.isThere, Tool.ffmpeg.note)) struct ScanFilmTests {
  let folder: ScanFolder

  /// A clip twenty times over, beside a short one.
  init() throws {
    folder = try ScanFolder(clips: 1)
    let run = try folder.program.shell(
      "exec ffmpeg -v error -stream_loop 19 -i clips/pan_left.mp4 -c copy clips/film.mkv")
    #expect(run.status == 0, "\(run.errors)")
  }

  private func scan(_ arguments: String..., output: String = "l.jsonl") throws -> Program.Run {
    try folder.program(
      ["scan", "clips", "--model", "camera-motion", "--stride", "1", "--format", "jsonl", "--logits"]
        + ["--output", output] + arguments)
  }

  /// A row without what hangs on how it was read: frames that are decoded to get to a window count again.
  private func rows(_ name: String) throws -> [String] {
    String(decoding: try folder.folder.read(name), as: UTF8.self).split(separator: "\n").map {
      $0.replacing(/"(framesDecoded|bytesRead)":\d+/, with: "").description
    }
  }

  /// Of the film, the number of windows that are kept.
  private var keptWindows: Int {
    guard let bytes = try? folder.folder.read("l.jsonl.windows") else { return 0 }
    return bytes.count
  }

  @Test func itEndsAfterSoManyDeadlinesAndItsRowIsTheSame() throws {
    #expect(try scan(output: "whole.jsonl").status == 0)
    var (runs, kept) = (0, 0)
    while true {
      let run = try scan("--deadline", "2")
      runs += 1
      if run.status == 0 { break }
      #expect(run.status == 3 && run.errors.contains("windows of clips/film.mkv kept; "), "\(run.errors)")
      // Every run gets on, or it would never end.
      try #require(keptWindows > kept && runs < 100, "\(runs) runs, \(keptWindows) bytes kept")
      kept = keptWindows
    }
    #expect(runs > 1)
    #expect(try rows("l.jsonl") == rows("whole.jsonl"))
    #expect(!folder.folder.names.contains("l.jsonl.windows"))
  }

  /// They are made of all windows, those of earlier runs too.
  @Test func itsTimelineIsTheSame() throws {
    #expect(try scan("--timelines", "vtt", "--timelines-into", "whole", output: "whole.jsonl").status == 0)
    let first = try scan("--timelines", "vtt", "--timelines-into", "parts", "--deadline", "2")
    try #require(first.status == 3 && keptWindows > 0, "\(first.errors)")
    #expect(try scan("--timelines", "vtt", "--timelines-into", "parts").status == 0)
    #expect(try rows("l.jsonl") == rows("whole.jsonl"))
    for name in ["film.mkv.vtt", "pan_left.mp4.vtt"] {
      #expect(try folder.folder.read("parts/clips/\(name)") == folder.folder.read("whole/clips/\(name)"))
    }
  }

  /// What was decoded before is not decoded again, where the film can be sought in.
  @Test func aLaterRunDecodesTheRestAlone() throws {
    #expect(try scan(output: "whole.jsonl").status == 0)
    var decoded: [Int] = []
    var status: Int32 = 3
    while status == 3, decoded.count < 100 {
      let before = keptWindows
      status = try scan("--deadline", "2").status
      decoded.append(keptWindows - before)
    }
    #expect(status == 0)
    let frames = { (name: String) throws -> Int in
      let rows = String(decoding: try folder.folder.read(name), as: UTF8.self)
      let film = try #require(rows.split(separator: "\n").first { $0.contains("film.mkv") })
      return Int(try #require(film.firstMatch(of: /"framesDecoded":(\d+)/)).1) ?? 0
    }
    // All runs together: no more than a group of pictures, and what was decoded ahead, in each.
    let (all, once) = (try frames("l.jsonl"), try frames("whole.jsonl"))
    #expect(
      all >= once && all < once + 200 * decoded.count,
      "\(all) frames in \(decoded.count) runs, \(once) at once")
  }

  @Test func itIsReadFromItsStartWhereItHasChangedSince() throws {
    try #require(try scan("--deadline", "2").status == 3)
    try #require(keptWindows > 0)
    _ = try folder.program.shell("touch -d @1700000000 clips/film.mkv")
    #expect(try scan().status == 0)
    #expect(try scan(output: "whole.jsonl").status == 0)
    #expect(try rows("l.jsonl") == rows("whole.jsonl"))
  }
}
