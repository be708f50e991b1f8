import Foundation
import TestSupport
import Testing

@testable import R2P1DVideo
@testable import Reports

/// Chapters, as FFmpeg takes them into files and gives them back, and as mpv lists them.
@Suite(.enabled(if: Clips.canEncode("mpeg4"), Clips.note)) struct ChapterReaderTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private struct Probe: Decodable {
    struct Chapter: Decodable {
      let startTime, endTime: String
      let tags: [String: String]
      var start: Int { Int((Double(startTime) ?? -1) * 1000 + 0.5) }
      var end: Int { Int((Double(endTime) ?? -1) * 1000 + 0.5) }

      private enum CodingKeys: String, CodingKey {
        case startTime = "start_time"
        case endTime = "end_time"
        case tags
      }
    }

    let chapters: [Chapter]
  }

  /// The chapters of a file of this kind that ffmpeg has made with them.
  private func chapters(
    _ example: SegmentCase, _ kind: String, fill: SegmentDocumentOptions.Fill
  ) throws -> [Probe.Chapter] {
    var document = example.document
    document.options.fill = fill
    try folder.write("c.txt", try document.chapters())
    let length = max(1, Int(example.end.rounded(.up)))
    try folder.ffmpeg(
      """
      -f lavfi -i color=s=16x16:r=1:d=\(length) -i c.txt -map 0 -map_metadata 1 -map_chapters 1 -c:v mpeg4 \
      out.\(kind)
      """)
    let json = try folder.ffmpeg("-show_chapters -of json out.\(kind)", program: "ffprobe")
    return try JSONDecoder().decode(Probe.self, from: json).chapters
  }

  /// A control character is no text of a chapter.
  private static func title(_ segment: PlacedSegment, _ fill: String) -> String {
    segment.segment.map { "\($0.label) (0.93)" }?
      .replacing("\t", with: "\\x09").replacing("\u{7}", with: "\\x07") ?? fill
  }

  @Test(
    arguments: SegmentCase.all,
    [("mp4", SegmentDocumentOptions.Fill.ofFormat), ("mkv", .text("=;\\none#")), ("mkv", .none)])
  func ffprobeGivesThemBack(
    _ example: SegmentCase, _ container: (kind: String, fill: SegmentDocumentOptions.Fill)
  ) throws {
    let document = example.document
    let grid = document.millisecondGrid
    var wanted = try document.placed(grid)
    if container.fill != .none { wanted = grid.filled(wanted) }
    let fill = container.kind == "mp4" ? "–" : "=;\\none#"
    let found = try chapters(example, container.kind, fill: container.fill)
    #expect(found.map(\.start) == wanted.map(\.start))
    #expect(found.map(\.end) == wanted.map(\.end))
    #expect(found.map { $0.tags["title"] } == wanted.map { Self.title($0, fill) })
  }

  @Test(.enabled(if: Tool.mpv.isThere, Tool.mpv.note)) func mpvListsThem() throws {
    let example = SegmentCase.all[5]
    _ = try chapters(example, "mkv", fill: .none)
    let process = Process()
    process.executableURL = Tool.mpv.url
    process.currentDirectoryURL = folder.url
    process.arguments = [
      "--no-config", "--vo=null", "--ao=null", "--frames=1", "--term-playing-msg=<${=chapter-list}>",
      "out.mkv",
    ]
    let run = try FinishedProcess(running: process)
    let text = String(decoding: run.output, as: UTF8.self)
    let list = try #require(text.firstMatch(of: /(?s)<(\[.*\])>/)?.output.1, "\(text) \(run.errors)")
    struct Chapter: Decodable {
      let title: String
      let time: Double
    }
    let found = try JSONDecoder().decode([Chapter].self, from: Data(list.utf8))
    #expect(found.map(\.time) == example.segments.map(\.start.double))
    #expect(found[0].title == "a=b;c#d\\e\\ (0.93)" && found[7].title == "é✓ 日本 🎬 (0.93)")
  }
}
