import Foundation
import TestSupport
import Testing

/// What a camera's clock showed, as containers keep it.
@Suite(.enabled(if: Clips.canEncode("libx264", "mpeg2video", "dvvideo"), Clips.note)) struct TimecodeTests {
  private struct Result: Decodable {
    struct Video: Decodable { let timecode: String? }
    let video: Video
  }

  /// As the file's own, as a track beside the video, and as what an editor's timeline counts from.
  @Test(
    arguments: [
      ("a.mov", "25", "10:00:00:00", 900_000), ("b.mp4", "30000/1001", "01:00:00;02", 107_894),
      ("c.mov", "30000/1001", "01:00:00:02", 108_002), ("d.mkv", "24", "00:01:00:05", 1445),
      ("e.mxf", "25", "10:00:00:00", 900_000), ("f.dv", "25", "00:00:10:00", 250),
      ("h.mov", "120", "10:00:00:099", 4_320_099), ("g.mp4", "25", nil, 0),
    ])
  func isReadAndCountedFrom(_ name: String, _ rate: String, _ timecode: String?, _ first: Double) throws {
    let clips = try Clips()
    let encoder = ["mxf": "mpeg2video", "dv": "dvvideo"][String(name.split(separator: ".")[1])] ?? "libx264"
    let size = encoder == "dvvideo" ? "720x576" : "160x96"
    let video = try clips.make(
      name, source: "\(size):\(rate):3",
      "-c:v \(encoder) -pix_fmt yuv420p " + (timecode.map { "-timecode '\($0)'" } ?? ""))
    let program = Program()
    let label = try program("label", video, "--model", "camera-motion", "--format", "json")
    #expect(try JSONDecoder().decode(Result.self, from: label.output).video.timecode == timecode)
    let scan = try program(
      "scan", video, "--model", "camera-motion", "--format", "jsonl", "--output", clips.path("scan.jsonl"))
    try #require(scan.status == 0)
    #expect(
      try JSONDecoder().decode(Result.self, from: Data(clips.read("scan.jsonl"))).video.timecode == timecode)

    let timeline = try program(
      "timeline", video, "--model", "camera-motion", "--format", "otio", "--fill", "none")
    let document = try JSONSerialization.jsonObject(with: timeline.output) as? [String: Any]
    let tracks = (document?["tracks"] as? [String: Any])?["children"] as? [[String: Any]]
    let clip = try #require((tracks?.first?["children"] as? [[String: Any]])?.first)
    let media = (clip["media_references"] as? [String: [String: Any]])?["DEFAULT_MEDIA"]
    for range in [clip["source_range"], media?["available_range"]] {
      let start = try #require((range as? [String: Any])?["start_time"] as? [String: Any])
      #expect(start["value"] as? Double == first)
    }
  }

  /// A tag that is no timecode counts for nothing, nor hides another.
  @Test(arguments: [
    ("junk", "10:00:00:05"), ("", "10:00:00:05"), ("99:99:99:99", "10:00:00:05"), ("junk", nil),
  ])
  func whatIsNoTimecodeIsIgnored(_ tag: String, _ timecode: String?) throws {
    let clips = try Clips()
    let video = try clips.make(
      "a.mkv", source: "160x96:25:1",
      "-c:v libx264 -pix_fmt yuv420p -metadata:s:v 'timecode=\(tag)' -metadata 'timecode=\(timecode ?? tag)'")
    let label = try Program()("label", video, "--model", "camera-motion", "--format", "json")
    #expect(try JSONDecoder().decode(Result.self, from: label.output).video.timecode == timecode)
  }
}
