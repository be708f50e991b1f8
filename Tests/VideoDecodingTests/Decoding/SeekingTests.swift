import TestSupport
import Testing

@testable import VideoDecoding

@Suite(.enabled(if: Clips.canEncode("libx264"), Clips.note)) struct SeekingTests {
  /// A minute of small pictures, 30 a second: name of the file, encoder, its options.
  static let kinds: [(String, String, String)] = [
    ("b.mp4", "libx264", "-g 60 -bf 3"),
    ("b.mkv", "libx264", "-g 60 -bf 3"),
    ("b.ts", "libx264", "-g 60 -bf 3"),
    ("fragments.mp4", "libx264", "-g 60 -movflags frag_keyframe+empty_moov"),
    ("open.mp4", "libx264", "-g 60 -x264-params open-gop=1:bframes=3"),
    ("open.ts", "libx264", "-g 60 -x264-params open-gop=1:bframes=3"),
    ("interlaced.ts", "libx264", "-g 60 -flags +ildct+ilme"),
    ("variable.mkv", "libx264", "-g 60 -vf select=gt(mod(n\\,13)\\,3) -fps_mode vfr"),
    ("open-hevc.mp4", "libx265", "-x265-params keyint=60:open-gop=1:log-level=none"),
    ("closed-hevc.mkv", "libx265", "-x265-params keyint=60:open-gop=0:log-level=none"),
    ("open-hevc.ts", "libx265", "-x265-params keyint=60:open-gop=1:log-level=none"),
    ("mpeg2.ts", "mpeg2video", "-g 15 -bf 2"),
    ("mpeg4.mp4", "mpeg4", "-g 50 -bf 2"),
    ("vp9.webm", "libvpx-vp9", "-g 60 -cpu-used 8 -deadline realtime -b:v 100k"),
    ("vp8.webm", "libvpx", "-g 60 -cpu-used 8 -auto-alt-ref 1 -lag-in-frames 16 -b:v 100k"),
    ("motion.avi", "mjpeg", "-q:v 5"),
    ("ffv1.mkv", "ffv1", "-g 60 -context 1"),
    ("ffv1-old.avi", "ffv1", "-g 60 -level 1 -coder 1"),
    ("divx3.avi", "msmpeg4", "-g 60"),
    ("msmpeg4v2.avi", "msmpeg4v2", "-g 60"),
    ("wmv7.wmv", "wmv1", "-g 60"),
    ("wmv8.wmv", "wmv2", "-g 60"),
    ("sorenson.flv", "flv", "-g 60"),
    ("phone.3gp", "h263", "-g 60 -s 128x96"),
    ("plus.mkv", "h263p", "-g 60"),
    ("theora.ogv", "libtheora", "-g 60 -vf noise=alls=20:allf=t"),
    ("theora.mkv", "libtheora", "-g 60 -vf noise=alls=20:allf=t"),
  ]
  /// Five stretches of 31 pictures, as windows of 16 samples at 15 a second show them.
  static let wanted = [0, 400, 777, 1000, 1200].flatMap { first in stride(from: first, to: first + 31, by: 2)
  }

  static func kinds(_ encoders: String...) -> [(String, String, String)] {
    kinds.filter { encoders.contains($0.1) }
  }

  /// FFmpeg's own encoders: it has them everywhere.
  static let own = kinds.filter { !$0.1.hasPrefix("lib") }

  @Test(arguments: own + kinds("libx264"))
  func seekingGivesTheSamePicturesToTheBit(_ name: String, _ encoder: String, _ options: String) throws {
    try check(name, encoder, options)
  }

  @Test(.enabled(if: Clips.canEncode("libx265"), Clips.note), arguments: kinds("libx265"))
  func seekingInHEVCGivesTheSamePicturesToTheBit(
    _ name: String, _ encoder: String, _ options: String
  ) throws {
    try check(name, encoder, options)
  }

  @Test(
    .enabled(if: Clips.canEncode("libvpx", "libvpx-vp9"), Clips.note),
    arguments: kinds("libvpx", "libvpx-vp9"))
  func seekingInWebMGivesTheSamePicturesToTheBit(
    _ name: String, _ encoder: String, _ options: String
  ) throws {
    try check(name, encoder, options)
  }

  @Test(.enabled(if: Clips.canEncode("libtheora"), Clips.note), arguments: kinds("libtheora"))
  func seekingInTheoraGivesTheSamePicturesToTheBit(
    _ name: String, _ encoder: String, _ options: String
  ) throws {
    try check(name, encoder, options)
  }

  /// That no kind is left out above.
  @Test func everyKindIsTried() {
    let tried = Self.kinds("libx264", "libx265", "libvpx", "libvpx-vp9", "libtheora")
    #expect(tried.count + Self.own.count == Self.kinds.count)
  }

  private func check(_ name: String, _ encoder: String, _ options: String) throws {
    let clips = try Clips()
    let path = try clips.make(name, source: "64x48:30:60", "-c:v \(encoder) \(options)")
    let (sought, through) = (try Video(path), try Video(path))
    let pictures = try sought.pass(Self.wanted, seeking: true).pictures
    #expect(pictures.count == Self.wanted.count)
    #expect(try pictures == through.pass(Self.wanted).pictures)
    #expect(try sought.timeline() == through.timeline())
    // A recovery point of H.264 is the encoder's word alone: only frames that none refers to are skipped
    // then.
    #expect(sought.framesDecoded < (name.hasPrefix("open.") ? 900 : 500), "few of the frames are decoded")
    #expect(try through.framesDecoded == through.timeline().times.count)
    #expect(sought.decodeErrors == 0 && through.decodeErrors == 0)
  }

  @Test func fiveWindowsOfALongFileTakeAtMostAHundredPicturesEach() throws {
    let clips = try Clips()
    let path = try clips.make("long.mp4", source: "64x48:30:600", "-c:v libx264 -preset superfast -g 60")
    // The worst places: each stretch begins just before a key packet.
    let wanted = [0, 4559, 8999, 13499, 17969].flatMap { first in stride(from: first, to: first + 31, by: 2) }
    let video = try Video(path)
    #expect(try video.timeline().times.count == 18000)
    #expect(try video.pass(wanted, seeking: true).pictures.count == wanted.count)
    #expect(video.framesDecoded <= 5 * (60 + 40))
  }

  /// Intra refresh marks packets as keys from which frames only become right after a while.
  @Test func aKeyThatIsNoneIsNotSoughtTo() throws {
    let clips = try Clips()
    let path = try clips.make(
      "refresh.mp4", source: "64x48:30:60", "-c:v libx264 -bf 0 -x264-params intra-refresh=1:keyint=60")
    let (sought, through) = (try Video(path), try Video(path))
    #expect(try sought.pass(Self.wanted, seeking: true) == through.pass(Self.wanted))
    #expect(sought.framesDecoded > 1230, "all but the end, which no window shows")
  }

  @Test func aShortFileIsDecodedToItsEnd() throws {
    let clips = try Clips()
    let path = try clips.make("short.mp4", source: "64x48:30:5", "-c:v libx264 -g 10 -bf 0")
    let video = try Video(path)
    _ = try video.pass([0, 140], seeking: true)
    #expect(video.framesDecoded == 150 && video.framesSkipped == 0)
  }

  @Test func aSecondPassGivesTheSamePictures() throws {
    let clips = try Clips()
    let path = try clips.make("twice.mkv", source: "64x48:30:2", "-c:v libx264 -bf 3")
    let video = try Video(path)
    #expect(try video.pass() == video.pass())
  }

  /// The last pictures of H.264 in AVI have no time of their own, which only decoding shows.
  @Test func aTimelineThatDecodingContradictsIsLearned() throws {
    let clips = try Clips()
    _ = try clips.make("b.mp4", source: "64x48:30:2", "-c:v libx264 -bf 3")
    try clips.run("-i b.mp4 -c copy b.avi")
    let video = try Video(clips.path("b.avi"))
    let predicted = try video.timeline()
    #expect(throws: VideoError.timelineChanged) { try video.frames([0], seeking: false) { _, _ in } }
    let learned = try video.timeline()
    #expect(learned != predicted && learned.times.count == 60)
    #expect(try video.pass().pictures.count == 60)
    #expect(video.framesDecoded <= 140, "the first frame, once to learn the times, once for the frames")
  }

  /// FFmpeg reads packets of all streams ahead before one is chosen.
  @Test func soundIsNotGivenToTheDecoder() throws {
    let clips = try Clips()
    let path = clips.path("sound.mkv")
    try clips.run(
      "-f lavfi -i sine=d=2 -f lavfi -i testsrc2=s=64x48:r=30:d=2 -map 0 -map 1 -c:a flac -c:v libx264 "
        + "sound.mkv"
    )
    let video = try Video(path)
    #expect(try video.pass().pictures.count == 60)
    #expect(video.framesDecoded == 60 && video.decodeErrors == 0)
  }
}
