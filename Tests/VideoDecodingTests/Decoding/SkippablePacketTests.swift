import TestSupport
import Testing

@testable import VideoDecoding

/// Pictures that no other is predicted from are not decoded unless they are wanted.
@Suite(.enabled(if: Clips.canEncode("libx264"), Clips.note)) struct SkippablePacketTests {
  /// Four seconds of small pictures, 30 a second, or one of larger ones: name of the file, encoder, its
  /// options, and how many pictures at least are spared when every second one is wanted.
  static let kinds: [(String, String, String, Int)] = [
    ("plain.mp4", "libx264", "-bf 3 -b_strategy 0", 50),
    ("plain.mkv", "libx264", "-bf 3 -b_strategy 0", 50),
    ("plain.ts", "libx264", "-bf 3 -b_strategy 0", 50),
    ("nopyramid.mp4", "libx264", "-bf 2 -b_strategy 0 -x264-params b-pyramid=none", 30),
    ("adaptive.mp4", "libx264", "-bf 5 -b_strategy 2 -weightp 2 -refs 5", 10),
    ("open.mp4", "libx264", "-x264-params open-gop=1:bframes=3:b-adapt=0:keyint=20", 40),
    ("slices.mp4", "libx264", "-bf 3 -b_strategy 0 -x264-params slices=4:aud=1", 50),
    ("interlaced.mkv", "libx264", "-bf 3 -b_strategy 0 -flags +ildct+ilme", 40),
    ("intra.mp4", "libx264", "-g 1", 60),
    ("intra.ts", "libx264", "-g 1", 60),
    ("intra-slices.mp4", "libx264", "-g 1 -x264-params slices=4", 60),
    (
      "camera.mxf", "libx264", "-t 1 -s 1280x720 -r 50 -pix_fmt yuv422p10le -x264-params avcintra-class=100",
      25
    ),
    ("intra-fields.mkv", "libx264", "-g 1 -flags +ildct+ilme", 60),
    ("refresh.mp4", "libx264", "-bf 0 -g 1 -x264-params intra-refresh=1", 0),
    ("hevc.mp4", "libx265", "-x265-params bframes=3:b-adapt=0:log-level=none", 40),
    ("hevc.ts", "libx265", "-x265-params bframes=3:b-adapt=0:log-level=none", 40),
    ("layers.mkv", "libx265", "-x265-params bframes=3:b-adapt=0:temporal-layers=1:log-level=none", 30),
    ("mpeg1.mkv", "mpeg1video", "-g 15 -bf 2", 30),
    ("mpeg2.ts", "mpeg2video", "-g 15 -bf 2", 30),
    ("mpeg2.mkv", "mpeg2video", "-g 15 -bf 2 -flags +ildct+ilme", 30),
    ("mpeg4.mp4", "mpeg4", "-g 50 -bf 2", 30),
    ("intra-hevc.mp4", "libx265", "-x265-params keyint=1:log-level=none", 60),
    ("intra-hevc.ts", "libx265", "-x265-params keyint=1:log-level=none", 60),
    ("intra-mpeg2.ts", "mpeg2video", "-g 1", 60),
    ("intra-mpeg4.avi", "mpeg4", "-g 1", 60),
    ("vp9.webm", "libvpx-vp9", "-g 60 -cpu-used 8 -deadline realtime -b:v 100k", 0),
    ("intra-vp9.webm", "libvpx-vp9", "-g 1 -cpu-used 8 -deadline realtime -b:v 100k", 60),
    // Debian 13's encoder makes two fewer than those before and after it.
    ("svt.mp4", "libsvtav1", "-s 128x96 -preset 10 -svtav1-params keyint=64", 28),
    ("svt.mkv", "libsvtav1", "-s 128x96 -preset 10 -svtav1-params keyint=64:scm=1", 28),
    ("svt.ivf", "libsvtav1", "-s 128x96 -preset 12 -svtav1-params keyint=64", 28),
    ("aom.mp4", "libaom-av1", "-cpu-used 8", 0),
    ("aom-intra.mkv", "libaom-av1", "-cpu-used 8 -g 1 -lag-in-frames 0", 60),
    ("motion.avi", "mjpeg", "", 60),
    ("motion.mov", "mjpeg", "-pix_fmt yuvj422p", 60),
    ("prores.mov", "prores_ks", "", 60),
    ("dnxhd.mov", "dnxhd", "-t 1 -s 1280x720 -r 60000/1001 -b:v 220M -pix_fmt yuv422p", 29),
    ("dnxhr.mov", "dnxhd", "-s 256x128 -profile:v dnxhr_sq -pix_fmt yuv422p", 60),
    ("tape.dv", "dvvideo", "-t 1 -s 720x480 -r 30000/1001 -pix_fmt yuv411p", 14),
    ("tape.avi", "dvvideo", "-t 1 -s 720x576 -r 25 -pix_fmt yuv420p", 12),
    ("tape.mov", "dvvideo", "-t 1 -s 720x576 -r 25 -pix_fmt yuv422p", 12),
    ("jpeg2000.mxf", "jpeg2000", "-s 128x96 -pix_fmt yuv422p10le", 60),
    ("jpeg2000.mkv", "jpeg2000", "", 60),
    ("ffv1.mkv", "ffv1", "-g 1 -level 3 -slices 4 -slicecrc 1", 60),
    ("ffv1.avi", "ffv1", "-g 1 -level 1 -coder 1", 60),
    ("ffv1-chained.mkv", "ffv1", "-g 30", 0),
    ("huffyuv.avi", "huffyuv", "-pix_fmt yuv422p", 60),
    ("ffvhuff.mkv", "ffvhuff", "-context 1", 60),
    ("utvideo.avi", "utvideo", "", 60),
    ("magicyuv.avi", "magicyuv", "", 60),
    ("raw.avi", "rawvideo", "-pix_fmt bgr24", 60),
    ("raw.y4m", "wrapped_avframe", "", 60),
    ("raw.mov", "v210", "-pix_fmt yuv422p10le", 60),
    ("pictures.mov", "png", "", 60),
    ("vj.mov", "hap", "", 60),
  ]

  static func kinds(_ encoders: String...) -> [(String, String, String, Int)] {
    kinds.filter { encoders.contains($0.1) }
  }

  /// FFmpeg's own encoders: it has them everywhere.
  static let own = kinds.filter { !$0.1.hasPrefix("lib") && $0.1 != "hap" }

  @Test(arguments: own + kinds("libx264"))
  func theWantedPicturesAreTheSameToTheBit(
    _ name: String, _ encoder: String, _ options: String, _ spared: Int
  ) throws {
    try check(name, encoder, options, spared)
  }

  @Test(.enabled(if: Clips.canEncode("libx265"), Clips.note), arguments: kinds("libx265"))
  func theWantedPicturesOfHEVCAreTheSameToTheBit(
    _ name: String, _ encoder: String, _ options: String, _ spared: Int
  ) throws {
    try check(name, encoder, options, spared)
  }

  @Test(.enabled(if: Clips.canEncode("libvpx-vp9"), Clips.note), arguments: kinds("libvpx-vp9"))
  func theWantedPicturesOfVP9AreTheSameToTheBit(
    _ name: String, _ encoder: String, _ options: String, _ spared: Int
  ) throws {
    try check(name, encoder, options, spared)
  }

  @Test(.enabled(if: Clips.canEncode("libsvtav1"), Clips.note), arguments: kinds("libsvtav1"))
  func theWantedPicturesOfAV1AreTheSameToTheBit(
    _ name: String, _ encoder: String, _ options: String, _ spared: Int
  ) throws {
    try check(name, encoder, options, spared)
  }

  @Test(.enabled(if: Clips.canEncode("libaom-av1"), Clips.note), arguments: kinds("libaom-av1"))
  func theWantedPicturesOfLibaomAreTheSameToTheBit(
    _ name: String, _ encoder: String, _ options: String, _ spared: Int
  ) throws {
    try check(name, encoder, options, spared)
  }

  @Test(.enabled(if: Clips.canEncode("hap"), Clips.note), arguments: kinds("hap"))
  func theWantedPicturesOfHapAreTheSameToTheBit(
    _ name: String, _ encoder: String, _ options: String, _ spared: Int
  ) throws {
    try check(name, encoder, options, spared)
  }

  /// That no kind is left out above.
  @Test func everyKindIsTried() {
    let tried = Self.kinds("libx264", "libx265", "libvpx-vp9", "libsvtav1", "libaom-av1", "hap")
    #expect(tried.count + Self.own.count == Self.kinds.count)
  }

  private func check(_ name: String, _ encoder: String, _ options: String, _ spared: Int) throws {
    let clips = try Clips()
    let path = try clips.make(name, source: "64x48:30:4", "-c:v \(encoder) \(options)")
    for (first, step) in [(0, 2), (1, 2), (0, 3), (7, 31)] {
      let count = try Video(path).timeline().times.count
      let wanted = Array(stride(from: first, to: count, by: step))
      for threads in [1, 2] {
        let (sparing, through) = (try Video(path, threads: threads), try Video(path, threads: threads))
        #expect(try sparing.pass(wanted, seeking: true) == through.pass(wanted))
        #expect(sparing.decodeErrors == 0)
        #expect(sparing.framesDecoded + sparing.framesSkipped == count)
        #expect(through.framesSkipped == 0)
        if step == 2 && first == 0 { #expect(sparing.framesSkipped >= spared) }
      }
    }
  }

  /// Held against FFmpeg's own opinion of which pictures others need.
  @Test(arguments: ["-bf 3 -b_strategy 0", "-bf 2 -x264-params b-pyramid=none", "-bf 5 -b_strategy 2"])
  func everyPictureThatNothingNeedsIsSpared(_ options: String) throws {
    let clips = try Clips()
    let path = try clips.make("film.mp4", source: "64x48:30:4", "-c:v libx264 \(options)")
    let list = try clips.run("-skip_frame noref -i film.mp4 -fps_mode passthrough -f framecrc -")
    let lines = String(decoding: list, as: UTF8.self).split(separator: "\n").filter { !$0.hasPrefix("#") }
    let needed = Set(lines.map { $0.split(separator: ",")[2] }.map { Int($0.filter(\.isNumber))! })
    #expect(needed.count > 30 && needed.count < 100)
    for wanted in [Array(stride(from: 0, to: 120, by: 2)), [], [119], Array(0..<120)] {
      let video = try Video(path)
      _ = try video.pass(wanted, seeking: true)
      #expect(video.framesDecoded == needed.union(wanted).count)
      #expect(video.framesSkipped == 120 - video.framesDecoded)
    }
  }

  /// What the container says and what the pictures say differ: everything is decoded after all.
  @Test func damageInWhatIsDecodedMakesItAllDecoded() throws {
    let clips = try Clips()
    let path = try clips.make("whole.mp4", source: "64x48:30:4", "-c:v libx264 -bf 3 -b_strategy 0 -g 30")
    var bytes = try clips.read("whole.mp4")
    for at in stride(from: bytes.count / 3, to: bytes.count / 3 + 400, by: 7) { bytes[at] ^= 0x55 }
    let broken = try clips.write(bytes, "broken.mp4")
    let wanted = Array(stride(from: 0, to: 120, by: 2))
    let (sparing, through) = (try Video(broken), try Video(broken))
    #expect(try sparing.pass(wanted, seeking: true) == through.pass(wanted))
    #expect(sparing.decodeErrors == through.decodeErrors && through.decodeErrors > 0)
    #expect(try Video(path).pass(wanted, seeking: true).pictures.count == 60)
  }
}
