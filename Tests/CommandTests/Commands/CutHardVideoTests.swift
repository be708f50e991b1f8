import Foundation
import TestSupport
import Testing

/// Clips of videos that decode otherwise from their middle than from their start, or of which the program's
/// filters lose count: each row is true, or there is none.
@Suite(.enabled(if: Clips.canEncode("ffv1", "libx264", "mpeg2video", "smc"), Clips.note))
struct CutHardVideoTests {
  private let clips: Clips

  init() throws { clips = try Clips() }

  /// What is wrong with the clips of `video`, each of a run of its own; nil in the place of one that is
  /// right.
  private func faults(
    of video: String, _ frames: [NumberedVideo.Frame], _ segments: [(Double, Double)],
    _ options: [String] = []
  ) throws -> [String?] {
    try segments.map { segment in
      let cut = try CutRun(video, [segment], in: clips.folder, options)
      guard let row = cut.rows.first else {
        try #require(cut.run.status == 1)
        return cut.run.errors.split(separator: "\n").last.map { String($0.suffix(140)) }
      }
      let shown = try NumberedVideo.frames(of: cut.path(row))
      // Encoded anew, frames are known by their numbers.
      func name(_ frame: NumberedVideo.Frame) -> String { options.isEmpty ? frame.digest : "\(frame.number)" }
      let (said, asked) = (CutRun.said(row, of: frames), CutRun.asked(row, of: frames))
      #expect(cut.run.status == 0 && shown.count == row.frames, "\(row.file)")
      #expect(shown.map(name) == said.map(name), "\(row.file) of \(segment)")
      #expect(Set(asked.map(name)).isSubset(of: shown.map(name)), "\(row.file) of \(segment)")
      return nil
    }
  }

  /// A decoder that begins at a recovery point gives its last frames only if enough come behind it.
  @Test(arguments: ["mp4", "mkv", "ts"])
  func shortClipsOfOpenGroupsAreWhole(_ container: String) throws {
    let kind = NumberedVideo(
      "open.\(container)", "libx264", "-an -c:v libx264 -x264-params open-gop=1:keyint=25:bframes=3",
      group: 25)
    let video = try kind.make(in: clips)
    let frames = try NumberedVideo.frames(of: video)
    // Frames behind each recovery point, and the last ones of all.
    let wanted = [25, 50, 75].flatMap { group in (0..<7).map { group + $0 } } + Array(144..<150)
    let segments = wanted.map { (frames[$0].time + 0.01, frames[$0].time + 0.03) }
    #expect(try faults(of: video, frames, segments) == segments.map { _ in nil })
  }

