import Foundation
import TestSupport
import Testing

@testable import VideoDecoding

/// Whatever is sought or skipped, the frames are those of a decoding from the start to the end.
@Suite(.enabled(if: Clips.canEncode("libx264"), Clips.note)) struct LinearDecodingTests {
  /// Fourteen seconds of small frames, 30 a second.
  struct Kind: CustomTestStringConvertible, Sendable {
    let name: String
    let encoder: String
    let options: String
    /// Frames decoded at most for four short windows; nil where all have to be.
    let mostDecoded: Int?

    init(_ name: String, _ encoder: String, _ options: String, seeks mostDecoded: Int? = nil) {
      (self.name, self.encoder, self.options, self.mostDecoded) = (name, encoder, options, mostDecoded)
    }

    var testDescription: String { "\(name) \(encoder) \(options)" }
  }

  static let palette = "-vf split[a][b];[a]palettegen[p];[b][p]paletteuse -pix_fmt pal8"
  static let kinds: [Kind] = [
    Kind("closed.mp4", "libx264", "-g 30 -bf 2", seeks: 150),
    Kind("closed.mkv", "libx264", "-g 30 -bf 2", seeks: 150),
    Kind("closed.flv", "libx264", "-g 30 -bf 2", seeks: 150),
    Kind("closed.ts", "libx264", "-g 30 -bf 2", seeks: 150),
    Kind("closed.nut", "libx264", "-g 30 -bf 2", seeks: 150),
    Kind("closed.avi", "libx264", "-g 30 -bf 0"),
    Kind(
      "fragments.mp4", "libx264", "-g 30 -movflags frag_keyframe+empty_moov+default_base_moof", seeks: 150),
    Kind("open.mp4", "libx264", "-x264-params keyint=30:open-gop=1:bframes=3:scenecut=0"),
    Kind("open.ts", "libx264", "-x264-params keyint=30:open-gop=1:bframes=3:scenecut=0"),
    Kind("refresh.mkv", "libx264", "-x264-params keyint=30:intra-refresh=1"),
    Kind("fields.ts", "libx264", "-g 30 -flags +ildct+ilme", seeks: 150),
    Kind("order.mp4", "libx264", "-g 30 -bf 0 -profile:v baseline", seeks: 150),
    Kind("full.mkv", "libx264", "-g 30 -pix_fmt yuv444p", seeks: 150),
    Kind(
      "open-hevc.mp4", "libx265", "-x265-params keyint=30:min-keyint=30:open-gop=1:log-level=none", seeks: 170
    ),
    Kind(
      "open-hevc.ts", "libx265", "-x265-params keyint=30:min-keyint=30:open-gop=1:log-level=none", seeks: 170
    ),
    Kind("refresh-hevc.mp4", "libx265", "-x265-params keyint=30:intra-refresh=1:log-level=none"),
    Kind("mpeg2.mpg", "mpeg2video", "-g 15 -bf 2"),
    Kind("mpeg2.ts", "mpeg2video", "-g 15 -bf 2", seeks: 150),
    Kind("mpeg2.mkv", "mpeg2video", "-g 15 -bf 2", seeks: 150),
    Kind("fields2.ts", "mpeg2video", "-g 15 -bf 2 -flags +ildct+ilme", seeks: 150),
    Kind(
      "matrices.ts", "mpeg2video",
      "-g 15 -bf 2 -inter_matrix \(Array(repeating: "20", count: 64).joined(separator: ","))"),
    Kind("mpeg4.mp4", "mpeg4", "-g 30 -bf 2", seeks: 150),
    Kind("mpeg4.avi", "mpeg4", "-g 30 -bf 0 -vtag xvid"),
    Kind("mpeg4-b.avi", "mpeg4", "-g 30 -bf 2"),
    Kind("fields4.mp4", "mpeg4", "-g 30 -bf 2 -flags +ildct+ilme"),
    Kind("vp8.webm", "libvpx", "-g 30 -cpu-used 8 -auto-alt-ref 1 -lag-in-frames 16 -b:v 100k", seeks: 150),
    Kind("alpha.webm", "libvpx", "-g 30 -cpu-used 8 -auto-alt-ref 0 -pix_fmt yuva420p"),
    Kind(
      "vp9.webm", "libvpx-vp9", "-g 30 -cpu-used 8 -auto-alt-ref 1 -lag-in-frames 16 -b:v 100k", seeks: 150),
    Kind("av1.mp4", "libsvtav1", "-g 30 -preset 12 -s 64x64", seeks: 150),
    Kind("av1.webm", "libaom-av1", "-g 30 -cpu-used 8 -usage realtime -b:v 100k", seeks: 150),
    Kind("motion.avi", "mjpeg", "-q:v 5", seeks: 150),
    Kind("motion.mov", "mjpeg", "-q:v 5 -huffman optimal", seeks: 150),
    Kind("prores.mov", "prores", "", seeks: 150),
    Kind("dnxhd.mov", "dnxhd", "-profile:v dnxhr_lb -s 256x120", seeks: 150),
    Kind("ffv1.mkv", "ffv1", "-g 30"),
    Kind("png.mov", "png", ""),
    Kind("animation.mov", "qtrle", ""),
    Kind("graphics.mov", "smc", palette),
    Kind("raw.avi", "rawvideo", palette),
    Kind("animation8.mov", "qtrle", palette),
    Kind("video1.avi", "msvideo1", "-pix_fmt rgb555le"),
    Kind("cinepak.avi", "cinepak", ""),
    Kind("sorenson.flv", "flv", "-g 30"),
    Kind("h263.3gp", "h263", "-g 30 -s 128x96"),
    Kind("wmv2.asf", "wmv2", "-g 30"),
    Kind("msmpeg4.avi", "msmpeg4", "-g 30"),
    Kind("theora.ogv", "libtheora", "-g 30"),
  ].filter { Clips.canEncode($0.encoder) }

  @Test(arguments: kinds) func ofWhatTheProgramWrites(_ kind: Kind) throws {
    let clips = try Clips()
    let path = try clips.make(
      kind.name, source: "64x48:30:14",
      "-c:v \(kind.encoder == "msmpeg4" ? "msmpeg4v2" : kind.encoder) \(kind.options)")
    let decoded = try Self.holdAgainstLinear(path)
    if let most = kind.mostDecoded { #expect(decoded <= most) }
  }

  /// Short windows all over the file, near its end (as with a start), and thickly laid ones.
  static let layouts = [
    [0, 130, 260, 390].flatMap { $0..<$0 + 12 },
    [300, 395].flatMap { $0..<$0 + 12 },
    Array(stride(from: 10, to: 415, by: 29)),
  ]

  /// Frames decoded for the first layout.
  static func holdAgainstLinear(_ path: String, decodeErrors: Int? = 0) throws -> Int {
    let through = try Video(path)
    let linear = try through.pass()
    try #require(linear.pictures.count > 200)
    if let decodeErrors { #expect(through.decodeErrors == decodeErrors) }
    let timeline = try through.timeline()
    var decoded: [Int] = []
    for layout in layouts {
      let sought = try Video(path)
      let wanted = layout.filter { $0 < linear.pictures.count }
      if wanted.isEmpty { continue }
      let found = try sought.pass(wanted, seeking: true).pictures
      // Numbers of frames mean something only where both agree on the times of all.
      #expect(try sought.timeline() == timeline)
      let differing = zip(wanted, found).filter { linear.pictures[$0.0] != $0.1 }.map(\.0)
      #expect(found.count == wanted.count && differing == [])
      if let decodeErrors { #expect(sought.decodeErrors == decodeErrors) }
      decoded.append(sought.framesDecoded)
    }
    return decoded[0]
  }

  /// What a container says beside the frames, made untrue: name of the file, encoder, options.
  static let lies: [(String, String, String)] = [
    ("h264.mp4", "libx264", "-g 100 -bf 2"), ("h264.mkv", "libx264", "-g 100 -bf 2"),
    ("refresh.mp4", "libx264", "-x264-params keyint=50:intra-refresh=1"),
    ("hevc.mp4", "libx265", "-x265-params keyint=100:bframes=0:log-level=none"),
    ("hevc.mkv", "libx265", "-x265-params keyint=100:log-level=none"),
    ("mpeg4.mp4", "mpeg4", "-g 100 -bf 2"), ("mpeg4.avi", "mpeg4", "-g 100 -bf 0"),
    ("mpeg2.mov", "mpeg2video", "-g 15 -bf 2"), ("wmv2.mkv", "wmv2", "-g 100"),
    ("vp9.mp4", "libvpx-vp9", "-g 100 -cpu-used 8 -deadline realtime -b:v 100k"),
    ("sorenson.flv", "flv", "-g 100"),
  ].filter { Clips.canEncode($0.1) }

  @Test(arguments: lies)
  func whereTheContainerCallsEveryFrameAKeyFrameThatNothingNeeds(
    _ name: String, _ encoder: String, _ options: String
  ) throws {
    let clips = try Clips()
    _ = try clips.make(name, source: "64x48:30:14", "-c:v \(encoder) \(options)")
    let path = try clips.write(Lies.allKeysAndDisposable(clips.read(name), name), "lying-\(name)")
    _ = try Self.holdAgainstLinear(path)
  }

  @Test func whereSomeFramesAreCalledDisposableThatAreNot() throws {
    let clips = try Clips()
    _ = try clips.make("h264.mp4", source: "64x48:30:14", "-c:v libx264 -g 100 -bf 2")
    let bytes = Lies.replaceTable("sdtp", in: try clips.read("h264.mp4")) { _ in 0x18 }
    _ = try Self.holdAgainstLinear(clips.write(bytes, "lying.mp4"))
  }

  /// As hardware encoders write H.264: FFmpeg then learns from the first frames how many it has to hold back.
  @Test func whereTheStreamDoesNotSayHowFarItReorders() throws {
    let clips = try Clips()
    _ = try clips.make("h264.mp4", source: "64x48:30:14", "-c:v libx264 -profile:v main -g 30 -bf 2")
    let path = try clips.write(Lies.withoutUsability(clips.read("h264.mp4")), "silent.mp4")
    #expect(try Self.holdAgainstLinear(path) <= 150)
  }

  /// Two recordings behind one another: name, encoder, options of the first and of the second.
  static let changes: [(String, String, String, String)] = [
    ("quantizer.ts", "libx264", "-g 30 -qp 18 -x264-params 8x8dct=0", "-g 30 -qp 36 -x264-params 8x8dct=1"),
    ("references.ts", "libx264", "-g 30 -refs 1 -bf 0", "-g 30 -refs 4 -bf 3"),
    ("size.ts", "libx264", "-g 30", "-g 30 -s 96x80"),
    (
      "hevc.ts", "libx265", "-x265-params keyint=30:log-level=none",
      "-x265-params keyint=30:log-level=none -s 96x80"
    ),
    ("mpeg2.ts", "mpeg2video", "-g 15", "-g 15 -s 96x80"),
    ("mpeg2.mpg", "mpeg2video", "-g 15", "-g 15 -s 96x80"),
    ("h264.flv", "libx264", "-g 30 -qp 18 -x264-params cabac=0", "-g 30 -qp 36 -x264-params cabac=1"),
    ("size.flv", "libx264", "-g 30", "-g 30 -s 96x80"),
  ].filter { Clips.canEncode($0.1) }

  @Test(arguments: changes)
  func whereParametersChangeMidway(_ name: String, _ encoder: String, _ first: String, _ second: String)
    throws
  {
    let clips = try Clips()
    _ = try clips.make("1-\(name)", source: "64x48:30:8", "-c:v \(encoder) \(first)")
    _ = try clips.make("2-\(name)", source: "64x48:30:8", "-c:v \(encoder) \(second) -output_ts_offset 8")
    let second = try clips.read("2-\(name)")
    // A second header would end an FLV file for some.
    let bytes =
      try clips.read("1-\(name)") + (name.hasSuffix("flv") ? Lies.shiftedTags(second, by: 8000) : second)
    let path = try clips.write(bytes, name)
    _ = try Self.holdAgainstLinear(path, decodeErrors: nil)
    let program = try clips.run("-i \(name) -fps_mode passthrough -f rawvideo -pix_fmt rgb24 -")
    #expect(try Array(program) == Array(Video(path).pass().pictures.joined()))
  }

  /// Transport packets of 188 bytes each, cut out.
  @Test(
    arguments: [
      ("libx264", "-x264-params keyint=125:scenecut=0:bframes=3"),
      ("libx264", "-g 60 -x264-params open-gop=1"),
      ("libx265", "-x265-params keyint=60:log-level=none"), ("mpeg2video", "-g 15 -bf 2"),
      ("mpeg4", "-g 60"),
    ].filter { Clips.canEncode($0.0) })
  func whereTheBeginningIsMissing(_ encoder: String, _ options: String) throws {
    let clips = try Clips()
    _ = try clips.make("whole.ts", source: "64x48:30:14", "-c:v \(encoder) \(options)")
    let bytes = try clips.read("whole.ts")
    let packets = bytes.count / 188
    _ = try Self.holdAgainstLinear(
      clips.write(bytes[..<(3 * 188)] + bytes[(packets * 3 / 20 * 188)...], "cut.ts"), decodeErrors: nil)
  }

  /// A clock that jumps between a frame and those that are decoded behind it but shown ahead of it, as a
  /// server that stamps what it is sent leaves it.
  @Test(
    arguments: [
      ("h264.flv", "libx264", "-g 50 -bf 2 -x264-params b-adapt=0:scenecut=0"),
      ("h265.mkv", "libx265", "-x265-params log-level=none:keyint=50:bframes=3:b-adapt=0:scenecut=0"),
      ("mpeg2.ts", "mpeg2video", "-g 12 -bf 2"), ("mpeg4.mp4", "mpeg4", "-g 12 -bf 2"),
    ].filter { Clips.canEncode($0.1) }, [0.08, 3])
  func whereTheClockJumpsBetweenFramesOutOfOrder(
    _ kind: (name: String, encoder: String, options: String), _ seconds: Double
  ) throws {
    let clips = try Clips()
    _ = try clips.make(kind.name, source: "160x120:25:40", "-c:v \(kind.encoder) \(kind.options)")
    for packet in 500...503 {
      let jump = "+if(gte(N\\,\(packet))\\,\(seconds)/TB\\,0)"
      let name = "\(packet)-\(kind.name)"
      try clips.run("-i \(kind.name) -c copy -bsf:v setts=pts=PTS\(jump):dts=DTS\(jump) \(name)")
      let through = try Video(clips.path(name), threads: 1)
      let linear = try through.pass().pictures
      // Far from the jump, of which only a decoding of all knows.
      let wanted = [0, 1, linear.count - 2, linear.count - 1]
      let sought = try Video(clips.path(name))
      #expect(try sought.pass(wanted, seeking: true).pictures == wanted.map { linear[$0] }, "\(name)")
      #expect(try sought.timeline() == through.timeline(), "\(name)")
    }
  }

  @Test(arguments: ["libx264", "libx265", "mpeg2video"].filter { Clips.canEncode($0) })
  func lostTransportPacketsAreCountedTheSameInEveryRun(_ encoder: String) throws {
    let clips = try Clips()
    _ = try clips.make(
      "whole.ts", source: "160x120:30:10",
      "-c:v \(encoder) -g 60 \(encoder == "libx265" ? "-x265-params log-level=none" : "")")
    let bytes = try clips.read("whole.ts")
    let middle = bytes.count / 188 * 3 / 10
    let path = try clips.write(bytes[..<(middle * 188)] + bytes[((middle + 40) * 188)...], "gap.ts")
    // How much of the damage a decoder sees may depend on the number of its threads, but on nothing else.
    for threads in [1, 2] {
      let counts = try (0..<3).map { _ in
        let video = try Video(path, threads: threads)
        #expect(try video.pass().pictures.count > 200)
        return video.decodeErrors
      }
      #expect(Set(counts).count == 1 && counts[0] > 0, "\(counts) with \(threads) threads")
      if threads == 2 { _ = try Self.holdAgainstLinear(path, decodeErrors: counts[0]) }
    }
  }

  /// Codecs of which FFmpeg's frame threads read what another thread has not finished, or not decoded at all.
  @Test(
    arguments: [
      ("noise.ogv", "libtheora", "-q:v 6 -g 5"),
      ("fields.mp4", "mpeg4", "-q:v 3 -g 15 -bf 2 -flags +ilme+ildct"),
      ("fields.avi", "mpeg4", "-q:v 3 -g 15 -bf 2 -flags +ilme"),
    ].filter { Clips.canEncode($0.1) })
  func framesDoNotDependOnThreads(_ name: String, _ encoder: String, _ options: String) throws {
    let clips = try Clips()
    let path = try clips.make(
      name, source: "320x240:25:4", "-vf noise=alls=20:allf=t -c:v \(encoder) \(options)")
    let program = try clips.run("-threads 1 -i \(name) -fps_mode passthrough -f rawvideo -pix_fmt rgb24 -")
    for threads in [2, 3, 8] {
      let pictures = try Video(path, threads: threads).pass().pictures
      let isSame = pictures.reduce(into: Data()) { $0.append(contentsOf: $1) } == program
      #expect(isSame, "\(threads) threads")
    }
  }

  /// Only the header of the second recording says that there are fields.
  @Test(.enabled(if: Clips.canEncode("mpeg4"), Clips.note), arguments: ["joined.m4v", "joined.avi"])
  func framesOfFieldsThatComeLateDoNotDependOnThreads(_ name: String) throws {
    let clips = try Clips()
    for (part, flags) in [("one", ""), ("two", "-flags +ilme+ildct")] {
      _ = try clips.make(
        part, source: "320x240:25:2",
        "-vf noise=alls=20:allf=t -c:v mpeg4 -q:v 3 -g 15 -bf 2 \(flags) -f m4v")
    }
    _ = try clips.write(clips.read("one") + clips.read("two"), "joined.m4v")
    if name != "joined.m4v" { try clips.run("-fflags +genpts -i joined.m4v -c copy \(name)") }
    let alone = try Video(clips.path(name), threads: 1).pass().pictures
    #expect(alone.count == 100)
    for threads in [2, 3, 8] {
      #expect(try Video(clips.path(name), threads: threads).pass().pictures == alone, "\(threads) threads")
    }
  }

  /// FFmpeg's frame threads refuse all frames behind the header of the second recording.
  @Test(.enabled(if: Clips.canEncode("libtheora"), Clips.note))
  func joinedOggRecordingsAreDecodedToTheEnd() throws {
    let clips = try Clips()
    let one = try Video(clips.make("one.ogv", source: "64x48:25:2", "-c:v libtheora")).pass().pictures
    let bytes = try clips.read("one.ogv")
    let both = try Video(clips.write(bytes + bytes, "both.ogv"), threads: 3).pass().pictures
    #expect(one.count > 20 && both == one + one)
  }
}
