import Foundation
import TestSupport
import Testing

@testable import VideoDecoding

/// Times as players count them, held against the ffprobe program's.
@Suite(.enabled(if: Clips.canEncode("mpeg4", "flv", "aac", "gif", "h263"), Clips.note)) struct ClockTests {
  let clips: Clips

  init() throws {
    clips = try Clips()
  }

  /// What ffprobe says of a file's best video stream, in seconds.
  struct Probe: Decodable {
    struct Stream: Decodable {
      let timeBase: String
    }
    struct Frame: Decodable {
      let bestEffortTimestamp: Int?
      let pktDuration: Int?
      let duration: Int?
    }
    struct Format: Decodable {
      let startTime: String?
    }
    let streams: [Stream]
    let frames: [Frame]
    let format: Format

    var tick: Double {
      let parts = (streams.first?.timeBase ?? "0/1").split(separator: "/").compactMap { Double($0) }
      return parts[0] / parts[1]
    }
    /// The first frame's time less the container's start time.
    var start: Double {
      guard let first = frames.first?.bestEffortTimestamp,
        let origin = format.startTime.flatMap(Double.init)
      else { return 0 }
      return Double(first) * tick - origin
    }
    var lastDuration: Double {
      Double(frames.last.flatMap { $0.pktDuration ?? $0.duration } ?? 0) * tick
    }
  }

  private func probe(_ name: String) throws -> Probe {
    let entries = "format=start_time:stream=time_base:frame=best_effort_timestamp,pkt_duration,duration"
    let data = try clips.run(
      "-select_streams v:0 -of json -show_entries \(entries) \(name)", program: "ffprobe")
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(Probe.self, from: data)
  }

  private static let sound = "-f lavfi -i sine=d=4"
  private static let video = "-f lavfi -i testsrc2=s=64x48:r=25:d=4"

  /// Of the two inputs the second begins 2 s late. Sound may begin before 0, for a decoder to settle.
  @Test(
    arguments: [
      ("mp4", "mpeg4 -bf 2"), ("mov", "mpeg4"), ("mkv", "mpeg4"), ("ts", "mpeg2video -bf 2"),
      ("flv", "flv -ar 44100"),
      ("avi", "mpeg4 -bf 2"), ("nut", "mpeg4"),
    ], [true, false])
  func aVideoThatBeginsAfterItsSoundIsLaterByTheDifference(_ kind: (String, String), isLate: Bool) throws {
    let name = "clip.\(kind.0)"
    let inputs = isLate ? [Self.sound, Self.video] : [Self.video, Self.sound]
    try clips.run(
      "\(inputs[0]) -itsoffset 2 \(inputs[1]) -map \(isLate ? 1 : 0):v -map \(isLate ? 0 : 1):a -fps_mode "
        + "passthrough -c:v \(kind.1) -c:a aac \(name)"
    )
    let video = try Video(clips.path(name))
    _ = try video.pass([0])
    let timeline = try video.timeline()
    let start = Double(timeline.start) / Double(timeline.scale)
    #expect(abs(start - (try probe(name).start)) < 2e-6)
    #expect(abs(start - (isLate ? 2 : 0)) < 0.1)
    #expect(timeline.duration == 4 * timeline.scale)
  }

  @Test(
    arguments: [
      ("ts", "mpeg2video -bf 2"), ("mkv", "mpeg4"), ("mov", "mpeg4 -bf 2"),
      ("mp4", "mpeg4 -bf 2 -use_editlist 0"),
      ("mp4", "mpeg4 -bf 2 -movflags frag_keyframe+empty_moov"), ("flv", "flv"), ("avi", "mpeg4 -bf 2"),
      ("mpg", "mpeg2video -bf 2"), ("nut", "mpeg4 -bf 2"),
    ], [0, 5.3])
  func whereAContainerStartsIsNoMatter(_ kind: (String, String), offset: Double) throws {
    let name = "clip.\(kind.0)"
    try clips.run("\(Self.video) -c:v \(kind.1) -output_ts_offset \(offset) \(name)")
    let video = try Video(clips.path(name))
    // Where packets say only when they are decoded, the first frame says when it is shown.
    _ = try video.pass([0])
    let timeline = try video.timeline()
    let start = Double(timeline.start) / Double(timeline.scale)
    #expect(abs(start - (try probe(name).start)) < 2e-6)
    // AVI has no times of its own: it counts empty frames.
    if kind.0 != "avi" { #expect(abs(start) < 2e-6) }
    #expect(timeline.times.count == 100 && timeline.duration == 4 * timeline.scale)
  }

  /// A slide show's last slide: periods are 0.1 s but for MP4, whose average is 34/5 s.
  @Test(
    arguments: [
      ("last.gif", "-f lavfi -i testsrc2=s=64x48:r=10:d=2 -final_delay 500", 6.9),
      ("plain.gif", "-f lavfi -i testsrc2=s=64x48:r=10:d=2", 2),
      ("last.apng", "-f lavfi -i testsrc2=s=64x48:r=10:d=2 -final_delay 3", 4.9),
      ("last.mp4", "-i slides.mp4 -c copy -bsf:v setts=duration=if(eq(N\\,4)\\,30*DURATION\\,DURATION)", 34),
    ])
  func theLastFrameLastsAsLongAsItsPacketSays(_ name: String, _ recipe: String, _ seconds: Double) throws {
    if recipe.contains("slides.mp4") {
      try clips.run("-f lavfi -i testsrc2=s=64x48:r=1:d=5 -c:v mpeg4 slides.mp4")
    }
    try clips.run("\(recipe) \(name)")
    let timeline = try Video(clips.path(name)).timeline()
    let scale = Double(timeline.scale)
    let (duration, last) = (Double(timeline.duration) / scale, Double(timeline.times.last ?? 0) / scale)
    #expect(abs(duration - seconds) < 1e-6)
    let (own, period) = (try probe(name).lastDuration, Double(timeline.period) / scale)
    #expect(abs(duration - last - (own > 1.5 * period ? own : period)) < 1e-6)
  }

  /// Frame numbers of a clip of 100 frames, 25 a second, at which the clock does something; and what comes of
  /// it.
  enum Fault: String, CaseIterable, Sendable {
    case standsStill, isSetBack, isOutOfOrder, repeats

    func stamp(_ number: Int) -> Int {
      switch self {
      case .standsStill: 40 * (number < 30 ? number : number < 50 ? 30 : number - 20)
      case .isSetBack: 40 * (number < 60 ? number : number - 60)
      case .isOutOfOrder: 40 * (number % 10 == 7 ? number - 5 : number)
      case .repeats: 80 * (number / 2)
      }
    }

    func time(_ number: Int) -> Int128 {
      switch self {
      case .standsStill, .repeats: Int128(stamp(number))
      case .isSetBack: Int128(40 * number)
      case .isOutOfOrder: Int128(40 * (number % 10 == 7 ? number - 1 : number))
      }
    }
  }

  @Test(arguments: Fault.allCases)
  func aClockThatDoesNotRunForwardMakesNoLaterFrameLate(_ fault: Fault) throws {
    try clips.run("\(Self.video) -c:v flv -g 25 plain.flv")
    let path = try clips.write(FLV.restamped(clips.read("plain.flv"), fault.stamp), "clip.flv")
    let (sought, through) = (try Video(path), try Video(path))
    let pictures = try through.pass().pictures
    let timeline = try through.timeline()
    #expect(timeline.scale == 1000 && timeline.times == (0..<100).map(fault.time))
    #expect(pictures.count == 100)
    #expect(
      try sought.pass([0, 35, 62, 77, 99], seeking: true).pictures
        == [0, 35, 62, 77, 99].map { pictures[$0] })
    #expect(try sought.timeline() == timeline)
  }

  /// Sorted by their stamps, the frames of the second recording would come before those of the first.
  @Test func aRecordingJoinedToALaterOneComesAfterIt() throws {
    try clips.run(
      "-f lavfi -i testsrc2=s=64x48:r=25:d=20 -c:v mpeg2video -bf 2 -g 25 -output_ts_offset 50 -f vob a.vob")
    try clips.run("-f lavfi -i mandelbrot=s=64x48:r=25 -t 20 -c:v mpeg2video -bf 2 -g 25 -f vob b.vob")
    let path = try clips.write(clips.read("a.vob") + clips.read("b.vob"), "joined.vob")
    let (sought, through) = (try Video(path), try Video(path))
    let pictures = try through.pass([10, 480, 520, 990]).pictures
    #expect(try sought.pass([10, 480, 520, 990], seeking: true).pictures == pictures)
    #expect(try sought.timeline() == through.timeline())
    let timeline = try sought.timeline()
    #expect(timeline.times == timeline.times.sorted() && timeline.duration < 41 * timeline.scale)
  }

  /// The clock of transport streams has 33 bits: 26.5 hours.
  @Test func aClockThatWrapsRunsOn() throws {
    try clips.run(
      "-f lavfi -i testsrc2=s=64x48:r=25:d=20 -c:v mpeg2video -bf 2 -g 25 -output_ts_offset 95434 wrap.ts")
    let timeline = try Video(clips.path("wrap.ts")).timeline()
    #expect(timeline.start == 0 && timeline.duration == 20 * timeline.scale && timeline.times.count == 500)
  }

  /// Their demuxers give other times after going back to the start than when they were just opened.
  @Test(arguments: ["h263", "h261", "mpeg4", "mpeg1video", "mpeg2video", "mjpeg"])
  func anElementaryStreamDoesNotChangeWhileItIsRead(_ codec: String) throws {
    let form = ["mpeg4": "m4v", "mpeg1video": "mpeg1video", "mpeg2video": "mpeg2video"][codec] ?? codec
    try clips.run("-f lavfi -i testsrc2=s=176x144:r=30:d=2 -c:v \(codec) -f \(form) stream")
    let (sought, through) = (try Video(clips.path("stream")), try Video(clips.path("stream")))
    let pictures = try through.pass().pictures
    #expect(pictures.count == 60)
    #expect(try sought.pass([0, 7, 59], seeking: true).pictures == [0, 7, 59].map { pictures[$0] })
    #expect(try sought.timeline() == through.timeline() && sought.timeline().times.count == 60)
  }
}

/// FLV, as far as its stamps go.
enum FLV {
  /// The file with the stamp of video frame n changed to `stamp(n)`, in milliseconds.
  static func restamped(_ bytes: [UInt8], _ stamp: (Int) -> Int) -> [UInt8] {
    var bytes = bytes
    var (at, number) = (13, 0)
    while at + 11 <= bytes.count {
      if bytes[at] == 9 {
        let time = stamp(number)
        bytes.replaceSubrange(
          at + 4..<at + 8, with: [time >> 16, time >> 8, time, time >> 24].map { UInt8($0 & 255) })
        number += 1
      }
      at += 15 + (Int(bytes[at + 1]) << 16 | Int(bytes[at + 2]) << 8 | Int(bytes[at + 3]))
    }
    return bytes
  }
}