  /// The palette comes with the first packet alone.
  @Test(arguments: [("a.mov", "smc -g 12"), ("b.mov", "rawvideo"), ("c.avi", "rawvideo")])
  func clipsOfVideosWithAPaletteHaveIt(_ name: String, _ encoder: String) throws {
    let kind = NumberedVideo(
      name, "smc", "-an -vf 'split[a][b];[a]palettegen[p];[b][p]paletteuse' -c:v \(encoder) -pix_fmt pal8")
    let video = try kind.make(in: clips)
    let frames = try NumberedVideo.frames(of: video)
    let segments = [(0.0, 0.5), (2.3, 3.0), (5.0, 5.5)]
    let copies = try faults(of: video, frames, segments)
    #expect(copies[0] == nil)
    #expect(
      copies.compactMap { $0 }.allSatisfy { $0.contains("shows other frames as a whole than in a copy") })
    #expect(try faults(of: video, frames, segments, ["--exact"]) == [nil, nil, nil])
  }

  /// The second half has parameter sets of its own, which the container gives beside its packets.
  @Test func copiesBehindAChangeOfParametersAreRefused() throws {
    for (name, options) in [
      ("1.flv", "-qp 18 -x264-params cabac=0"), ("2.flv", "-qp 36 -x264-params cabac=1"),
    ] {
      _ = try NumberedVideo(name, "libx264", "-an -c:v libx264 -g 25 -bf 0 \(options)").make(in: clips)
    }
    let video = try clips.write(clips.read("1.flv") + clips.read("2.flv").dropFirst(13), "both.flv")
    let frames = try NumberedVideo.frames(of: video)
    try #require(frames.map(\.number) == Array(0..<150) + Array(0..<150))
    let shifted = frames.enumerated().map {
      NumberedVideo.Frame(time: Double($0.offset) / 25, digest: $0.element.digest, number: $0.element.number)
    }
    let segments = [(1.02, 1.5), (4.0, 5.0), (7.02, 7.5), (9.0, 10.0)]
    let copies = try faults(of: video, shifted, segments)
    #expect(copies[0] == nil && copies[1] == nil)
    for copy in copies[2...] {
      #expect(try #require(copy).contains("shows other frames as a whole than in a copy of 'lab' from"))
    }
    #expect(try faults(of: video, shifted, segments, ["--exact"]) == segments.map { _ in nil })
  }

  /// The program's filters begin anew where the size changes, and count from 0.
  @Test(arguments: [(0, "-an"), (4, "-an"), (0, "-c:a mp2")])
  func exactClipsWhereTheSizeChangesAreOfTheRightFrames(_ offset: Int, _ sound: String) throws {
    _ = try NumberedVideo("1.ts", "libx264", "\(sound) -t 4 -c:v libx264 -g 25").make(in: clips)
    let larger = "-vf scale=320:192:flags=neighbor -output_ts_offset \(offset)"
    _ = try NumberedVideo("2.ts", "libx264", "\(sound) \(larger) -c:v libx264 -g 25").make(in: clips)
    try checkExactClips(ofTwoSizes: clips.write(clips.read("1.ts") + clips.read("2.ts"), "both.ts"))
  }

  /// As in recordings of a browser's window or of a call, whose stamps go on and whose codec says it.
  @Test(
    .enabled(if: Clips.canEncode("libvpx", "libvpx-vp9", "mjpeg", "mpeg4"), Clips.note),
    arguments: [
      ("webm", "libvpx -deadline realtime"), ("webm", "libvpx-vp9 -deadline realtime -cpu-used 8"),
      ("avi", "mjpeg -q:v 2"), ("ts", "mpeg2video -b:v 2M"), ("ts", "libx264"), ("ts", "mpeg4 -q:v 2"),
    ])
  func exactClipsWhereTheSizeChangesInBandAreOfTheRightFrames(_ container: String, _ encoder: String) throws {
    let options = "-an -c:v \(encoder) -g 25"
    let names = ["1.\(container)", "2.\(container)", "both.\(container)"]
    _ = try NumberedVideo(names[0], "libvpx", "-t 4 \(options)").make(in: clips)
    _ = try NumberedVideo(names[1], "libvpx", "-vf scale=320:192:flags=neighbor \(options)").make(in: clips)
    try clips.folder.write("list.txt", "file '\(names[0])'\nfile '\(names[1])'\n")
    try clips.run("-f concat -i list.txt -c copy \(names[2])")
    try checkExactClips(ofTwoSizes: clips.path(names[2]))
  }

  /// Of 100 frames of 160 × 96, and those of 320 × 192 behind them.
  private func checkExactClips(ofTwoSizes video: String) throws {
    let sizes = [
      (1.0, 1.4, 25, "160,96"), (4.22, 4.5, 5, "320,192"), (6.02, 6.4, 50, "320,192"),
      (8.02, 8.3, 100, "320,192"),
    ]
    for (start, end, first, size) in sizes {
      let cut = try CutRun(video, [(start, end)], in: clips.folder, ["--exact"])
      let row = try #require(cut.rows.first, "\(cut.run.errors)")
      let numbers = try NumberedVideo.frames(of: cut.path(row)).map(\.number)
      #expect(numbers.count == row.frames && numbers == Array(numbers[0]..<numbers[0] + row.frames))
      // Two decoders' delays may lie between the halves.
      #expect(abs(numbers[0] - first) <= 2, "\(numbers)")
      let found = try clips.run(
        "-show_entries stream=width,height -of csv=p=0 '\(cut.path(row))'", program: "ffprobe")
      #expect(String(decoding: found, as: UTF8.self).hasPrefix(size))
    }
    // Across the joint, of both sizes.
    let cut = try CutRun(video, [(3.7, 4.3)], in: clips.folder, ["--exact"])
    let row = try #require(cut.rows.first, "\(cut.run.errors)")
    let numbers = try NumberedVideo.frames(of: cut.path(row)).map(\.number)
    // The decoder of MPEG-2 drops what it holds back where the size changes.
    #expect(numbers.count == row.frames && Set(numbers).isSuperset(of: Array(94..<99) + Array(0..<5)))
  }

  /// Two recordings behind each other, of which not every packet has a time.
  @Test(arguments: ["mpg", "vob"])
  func copiesOfJoinedProgramStreamsAreThere(_ name: String) throws {
    _ = try NumberedVideo("one.\(name)", "mpeg2video", "-an -c:v mpeg2video -bf 2 -g 12 -b:v 2M").make(
      in: clips)
    let video = try clips.write(clips.read("one.\(name)") + clips.read("one.\(name)"), "both.\(name)")
    for (start, numbers) in [(1.02, 25..<38), (4.0, 100..<113), (8.02, 50..<63)] {
      let cut = try CutRun(video, [(start, start + 0.5)], in: clips.folder)
      let row = try #require(cut.rows.first, "\(cut.run.errors)")
      let shown = try NumberedVideo.frames(of: cut.path(row)).map(\.number)
      #expect(shown.count == row.frames && Set(numbers).isSubset(of: shown), "\(shown)")
    }
  }

  /// So few frames that the decoder gives all of them at the end.
  @Test(arguments: [1, 2, 3]) func aVideoOfAFewFramesWithoutTimes(_ count: Int) throws {
    let video = try NumberedVideo("few.avi", "libx264", "-an -frames:v \(count) -c:v libx264").make(in: clips)
    let start = count == 3 ? 0.08 : 0
    for options in [[], ["--exact"]] {
      let cut = try CutRun(video, [(start, start + 0.04)], in: clips.folder, options)
      let row = try #require(cut.rows.first, "\(cut.run.errors)")
      #expect(row.frames == (options.isEmpty ? count : 1) && row.start == start)
    }
  }

  /// Two recordings behind each other, of two tones: each clip has its own, and as much of it as of the
  /// picture.
  @Test(arguments: [("ts", "libx264 -c:a aac"), ("vob", "mpeg2video -bf 2 -c:a mp2 -f vob")])
  func exactClipsOfJoinedRecordingsHaveTheirOwnSound(_ name: String, _ encoders: String) throws {
    for tone in [440, 2000] {
      try clips.run(
        "-f lavfi -i testsrc2=s=160x96:r=25:d=6 -f lavfi -i sine=f=\(tone):r=48000:d=6 -g 25 "
          + "-c:v \(encoders) \(tone).\(name)")
    }
    let video = try clips.write(clips.read("440.\(name)") + clips.read("2000.\(name)"), "both.\(name)")
    for (start, tones) in [(2.0, [440, 440]), (8.0, [2000, 2000]), (5.6, [440, 2000])] {
      let cut = try CutRun(video, [(start, start + 1)], in: clips.folder, ["--exact"])
      let row = try #require(cut.rows.first, "\(cut.run.errors)")
      #expect(cut.rows.count == 1 && abs(Double(row.frames) - 26) <= 2, "\(row.frames)")
      let heard = try samples(of: cut.path(row))
      #expect(abs(Double(heard.count) / 8000 - (row.end - row.start)) < 0.1, "\(heard.count)")
      let ends = [heard.prefix(3000).dropFirst(600), heard.suffix(2400).dropLast(400)]
      for (tone, part) in zip(tones, ends) {
        #expect(abs(Self.frequency(part) / Double(tone) - 1) < 0.05, "\(row.file) from \(start): \(tone)")
      }
    }
    let left = try FileManager.default.contentsOfDirectory(atPath: clips.folder.url.path)
    #expect(left.allSatisfy { !$0.hasPrefix(".") })
  }

  /// Frames of a damaged recording are not those of its packets, and of a clock that begins anew no others
  /// tell.
  @Test func exactClipsOfDamagedJoinedRecordingsAreRefusedWhereTheirSoundIsUnclear() throws {
    try clips.run(
      "-f lavfi -i testsrc2=s=160x96:r=25:d=6 -f lavfi -i sine=d=6 -g 25 -c:v libx264 -bf 2 -c:a aac one.ts")
    var bytes = try clips.read("one.ts") + clips.read("one.ts")
    var random = SplitMix64(seed: 3)
    for _ in 0..<400 { bytes[Int.random(in: bytes.count / 8..<bytes.count, using: &random)] ^= 0x55 }
    let cut = try CutRun(
      try clips.write(bytes, "both.ts"), [(2, 3), (4.5, 5), (7.5, 8.5)], in: clips.folder, ["--exact"])
    let lines = cut.run.errors.split(separator: "\n").dropFirst()
    #expect(cut.run.status == 1 && cut.rows.count + lines.count == 3, "\(cut.run.errors)")
    let cause = "would not have its own sound, for the video's clock begins anew"
    #expect(lines.contains { $0.hasSuffix(cause) } && lines.allSatisfy { $0.contains("would not have") })
  }

  /// The program by itself ends where two frames of three are damaged, and the other clips would be lost.
  @Test(.enabled(if: Clips.canEncode("libvpx-vp9"), Clips.note))
  func exactClipsOfMostlyDamagedVideosAreMadeWhereTheirFramesAre() throws {
    try clips.run("-f lavfi -i testsrc2=s=160x96:r=25:d=6 -g 500 -c:v libvpx-vp9 -cpu-used 8 a.webm")
    try clips.run("-i a.webm -c copy -bsf:v 'noise=amount=gt(n\\,25)' damaged.webm")
    let cut = try CutRun(
      clips.path("damaged.webm"), [(4, 5), (0.2, 0.6)], in: clips.folder, ["--exact"])
    #expect(cut.rows.first?.frames == 10, "\(cut.run.errors)")
    // Of the other, versions of FFmpeg make frames, make none, or end by a fault of their own (7.1).
    #expect((cut.run.status == 0) == (cut.rows.count == 2), "\(cut.run.errors)")
    #expect(!cut.run.errors.contains("failed with status 69"), "\(cut.run.errors)")
  }

  /// Of video whose ticks are long, sound has its own.
  @Test func theSoundOfAnExactClipIsEven() throws {
    let video = clips.path("even.avi")
    try clips.run(
      "-f lavfi -i testsrc2=s=160x96:r=5:d=8 -f lavfi -i sine=f=440:r=48000:d=8 -c:v mjpeg "
        + "-c:a pcm_s16le even.avi"
    )
    let cut = try CutRun(video, [(2, 7)], in: clips.folder, ["--exact"])
    let row = try #require(cut.rows.first, "\(cut.run.errors)")
    let text = try clips.run(
      "-select_streams a -show_entries packet=duration_time -of csv=p=0 '\(cut.path(row))'",
      program: "ffprobe")
    let durations = String(decoding: text, as: UTF8.self).split(separator: "\n").compactMap {
      Double($0.split(separator: ",")[0])
    }
    #expect(durations.count > 230 && durations.dropLast().allSatisfy { abs($0 - 1024.0 / 48000) < 1e-4 })
    #expect(abs(durations.reduce(0, +) - 5) < 0.05)
  }

  /// The file's sound, 8,000 samples a second.
  private func samples(of path: String) throws -> [Int16] {
    let bytes = try clips.run("-i '\(path)' -vn -ac 1 -ar 8000 -f s16le -")
    return stride(from: 0, to: bytes.count - 1, by: 2).map {
      Int16(truncatingIfNeeded: Int(bytes[$0]) | Int(bytes[$0 + 1]) << 8)
    }
  }

  /// In Hz, by how often it goes through 0.
  private static func frequency(_ samples: ArraySlice<Int16>) -> Double {
    Double(zip(samples, samples.dropFirst()).count { ($0 < 0) != ($1 < 0) }) / 2 * 8000
      / Double(samples.count)
  }
}
