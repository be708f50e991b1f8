import Foundation
import TestSupport
import Testing

/// The frames of clips, held against those of the video as the ffmpeg program decodes both.
@Suite(.enabled(if: Clips.canEncode("ffv1", "libx264", "aac"), Clips.note)) struct CutFrameTests {
  /// From the video's first frame on, in seconds: within frames, along their edges, less than a frame, beyond
  /// the end.
  private static let segments = [(1.02, 2.02), (2.0, 3.0), (3.48, 3.5), (4.2, 100)]

  @Test(arguments: NumberedVideo.possible)
  func aCopyShowsTheVeryFramesThatTheTableSays(_ kind: NumberedVideo) throws {
    let clips = try Clips()
    let video = try kind.make(in: clips)
    let frames = try NumberedVideo.frames(of: video, isTurned: kind.change == .turn)
    let cut = try CutRun(video, Self.segments(of: frames), in: clips.folder)
    #expect(cut.run.status == 0 && cut.rows.count == Self.segments.count, "\(cut.run.errors)")
    for row in cut.rows {
      let shown = try NumberedVideo.frames(of: cut.path(row), isTurned: kind.change == .turn)
      let (said, asked) = (CutRun.said(row, of: frames), CutRun.asked(row, of: frames))
      #expect(row.mode == "copy" && row.frames == said.count, "\(row.file)")
      #expect(shown.map(\.digest) == said.map(\.digest), "\(row.file)")
      #expect(Set(asked.map(\.number)).isSubset(of: shown.map(\.number)), "\(row.file)")
      // A copy begins with the key frame before; it ends within the frames that are decoded before they are
      // shown.
      let (first, last) = try (#require(asked.first).number, #require(asked.last).number)
      #expect(try first - #require(shown.first).number < kind.group, "\(row.file)")
      let spare = ["no-order.avi", "raw.h264"].contains(kind.name) ? kind.group : 4
      #expect(try #require(shown.last).number - last < spare, "\(row.file)")
      Self.compareTimes(shown, said, row.file)
    }
  }

  @Test(arguments: NumberedVideo.possible)
  func anExactClipShowsTheVeryFramesThatWereAskedFor(_ kind: NumberedVideo) throws {
    let clips = try Clips()
    let video = try kind.make(in: clips)
    let frames = try NumberedVideo.frames(of: video, isTurned: kind.change == .turn)
    let cut = try CutRun(video, Self.segments(of: frames), in: clips.folder, ["--exact"])
    #expect(cut.run.status == 0 && cut.rows.count == Self.segments.count, "\(cut.run.errors)")
    for row in cut.rows {
      // Turned once and for all.
      let shown = try NumberedVideo.frames(of: cut.path(row), isTurned: kind.change == .turn)
      let asked = CutRun.asked(row, of: frames)
      #expect(row.mode == "exact" && row.frames == asked.count, "\(row.file)")
      #expect(shown.map(\.number) == asked.map(\.number), "\(row.file)")
      #expect(CutRun.said(row, of: frames).map(\.number) == asked.map(\.number), "\(row.file)")
      // The program itself guesses the last times of a stream that has none.
      if !["no-times.avi", "no-order.avi"].contains(kind.name) { Self.compareTimes(shown, asked, row.file) }
    }
  }

  /// That nothing above is left out without a word.
  @Test(.enabled(if: NumberedVideo.possible.count == NumberedVideo.all.count, Clips.note))
  func everyKindOfVideoIsTried() {
    #expect(NumberedVideo.possible.count >= 20)
  }

  /// Sound goes with the video, from the clip's first frame to its last.
  @Test(
    arguments: NumberedVideo.possible.filter {
      [
        "b-frames.mp4", "vp9.webm", "stream.ts", "mpeg2.mpg", "flash.flv", "motion.avi", "prores.mov",
        "edit-list.mp4", "windows.wmv",
      ].contains($0.name)
    }, [[], ["--exact"]])
  func soundLastsAsLongAsTheVideo(_ kind: NumberedVideo, _ options: [String]) throws {
    let clips = try Clips()
    let video = try kind.make(in: clips)
    let frames = try NumberedVideo.frames(of: video)
    let cut = try CutRun(video, [(2 + frames[0].time, 3 + frames[0].time)], in: clips.folder, options)
    let row = try #require(cut.rows.first)
    let text = try clips.run(
      "-select_streams a -show_entries packet=pts_time,duration_time -of csv=p=0 '\(cut.path(row))'",
      program: "ffprobe")
    let packets = String(decoding: text, as: UTF8.self).split(separator: "\n")
      .map { $0.split(separator: ",").compactMap { Double($0) } }.filter { !$0.isEmpty }
    let shown = try NumberedVideo.frames(of: cut.path(row))
    let length = row.end - row.start
    let (first, last) = try (#require(packets.first)[0], #require(packets.last)[0])
    // Packets of sound last 26 ms at most, of WMA 0.2 s; an encoder's may begin one earlier.
    let slack = kind.name == "windows.wmv" && options.isEmpty ? 0.2 : 0.07
    #expect(abs(last - first - length) < slack + 0.03, "\(packets.count) packets in \(length) s")
    let videoStart = try shown[0].time + Self.start(of: cut.path(row), clips)
    #expect(abs(first - videoStart) < slack)
  }

  @Test(arguments: ["subtitles.mkv", "subtitles.mp4"])
  func aCopyKeepsTheSubtitlesOfItsTime(_ name: String) throws {
    let clips = try Clips()
    let kind = try #require(NumberedVideo.all.first { $0.name == name })
    let cut = try CutRun(try kind.make(in: clips), [(2.43, 3.6)], in: clips.folder)
    let row = try #require(cut.rows.first)
    try clips.run("-i '\(cut.path(row))' -map 0:s:0 -c:s srt shown.srt")
    let text = String(decoding: try clips.read("shown.srt"), as: UTF8.self)
    #expect(text.contains("hello") && text.contains("world"))
    // The first has begun 1.4 s before the clip.
    let end = Int(text.dropFirst("1\n00:00:00,000 --> 00:00:00,".count).prefix(3)) ?? 0
    #expect(text.hasPrefix("1\n00:00:00,000 --> 00:00:00,"), "\(text)")
    // The player's clock begins with the sound, up to an encoder's frame before 0.
    #expect(abs(Double(end) / 1000 - (3 - row.start)) < 0.025, "\(text)")
  }

  /// Two recordings behind each other, the second of which begins at 0 again.
  @Test(arguments: [[], ["--exact"]]) func aClockThatWasResetGoesOn(_ options: [String]) throws {
    let clips = try Clips()
    let kinds = NumberedVideo.possible.filter { ["offset.ts", "stream.ts"].contains($0.name) }
    try #require(kinds.count == 2)
    for kind in kinds { _ = try kind.make(in: clips) }
    let joined = try clips.write(clips.read("offset.ts") + clips.read("stream.ts"), "joined.ts")
    let start = try NumberedVideo.frames(of: joined)[0].time
    let cut = try CutRun(joined, [(5 + start, 7 + start)], in: clips.folder, options)
    let row = try #require(cut.rows.first)
    let numbers = try NumberedVideo.frames(of: cut.path(row)).map(\.number)
    let asked = Array(125..<150) + Array(0..<25)
    #expect(options.isEmpty ? numbers.starts(with: Array(120..<150)) : numbers == asked, "\(numbers)")
    #expect(numbers.count == row.frames && Set(asked).isSubset(of: numbers))
  }

  /// A part that begins inside a group of pictures needs frames that it hides: alone it hides them in a copy,
  /// too.
  @Test func aCopyOfPartsBetweenWhichFramesAreHiddenIsRefused() throws {
    let clips = try Clips()
    let video = try NumberedVideo.jump("jump.mp4", to: 3).make(in: clips)
    let frames = try NumberedVideo.frames(of: video)
    try #require(frames.map(\.number) == Array(0...50) + Array(75..<150))
    let segments = [(1.02, 1.52), (1.5, 2.5), (2.2, 3)]
    let cut = try CutRun(video, segments, in: clips.folder)
    #expect(cut.run.status == 1 && cut.rows.count == 2)
    #expect(
      cut.run.errors.contains(
        "jump.mp4: hides frames, which a copy would show, between those of 'lab' from 1.5 s; --exact encodes")
    )
    for row in cut.rows {
      let shown = try NumberedVideo.frames(of: cut.path(row))
      #expect(shown.map(\.digest) == CutRun.said(row, of: frames).map(\.digest), "\(row.file)")
    }
    let exact = try CutRun(video, segments, in: clips.folder, ["--exact"])
    #expect(exact.run.status == 0 && exact.rows.count == 3)
    let shown = try NumberedVideo.frames(of: exact.path(exact.rows[1])).map(\.number)
    #expect(shown == CutRun.asked(exact.rows[1], of: frames).map(\.number))
    #expect(Set(shown).isSuperset(of: [37, 50, 75]))
  }

  /// A clock that jumps between a frame and those decoded behind it but shown ahead of it: packets say of
  /// some frames other times than those at which they are shown.
  @Test(arguments: [75, 76, 77, 78], [-0.3, 0.08, 2])
  func aCopyThatWouldLackWhatWasAskedForIsRefused(_ packet: Int, _ seconds: Double) throws {
    let clips = try Clips()
    let even = NumberedVideo(
      "even.mkv", "libx264", "-an -c:v libx264 -bf 3 -g 25 -x264-params b-adapt=0:scenecut=0")
    _ = try even.make(in: clips)
    let jump = "+if(gte(N\\,\(packet))\\,\(seconds)/TB\\,0)"
    try clips.run("-i even.mkv -c copy -bsf:v setts=pts=PTS\(jump):dts=DTS\(jump) jump.mkv")
    let video = clips.path("jump.mkv")
    let frames = try NumberedVideo.frames(of: video)
    let segments = [(0.5, 1.5), (2.2, 3.1), (2.9, 3.3), (3.1, 4.6), (4.9, 5.5)]
    let cut = try CutRun(video, segments, in: clips.folder)
    let refusals = cut.run.errors.split(separator: "\n").filter { $0.contains("encodes its frames again") }
    #expect(refusals.count + cut.rows.count == segments.count, "\(cut.run.errors)")
    #expect(cut.run.status == (refusals.isEmpty ? 0 : 1) && cut.rows.count >= 2)
    for row in cut.rows {
      let shown = try NumberedVideo.frames(of: cut.path(row)).map(\.digest)
      let first = try #require(frames.firstIndex { $0.digest == shown.first })
      #expect(shown.count == row.frames && frames[first...].map(\.digest).starts(with: shown))
      #expect(Set(CutRun.asked(row, of: frames).map(\.digest)).isSubset(of: shown), "\(row.askedStart)")
    }
    if packet == 75, seconds < 0 {
      let lines = [
        "r2p1d-video: \(video): has packets that misplace its frames, so that a copy would lack some of "
          + "'lab' from 2.9 s; --exact encodes its frames again"
      ]
      #expect(refusals.map(String.init) == lines)
    }
  }

  private static func segments(of frames: [NumberedVideo.Frame]) -> [(Double, Double)] {
    let start = frames.first?.time ?? 0
    return segments.map { ($0.0 + start, $0.1 + start) }
  }

  private static func start(of path: String, _ clips: Clips) throws -> Double {
    let text = try clips.run("-show_entries format=start_time -of csv=p=0 '\(path)'", program: "ffprobe")
    return Double(String(decoding: text, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
  }

  /// That frames come at the same times after the first, to the two milliseconds that containers round.
  private static func compareTimes(
    _ shown: [NumberedVideo.Frame], _ expected: [NumberedVideo.Frame], _ name: String
  ) {
    let pairs = zip(shown, expected).map {
      abs(($0.time - shown[0].time) - ($1.time - expected[0].time))
    }
    #expect(pairs.max() ?? 0 < 0.0021, "\(name)")
  }
}
