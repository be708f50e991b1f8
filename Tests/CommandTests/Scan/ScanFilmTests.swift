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

  private func scan(_ arguments: [String] = [], output: String = "l.jsonl") throws -> Program.Run {
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

  /// Scans with one deadline after the other until one is long enough; how many runs that took.
  private func scanInParts(_ arguments: String...) throws -> Int {
    var (runs, kept, deadline) = (0, 0, 2)
    while runs < 100 {
      let run = try scan(["--deadline", "\(deadline)"] + arguments)
      runs += 1
      if run.status == 0 { return runs }
      #expect(run.status == 3, "\(run.errors)")
      // A run that starts in time gets on, or it would never end. On a busy machine two seconds are too
      // short.
      if keptWindows > kept {
        #expect(run.errors.contains("windows of clips/film.mkv kept; "), "\(run.errors)")
        kept = keptWindows
      } else {
        deadline *= 2
      }
    }
    return runs
  }

  /// One run that keeps windows and ends.
  private func scanAPart(_ arguments: String...) throws {
    for deadline in [2, 4, 8, 16, 32] where keptWindows == 0 {
      let run = try scan(["--deadline", "\(deadline)"] + arguments)
      try #require(run.status == 3, "\(run.errors)")
    }
    try #require(keptWindows > 0)
  }

  @Test func itEndsAfterSoManyDeadlinesAndItsRowIsTheSame() throws {
    #expect(try scan(output: "whole.jsonl").status == 0)
    let runs = try scanInParts()
    #expect((2..<100).contains(runs))
    #expect(try rows("l.jsonl") == rows("whole.jsonl"))
    #expect(!folder.folder.names.contains("l.jsonl.windows"))
    // What was decoded before is not decoded again, where the film can be sought in: no more than the frames
    // from one key frame to the next, and what was decoded ahead, in each run.
    let (all, once) = (try framesDecoded("l.jsonl"), try framesDecoded("whole.jsonl"))
    #expect(all >= once && all < once + 200 * runs, "\(all) frames in \(runs) runs, \(once) at once")
  }

  /// They are made of all windows, those of earlier runs too.
  @Test func itsTimelineIsTheSame() throws {
    #expect(
      try scan(["--timelines", "vtt", "--timelines-into", "whole"], output: "whole.jsonl").status == 0)
    try scanAPart("--timelines", "vtt", "--timelines-into", "parts")
    #expect(try scan(["--timelines", "vtt", "--timelines-into", "parts"]).status == 0)
    #expect(try rows("l.jsonl") == rows("whole.jsonl"))
    for name in ["film.mkv.vtt", "pan_left.mp4.vtt"] {
      #expect(try folder.folder.read("parts/clips/\(name)") == folder.folder.read("whole/clips/\(name)"))
    }
  }

  @Test func itIsReadFromItsStartWhereItHasChangedSince() throws {
    try scanAPart()
    _ = try folder.program.shell("touch -d @1700000000 clips/film.mkv")
    #expect(try scan().status == 0)
    #expect(try scan(output: "whole.jsonl").status == 0)
    #expect(try rows("l.jsonl") == rows("whole.jsonl"))
  }

  private func framesDecoded(_ name: String) throws -> Int {
    let rows = String(decoding: try folder.folder.read(name), as: UTF8.self)
    let film = try #require(rows.split(separator: "\n").first { $0.contains("film.mkv") })
    return Int(try #require(film.firstMatch(of: /"framesDecoded":(\d+)/)).1) ?? 0
  }
}
