import Foundation
import TestSupport
import Testing

@testable import VideoDecoding

/// Which stream of a file is taken.
@Suite(.enabled(if: Clips.canEncode("mjpeg", "mpeg4", "aac", "png"), Clips.note)) struct TrackTests {
  let clips: Clips

  init() throws { clips = try Clips() }

  /// A file with the streams that these inputs give, put together with `options`.
  private func file(_ name: String, _ inputs: [String], _ options: String) throws -> String {
    let maps = inputs.indices.map { "-map \($0)" }.joined(separator: " ")
    try clips.run(inputs.map { "-f lavfi -i \($0)" }.joined(separator: " ") + " \(maps) \(options) \(name)")
    return clips.path(name)
  }

  private static let sound = "sine=d=2"
  private static let small = "testsrc2=s=64x48:r=10:d=2"
  private static let large = "testsrc=s=160x120:r=10:d=2"
  private static let still = "testsrc=s=320x240:r=10:d=0.1"

  @Test(arguments: [nil, 0, 1]) func theTrackAskedForIsTaken(_ track: Int?) throws {
    let path = try file("two.mp4", [Self.small, Self.large], "-c:v mpeg4 -disposition:v default")
    let video = try Video(path, track: track)
    let expected = track ?? video.info.track
    #expect(video.info.track == expected && video.info.width == (expected == 0 ? 64 : 160))
    let pictures = try video.pass().pictures
    try clips.run("-i two.mp4 -map 0:\(expected) -c copy only.mp4")
    #expect(pictures == (try Video(clips.path("only.mp4")).pass().pictures))
  }

  /// What is marked as default comes first, then frames and bit rate: not the size, as in the ffmpeg program.
  @Test(arguments: [0, 1]) func theDefaultTrackIsTheBest(_ track: Int) throws {
    let path = try file(
      "two.mkv", [Self.small, Self.large],
      "-c:v mpeg4 -disposition:v:\(track) default -disposition:v:\(1 - track) 0")
    #expect(try Video(path).info.track == track)
  }

  @Test(arguments: ["mkv", "mov", "nut"]) func aStillBesideATrackIsNotTaken(_ ending: String) throws {
    for stills in [1, 2] {
      let inputs = Array(repeating: Self.still, count: stills) + [Self.small, Self.sound]
      let codecs = (0..<stills).map { "-c:v:\($0) \($0 == 0 ? "mjpeg" : "png")" }.joined(separator: " ")
      let path = try file(
        "still.\(ending)", inputs,
        "\(codecs) -c:v:\(stills) mpeg4 -c:a aac -disposition:v:0 default -disposition:v:\(stills) 0")
      let video = try Video(path)
      #expect(video.info.track == stills && video.info.codec == "mpeg4")
      #expect(try video.pass().pictures.count == 20)
    }
  }

  @Test func aStillIsTakenIfItIsAskedForOrAlone() throws {
    let path = try file("still.mkv", [Self.still, Self.small], "-c:v:0 mjpeg -c:v:1 mpeg4")
    #expect(try Video(path, track: 0).pass().pictures.count == 1)
    let alone = try file("alone.mkv", [Self.still, Self.still], "-c:v mjpeg")
    #expect(try Video(alone).pass().pictures.count == 1)
  }

  @Test func aWrongTrackIsRefusedWithTheStreamsThatThereAre() throws {
    _ = try file("two.mp4", [Self.small, Self.sound], "-c:v mpeg4 -c:a aac")
    try clips.run("-f lavfi -i \(Self.still) -frames:v 1 cover.jpg")
    try clips.run("-i two.mp4 -i cover.jpg -map 0 -map 1 -c copy -disposition:v:1 attached_pic covered.mp4")
    let streams = ["0 (mpeg4 video, 64x48)", "1 (aac audio)", "2 (attached picture, 320x240)"]
    for track in [1, 2, 3, 1_000_000] {
      #expect(throws: VideoError.noSuchTrack(track, found: streams)) {
        try Video(clips.path("covered.mp4"), track: track)
      }
    }
    #expect(
      VideoError.noSuchTrack(1, found: streams).description
        == "no video track 1; its streams are \(streams.joined(separator: ", "))")
  }
}
