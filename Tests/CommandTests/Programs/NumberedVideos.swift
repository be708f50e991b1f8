import Foundation
import TestSupport
import Testing

/// Videos of 150 frames, 25 a second, each of which shows its own number: 16 patches, black or white, so that
/// it can be read however the frame was encoded.
struct NumberedVideo: Sendable, CustomTestStringConvertible {
  let name: String
  let encoders: [String]
  /// What makes it of the video and the sound of `base`.
  let options: String
  /// Frames from one key frame to the next.
  var group = 30
  /// What is done once it is made.
  var change: Change?

  enum Change: Equatable {
    /// A quarter turn, as a phone writes it.
    case turn
    /// Its first 1.5 s are cut off, by an edit list that hides them.
    case editList
    /// So are its last frames, of which some are needed to decode those before.
    case editListEnd
    /// It goes from 2.04 s, where a group of pictures has just begun, to this time.
    case editListJump(Double)
  }

  var testDescription: String { name }

  init(_ name: String, _ encoders: String, _ options: String, group: Int = 30, _ change: Change? = nil) {
    self.name = name
    self.encoders = encoders.split(separator: " ").map(String.init)
    self.options = options
    self.group = group
    self.change = change
  }

  static let all = [
    NumberedVideo("b-frames.mp4", "libx264 aac", "-c:v libx264 -bf 3 -g 30 -c:a aac"),
    NumberedVideo(
      "open-groups.mp4", "libx264 aac",
      "-c:v libx264 -bf 3 -g 30 -x264-params open_gop=1:b-pyramid=normal -c:a aac"),
    NumberedVideo(
      "open-groups.ts", "libx264 mp2", "-c:v libx264 -bf 3 -g 30 -x264-params open_gop=1 -c:a mp2"),
    NumberedVideo(
      "fragments.mp4", "libx264 aac", "-c:v libx264 -g 30 -c:a aac -movflags frag_keyframe+empty_moov"),
    NumberedVideo(
      "open-hevc.mp4", "libx265 aac", "-c:v libx265 -x265-params log-level=none:keyint=30:open-gop=1 -c:a aac"
    ),
    NumberedVideo(
      "hevc.mov", "libx265 aac",
      "-c:v libx265 -tag:v hvc1 -x265-params log-level=none:keyint=30:open-gop=0 -c:a aac"),
    NumberedVideo(
      "vp9.webm", "libvpx-vp9 libopus", "-c:v libvpx-vp9 -g 30 -deadline realtime -cpu-used 8 -c:a libopus"),
    NumberedVideo(
      "vp8.webm", "libvpx libvorbis",
      "-c:v libvpx -g 30 -auto-alt-ref 1 -lag-in-frames 10 -cpu-used 8 -b:v 1M -c:a libvorbis"),
    NumberedVideo(
      "av1.mkv", "libaom-av1 libopus", "-c:v libaom-av1 -cpu-used 8 -usage realtime -g 30 -c:a libopus"),
    NumberedVideo(
      "prores.mov", "prores_ks pcm_s16le", "-c:v prores_ks -profile:v 3 -c:a pcm_s16le", group: 1),
    NumberedVideo("stream.ts", "libx264 mp2", "-c:v libx264 -bf 2 -g 30 -c:a mp2"),
    NumberedVideo("offset.ts", "libx264 mp2", "-output_ts_offset 5 -c:v libx264 -bf 2 -g 30 -c:a mp2"),
    NumberedVideo("mpeg2.ts", "mpeg2video mp2", "-c:v mpeg2video -bf 2 -g 12 -b:v 2M -c:a mp2", group: 12),
    NumberedVideo("mpeg2.mpg", "mpeg2video mp2", "-c:v mpeg2video -bf 2 -g 12 -b:v 2M -c:a mp2", group: 12),
    NumberedVideo("flash.flv", "libx264 aac", "-c:v libx264 -bf 2 -g 30 -c:a aac"),
    NumberedVideo("no-times.avi", "mpeg4 mp2", "-c:v mpeg4 -bf 2 -g 30 -q:v 3 -c:a mp2"),
    // Whole groups alone: nothing says in which order frames are shown.
    NumberedVideo("no-order.avi", "libx264 mp2", "-c:v libx264 -bf 2 -g 30 -c:a mp2"),
    NumberedVideo("motion.avi", "mjpeg pcm_s16le", "-c:v mjpeg -q:v 3 -c:a pcm_s16le", group: 1),
    // The container says another aspect ratio than the codec.
    NumberedVideo("phone.3gp", "h263 aac", "-c:v h263 -s 176x144 -q:v 3 -g 30 -c:a aac -ac 1 -ar 8000"),
    NumberedVideo("theora.ogv", "libtheora libvorbis", "-c:v libtheora -g 30 -q:v 8 -c:a libvorbis"),
    NumberedVideo("windows.wmv", "wmv2 wmav2", "-c:v wmv2 -g 30 -q:v 3 -c:a wmav2"),
    NumberedVideo("raw.h264", "libx264", "-an -c:v libx264 -bf 3 -g 30"),
    NumberedVideo(
      "subtitles.mkv", "libx264 aac", "-i words.srt -map 0 -map 1 -c:v libx264 -g 30 -c:a aac -c:s srt"),
    NumberedVideo(
      "subtitles.mp4", "libx264 aac", "-i words.srt -map 0 -map 1 -c:v libx264 -g 30 -c:a aac -c:s mov_text"),
    NumberedVideo("turned.mp4", "libx264 aac", "-c:v libx264 -g 30 -c:a aac", .turn),
    NumberedVideo("edit-list.mp4", "libx264 aac", "-c:v libx264 -bf 3 -g 30 -c:a aac", .editList),
    NumberedVideo(
      "edit-list-end.mp4", "libx264 aac",
      "-c:v libx264 -bf 3 -g 30 -x264-params b-adapt=0:scenecut=0 -c:a aac",
      .editListEnd),
    NumberedVideo(
      "edit-list-end.mov", "libx264 aac",
      "-an -c:v libx264 -bf 3 -g 30 -x264-params b-adapt=0:scenecut=0 -video_track_timescale 24000",
      .editListEnd),
    jump("edit-list-jump.mp4", to: 3.6),
    NumberedVideo(
      "variable.mp4", "libx264 aac",
      "-vf setpts=if(lt(N\\,60)\\,N\\,60+(N-60)*3+mod(N\\,3))/25/TB -fps_mode passthrough "
        + "-enc_time_base 1:1000 -c:v libx264 -bf 2 -g 30 -c:a aac"),
    pause("pause.mp4", "aac"), pause("pause.mkv", "aac"), pause("pause.ts", "mp2"),
    NumberedVideo(
      "late-video.mp4", "libx264 aac",
      "-itsoffset 2 -i base.mkv -map 1:v -map 0:a -c:v libx264 -g 30 -c:a aac"),
  ]

