import Foundation
import TestSupport
import Testing

@testable import VideoDecoding

/// Frames a second, where the container does not know or says what FFmpeg makes up.
@Suite(.enabled(if: Clips.canEncode("libx264", "mpeg4", "mpeg2video", "dvvideo", "gif"), Clips.note))
struct RateTests {
  static let rates = [
    "10", "12", "13", "15", "24", "24000/1001", "25", "30000/1001", "30", "50", "60000/1001", "60",
  ]

  /// Ending and encoder of raw streams, whose packets carry no times.
  static let raw = [("h264", "libx264 -bf 2"), ("m4v", "mpeg4 -bf 2")]

  @Test(arguments: raw, rates)
  func aRawStreamHasItsOwnRate(_ kind: (String, String), _ rate: String) throws {
    try expect(rate, of: kind.0, kind.1)
  }

  @Test(.enabled(if: Clips.canEncode("libx265"), Clips.note), arguments: rates)
  func aRawStreamOfHEVCHasItsOwnRate(_ rate: String) throws {
    try expect(rate, of: "hevc", "libx265 -x265-params log-level=none")
  }

  @Test(arguments: ["24", "25", "30000/1001", "50"])
  func aRawStreamOfMPEG2HasItsOwnRate(_ rate: String) throws {
    try expect(rate, of: "m2v", "mpeg2video -bf 2")
    // FFmpeg 5.1 shows MPEG-1's second frame one period late, and its program does too: there is no right
    // time.
    let clips = try Clips()
    let video = try Video(clips.make("raw.m1v", source: "64x48:\(rate):2", "-c:v mpeg1video"))
    #expect(abs(video.info.frameRate - Self.hertz(rate)) < 1e-9)
  }

  /// The demuxer's default for the first packet is not the rate.
  @Test(.enabled(if: Clips.canEncode("h263", "h261"), Clips.note), arguments: ["h263", "h261"])
  func aRawStreamOfTelephonyHasItsOwnRate(_ encoder: String) throws {
    let clips = try Clips()
    let video = try Video(clips.make("raw.\(encoder)", source: "176x144:30000/1001:2", "-c:v \(encoder)"))
    #expect(abs(video.info.frameRate - 30000.0 / 1001) < 1e-9)
  }

  private static func hertz(_ rate: String) -> Double {
    let parts = rate.split(separator: "/").map { Double($0)! }
    return parts.count > 1 ? parts[0] / parts[1] : parts[0]
  }

  @Test func interlacedFramesAreNotCountedTwice() throws {
    try expect("25", of: "h264", "libx264 -flags +ildct+ilme")
  }

  /// One frame has no second packet to be measured.
  @Test(arguments: ["10", "12", "25", "60"])
  func aSingleRawFrameLastsOnePeriod(_ rate: String) throws {
    let clips = try Clips()
    let video = try Video(clips.make("one.h264", source: "64x48:\(rate):1", "-frames:v 1 -c:v libx264"))
    let timeline = try video.timeline()
    #expect(timeline.times == [0])
    #expect(timeline.duration * Int128(rate)! == timeline.scale)
  }

  /// Frames k/rate apart, from the first to the end of the last.
  private func expect(_ rate: String, of ending: String, _ encoder: String) throws {
    let clips = try Clips()
    let video = try Video(clips.make("raw.\(ending)", source: "64x48:\(rate):2", "-c:v \(encoder)"))
    let parts = rate.split(separator: "/").map { Int128($0)! }
    let (frames, seconds) = (parts[0], parts.count > 1 ? parts[1] : 1)
    let count = try video.pass().pictures.count
    #expect(abs(video.info.frameRate - Self.hertz(rate)) < 1e-9)
    let timeline = try video.timeline()
    #expect(timeline.times.count == count)
    // Within the tick of a raw stream, 1/1200000 s, to which FFmpeg 5.1 rounds.
    let wrong = (timeline.times + [timeline.duration]).enumerated().filter { number, time in
      let difference = time * frames - Int128(number) * seconds * timeline.scale
      return abs(difference) * 300_000 > timeline.scale * frames
    }
    #expect(wrong.map(\.offset) == [])
  }

  @Test(arguments: [("720x576:25", "yuv420p", 25.0), ("720x480:30000/1001", "yuv411p", 30000.0 / 1001)])
  func aTapeOfDVHasItsFormatsRate(_ source: String, _ pixels: String, _ rate: Double) throws {
    let clips = try Clips()
    let options = "-frames:v 20 -c:v dvvideo -pix_fmt \(pixels)"
    for (name, form) in [("tape.dv", ""), ("tape.avi", ""), ("sound.dv", "-f dv")] {
      let sound = name == "sound.dv" ? "-f lavfi -i sine=r=48000:d=2 -ac 2" : ""
      let video = try Video(clips.make(name, source: "\(source):2", "\(sound) \(options) \(form)"))
      #expect(abs(video.info.frameRate - rate) < 1e-9, "\(name)")
      // Beside sound the muxer may leave the last ones out.
      let count = try video.pass().pictures.count
      #expect(count > 10)
      let timeline = try video.timeline()
      #expect(timeline.times.count == count)
      #expect(
        abs(Double(timeline.duration) / Double(timeline.scale) - Double(count) / rate) < 1e-6, "\(name)")
    }
  }

  /// As browsers show it: a delay of less than 2/100 s is 1/10 s.
  @Test(arguments: [("100", 10.0), ("50", 50), ("25", 25), ("10", 10)])
  func aGIFIsShownAtTheRateOfBrowsers(_ made: String, _ shown: Double) throws {
    let clips = try Clips()
    let video = try Video(clips.make("animation.gif", source: "64x48:\(made):1", ""))
    let count = try #require(Int(made))
    let timeline = try video.timeline()
    #expect(timeline.times.count == count)
    #expect(abs(video.info.frameRate - shown) < 1e-9)
    #expect(abs(Double(timeline.duration) / Double(timeline.scale) - Double(count) / shown) < 1e-9)
  }

  /// A delay that browsers show as it is leaves the average alone, however much the delays differ.
  @Test func aGIFOfLongDelaysKeepsItsAverage() throws {
    let clips = try Clips()
    let path = try clips.make("slides.gif", source: "64x48:1:3", "-final_delay 50")
    let words = try String(
      decoding: clips.run("-show_entries stream=avg_frame_rate -of csv=p=0 slides.gif", program: "ffprobe"),
      as: UTF8.self)
    let average = words.trimmingCharacters(in: .whitespacesAndNewlines)
    #expect(try Video(path).info.frameRate == Self.hertz(average))
  }

  /// Where packets have times, the container's average counts, one frame a tick or not.
  @Test(arguments: [
    ("clip.avi", "-c:v mpeg4"), ("clip.mp4", "-c:v mpeg4"), ("clip.mkv", "-c:v mpeg4"),
    ("clip.y4m", "-pix_fmt yuv420p"),
  ])
  func aContainersOwnAverageIsKept(_ name: String, _ options: String) throws {
    let clips = try Clips()
    let video = try Video(clips.make(name, source: "64x48:12:2", options))
    #expect(abs(video.info.frameRate - 12) < 1e-9)
    #expect(try video.timeline().times.count == 24)
  }
}
