import Foundation
import TestSupport
import Testing

/// Printed times are those of a player: nothing of a video that begins after its sound is shown before that.
@Suite(.enabled(if: Clips.canEncode("mpeg4", "aac"), Clips.note))
struct PlayerClockTests {
  let program = Program()
  let folder: TemporaryFolder

  /// Three seconds of sound, then the clip of two motions, which are two seconds each.
  init() throws {
    folder = try TemporaryFolder()
    try folder.ffmpeg(
      "-f lavfi -i sine=d=7 -itsoffset 3 -i '\(TimelineTests.twoMotions)' -map 1:v -map 0:a "
        + "-fps_mode passthrough -c:v mpeg4 -q:v 2 -c:a aac late.mp4")
  }

  private func run(_ words: String) throws -> Program.Run {
    let run = try program.shell("exec \"$r2p1d\" \(words) --model camera-motion")
    #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
    return run
  }

  @Test func jsonSaysWhenTheVideoStarts() throws {
    let result = try run("label '\(folder.path("late.mp4"))' --format json").object()
    let video = try #require(result["video"] as? [String: Any])
    #expect(video["start"] as? Double == 3 && video["duration"] as? Double == 4)
    let windows = try #require(result["windows"] as? [[String: Any]])
    #expect(windows.first?["start"] as? Double == 3 && windows.last?["end"] as? Double == 7)
  }

  @Test(arguments: [
    ("csv", "\n3.0,3.5"), ("text", " 0:03.000 – 0:03.533"), ("jsonl", "\"start\":3.0}|\"start\":3.0,"),
    ("vtt", "\n00:00:03.000 --> 00:00:05."), ("srt", "1\n00:00:03,000 --> 00:00:05,"),
    ("html", "\"start\":3.0,"), ("html", "aria-valuemax=\"7.0\""),
  ])
  func everyFormatHasThatClock(_ format: String, _ text: String) throws {
    let form = format == "text" ? "" : "--format \(format)"
    let written = try run("timeline '\(folder.path("late.mp4"))' \(form)").text.replacing("\r\n", with: "\n")
    #expect(text.split(separator: "|").contains { written.contains($0) }, "\(written.prefix(300))")
  }

  @Test(arguments: [
    ("--start 1", 3.0, 7.0), ("--start 3", 3, 7), ("--start 5", 5, 7), ("--start 4.5 --end 6", 4.5, 6),
    ("--end 4", 3, 4),
  ])
  func startAndEndCountInThatClock(_ part: String, _ start: Double, _ end: Double) throws {
    let words = "timeline '\(folder.path("late.mp4"))' --format json --stride 1 \(part)"
    for seeking in ["", " --no-seek"] {
      let windows = try #require(try run(words + seeking).object()["windows"] as? [[String: Any]])
      #expect(windows.first?["start"] as? Double == start)
      #expect(abs((windows.last?["end"] as? Double ?? 0) - end) < 1.0 / 15)
    }
  }

  @Test func aPartBeforeTheFirstFrameHoldsNothing() throws {
    let run = try program.shell(
      "exec \"$r2p1d\" label '\(folder.path("late.mp4"))' --model camera-motion --end 2")
    #expect(
      run.status == 1 && run.errors.contains("the part starts at 3.0 s and ends at 2.0 s"), "\(run.errors)")
  }

  private static let burnsSubtitles =
    (try? Program().shell("ffmpeg -v quiet -filters").text.contains(" subtitles ")) ?? false

  /// The two segments cover all of the video: with cues three seconds early the last frames would have none.
  @Test(.enabled(if: burnsSubtitles, "needs an ffmpeg with the filter that draws subtitles"))
  func subtitlesBurnedInStandOnEveryFrameOfTheirSegment() throws {
    _ = try run("timeline '\(folder.path("late.mp4"))' --format srt --output '\(folder.path("t.srt"))'")
    try folder.ffmpeg("-i late.mp4 -map v -f framemd5 plain.txt")
    try folder.ffmpeg("-i late.mp4 -map v -vf subtitles=t.srt -f framemd5 burned.txt")
    let (plain, burned) = (try hashes("plain.txt"), try hashes("burned.txt"))
    #expect(plain.count == burned.count && plain.count >= 100)
    #expect(zip(plain, burned).allSatisfy { $0 != $1 })
  }

  private func hashes(_ name: String) throws -> [String] {
    let lines = String(decoding: try folder.read(name), as: UTF8.self).split(separator: "\n")
    return lines.filter { !$0.hasPrefix("#") }.compactMap { $0.split(separator: ",").last.map(String.init) }
  }
}