  /// One that stands still for 1.6 s, as recordings of a screen do, with B frames before the pause that are
  /// decoded behind a frame after it.
  private static func pause(_ name: String, _ sound: String) -> NumberedVideo {
    NumberedVideo(
      name, "libx264 \(sound)",
      "-vf setpts=if(lt(N\\,63)\\,N\\,N+40)/25/TB -fps_mode passthrough "
        + "-enc_time_base 1:1000 -c:v libx264 -bf 3 -g 30 -x264-params b-adapt=0:scenecut=0 -c:a \(sound)")
  }

  /// One that an edit list makes of two parts, as editors that do not encode again do it.
  static func jump(_ name: String, to second: Double) -> NumberedVideo {
    NumberedVideo(
      name, "libx264", "-an -c:v libx264 -bf 3 -g 30 -x264-params b-adapt=0:scenecut=0",
      .editListJump(second))
  }

  /// Those that this ffmpeg can make; the others are skipped, which a test of its own says.
  static let possible = all.filter(\.isPossible)

  var isPossible: Bool { encoders.allSatisfy { Clips.canEncode($0) } }

  /// The video and the sound that all are made of, without loss.
  private static let base = Result {
    let clips = try Clips()
    let code = "if(bitand(N,pow(2,floor(X/10))),235,16)"
    try clips.run(
      "-f lavfi -i testsrc2=s=160x96:r=25:d=6 -f lavfi -i sine=f=440:r=44100:d=6 -vf "
        + "'geq=lum=if(lt(Y\\,32)\\,\(code.replacing(",", with: "\\,"))\\,lum(X\\,Y)):"
        + "cb=if(lt(Y\\,32)\\,128\\,cb(X\\,Y)):cr=if(lt(Y\\,32)\\,128\\,cr(X\\,Y))' "
        + "-c:v ffv1 -c:a pcm_s16le base.mkv")
    return clips
  }

  /// Makes the file in the folder of `clips`.
  func make(in clips: Clips) throws -> String {
    let base = try Self.base.get().path("base.mkv")
    if !FileManager.default.fileExists(atPath: clips.path("base.mkv")) {
      try FileManager.default.createSymbolicLink(atPath: clips.path("base.mkv"), withDestinationPath: base)
    }
    let words = "1\n00:00:01,000 --> 00:00:03,000\nhello\n\n2\n00:00:03,500 --> 00:00:04,500\nworld\n"
    _ = try clips.write(words.utf8, "words.srt")
    let made = change == .editList ? "whole-" + name : name
    try clips.run("-i base.mkv \(options) \(made)")
    switch change {
    case .editList: try clips.run("-ss 1.5 -i \(made) -c copy \(name)")
    case .editListEnd:
      try clips.folder.shortenEdit(name)
      let flags = try clips.run(
        "-select_streams v -show_entries packet=flags -of csv=p=0 \(name)", program: "ffprobe")
      let isHidden = String(decoding: flags, as: UTF8.self).split(separator: "\n").map { $0.contains("D") }
      try #require(isHidden.lastIndex(of: false) ?? 0 > isHidden.firstIndex(of: true) ?? .max)
    case .editListJump(let second): try clips.folder.jump(name, to: second)
    case .turn: try clips.folder.turn(name)
    case nil: break
    }
    return clips.path(name)
  }

  /// A frame as the ffmpeg program decodes it.
  struct Frame {
    /// When it is shown in a player's clock.
    let time: Double
    let digest: String
    /// The number that it shows.
    let number: Int
  }

  /// The frames of a file, as the ffmpeg program decodes them. `isTurned`: its container turns the frames.
  static func frames(of path: String, isTurned: Bool = false) throws -> [Frame] {
    let clips = try Clips()
    try FileManager.default.createSymbolicLink(atPath: clips.path("in"), withDestinationPath: path)
    let rest = "-map 0:v:0 -fps_mode passthrough"
    let list = try clips.run("-copyts -i in \(rest) -enc_time_base 1:90000 -f framemd5 -")
    let turn = isTurned ? "transpose=2," : ""
    let pixels = try clips.run(
      "-i in -vf \(turn)crop=iw:ih/3:0:0,format=gray,scale=16:1:flags=area \(rest) -f rawvideo -")
    let start = try clips.run("-show_entries format=start_time -of csv=p=0 in", program: "ffprobe")
    let offset =
      Double(String(decoding: start, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
    var tick = 1.0
    var frames: [Frame] = []
    for line in String(decoding: list, as: UTF8.self).split(separator: "\n") {
      if let match = line.firstMatch(of: /^#tb 0: (\d+)\/(\d+)/) {
        tick = (Double(match.1) ?? 1) / (Double(match.2) ?? 1)
      }
      guard !line.hasPrefix("#") else { continue }
      let fields = line.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
      let row = pixels.dropFirst(16 * frames.count).prefix(16)
      try #require(fields.count == 6 && row.count == 16)
      let number = row.enumerated().reduce(0) { $0 + ($1.element > 128 ? 1 << $1.offset : 0) }
      frames.append(Frame(time: (Double(fields[2]) ?? 0) * tick - offset, digest: fields[5], number: number))
    }
    return frames
  }
}

extension TemporaryFolder {
  /// Lets the first track of an MP4 file end 110 ms sooner, as editors that do not encode again do it.
  fileprivate func shortenEdit(_ name: String) throws {
    var bytes = Array(try read(name))
    /// Where the 32-bit number lies `offset` bytes behind the first box's name.
    func place(_ box: String, _ offset: Int) throws -> Range<Int> {
      let found = bytes.indices.dropLast(20).first { bytes[$0..<$0 + 4].elementsEqual(box.utf8) }
      let place = try #require(found) + offset
      return place..<place + 4
    }
    func number(_ place: Range<Int>) -> Int { bytes[place].reduce(0) { $0 << 8 | Int($1) } }
    let ticks = number(try place("mvhd", 16))
    let duration = try place("elst", 12)
    bytes.replaceSubrange(duration, with: Boxes.big(number(duration) - 110 * ticks / 1000, 4))
    try write(name, bytes)
  }

  /// Lets the only track of an MP4 file show its first 2.04 s, and then what comes from `second` on.
  fileprivate func jump(_ name: String, to second: Double) throws {
    var bytes = Array(try read(name))
    func place(_ box: String) throws -> Int {
      try #require(bytes.indices.dropLast(24).first { bytes[$0..<$0 + 4].elementsEqual(box.utf8) })
    }
    func number(_ place: Int) -> Int { bytes[place..<place + 4].reduce(0) { $0 << 8 | Int($1) } }
    let list = try place("elst")
    let ticks = (movie: try number(place("mvhd") + 16), media: try number(place("mdhd") + 16))
    let start = number(list + 16)
    let parts: [(from: Double, length: Double)] = [(0, 2.04), (second, 6 - second)]
    var entries = Boxes.big(parts.count, 4)
    for part in parts {
      entries += Boxes.big(Int(part.length * Double(ticks.movie)), 4)
      entries += Boxes.big(start + Int(part.from * Double(ticks.media)), 4)
      entries += Boxes.big(1 << 16, 4)  // its rate
    }
    for box in ["moov", "trak", "edts", "elst"] {
      let size = try place(box) - 4
      bytes.replaceSubrange(size..<size + 4, with: Boxes.big(number(size) + 12, 4))
    }
    bytes.replaceSubrange(list + 8..<list + 24, with: entries)
    try write(name, bytes)
  }

  /// Writes a quarter turn into the first track of an MP4 file.
  fileprivate func turn(_ name: String) throws {
    var bytes = Array(try read(name))
    let header = try #require(
      bytes.indices.dropLast(80).first { bytes[$0..<$0 + 4].elementsEqual("tkhd".utf8) })
    let matrix = [0, 1 << 16, 0, -1 << 16, 0, 0, 96 << 16, 0, 1 << 30].flatMap { Boxes.big($0, 4) }
    bytes.replaceSubrange(header + 44..<header + 80, with: matrix)
    try write(name, bytes)
  }
}
