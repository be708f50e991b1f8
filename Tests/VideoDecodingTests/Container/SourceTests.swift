import Foundation
import TestSupport
import Testing

@testable import VideoDecoding

/// Gives a few bytes a call, and fails where it is told to.
private struct Drops: VideoReader {
  struct Failure: Error, CustomStringConvertible {
    var description: String { "the disk\nis on fire" }
  }

  let bytes: [UInt8]
  var most = 100
  var claimed: Int64?
  var failsFrom = Int.max
  var excess = 0

  var byteCount: Int64 { claimed ?? Int64(bytes.count) }

  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws -> Int {
    if offset >= failsFrom { throw Failure() }
    let part = bytes.dropFirst(Int(clamping: offset)).prefix(min(most, buffer.count))
    buffer.copyBytes(from: part)
    return part.count + excess
  }
}

/// A video is the same from whatever its bytes are read.
@Suite struct SourceTests {
  let clips: Clips

  init() throws { clips = try Clips() }

  private func open(_ source: VideoSource, _ rules: InputRules = InputRules()) throws(VideoError) -> Video {
    FFmpegGlobals.own()
    return try Video(source: source, threads: 2, rules: rules)
  }

  private func failure(_ source: VideoSource, _ rules: InputRules = InputRules()) -> VideoError? {
    do {
      _ = try open(source, rules).pass()
      return nil
    } catch {
      return error as? VideoError
    }
  }

  private func expectSame(_ source: VideoSource, as path: String) throws {
    let (video, file) = (try open(source), try Video(path))
    #expect(video.info == file.info)
    #expect(try video.timeline() == file.timeline())
    let pass = try file.pass()
    #expect(try video.pass() == pass && !pass.pictures.isEmpty)
    let some = [0, pass.pictures.count / 2]
    #expect(try video.pass(some, seeking: true) == file.pass(some))
  }

  static let files: [(name: String, options: String, encoder: String)] = [
    ("a.mp4", "-c:v libx264 -bf 2", "libx264"), ("b.mp4", "-c:v libx264 -movflags +faststart", "libx264"),
    ("c.mkv", "-c:v libx264", "libx264"), ("d.ts", "-c:v mpeg2video", "mpeg2video"),
    ("e.avi", "-c:v mpeg4", "mpeg4"), ("f.gif", "", "gif"), ("g.mjpg", "-c:v mjpeg -f mjpeg", "mjpeg"),
    ("h.h264", "-c:v libx264 -f h264", "libx264"), ("i.flv", "-c:v flv", "flv"),
  ]

  @Test(
    "Bytes, Data, a part of Data and a reader of few bytes at once give a file's frames and times",
    .enabled(if: Clips.canEncode("libx264", "mpeg2video", "mpeg4", "gif", "mjpeg", "flv"), Clips.note),
    arguments: files)
  func bytes(_ file: (name: String, options: String, encoder: String)) throws {
    let path = try clips.make(file.name, source: "64x48:10:2", file.options)
    let bytes = try clips.read(file.name)
    try expectSame(.bytes(bytes, name: file.name), as: path)
    try expectSame(.data(Data(bytes), name: file.name), as: path)
    try expectSame(.data(Data([1, 2, 3] + bytes + [4]).dropFirst(3).dropLast(), name: file.name), as: path)
    try expectSame(.reader(Drops(bytes: bytes), name: file.name), as: path)
  }

  @Test(
    "The film of a motion photo is read from bytes too",
    .enabled(if: Clips.canEncode("mjpeg", "libx264", "aac"), Clips.note), arguments: MotionPhoto.all)
  func motionPhotos(_ kind: MotionPhoto) throws {
    _ = try clips.make("photo.jpg", source: "64x48:5:1", "-frames:v 1")
    let film = try clips.make("film.mp4", source: "96x64:15:2", "-c:v libx264 -bf 2")
    let photo = try kind.file(clips.read("photo.jpg"), clips.read("film.mp4"))
    #expect(try open(.bytes(photo, name: "motion.jpg")).pass() == Video(film).pass())
    #expect(
      failure(.bytes(try clips.read("photo.jpg"), name: "photo.jpg")) == .stillPicture(format: "JPEG"))
  }

  @Test(
    "What is refused of a file is refused of bytes",
    arguments: [
      ("list.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\na.ts\n"),
      ("list.txt", "ffconcat version 1.0\nfile a.mp4\n"),
      ("session.sdp", "v=0\no=- 0 0 IN IP4 127.0.0.1\nm=video 1 RTP/AVP 96\n"), ("text.mp4", "no video\n"),
      ("script.avs", "AviSource(\"a.avi\")\n"), ("drawing.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>"),
    ])
  func refusals(name: String, content: String) throws {
    let path = try clips.write(content.utf8, name)
    let error = try #require(failure(.bytes(Array(content.utf8), name: name)))
    #expect(error == failure(.path(Array(path.utf8))))
  }

  @Test(
    "External references in bytes are not followed", .enabled(if: Clips.canEncode("mpeg4"), Clips.note))
  func references() throws {
    let canary = try clips.make("canary.mov", source: "64x48:10:1", "-c:v mpeg4")
    let film = DataReference.replaced(in: try clips.read("canary.mov"), by: DataReference.alias(to: canary))
    let watch = try WatchedFiles(in: clips.path(""))
    _ = try? open(.bytes(film, name: canary)).pass()
    #expect(watch.opened() == [])
  }

  @Test(
    "A name that looks like an address or a path opens nothing",
    .enabled(if: Clips.canEncode("mpeg4"), Clips.note),
    arguments: ["http://127.0.0.1:9/a.mp4", "concat:a|b", "/dev/zero", "%03d.mp4", "a\0b.mp4", ""])
  func names(_ name: String) throws {
    _ = try clips.make("a.mp4", source: "64x48:10:1", "-c:v mpeg4")
    var rules = InputRules()
    rules.allowsNetwork = true
    let source = VideoSource.bytes(try clips.read("a.mp4"), name: name)
    #expect(try open(source, rules).pass().pictures.count == 10)
    #expect(source.name == name)
  }

  @Test("Limits hold for bytes", .enabled(if: Clips.canEncode("mpeg4"), Clips.note))
  func limits() throws {
    _ = try clips.make("a.mp4", source: "64x48:10:1", "-c:v mpeg4")
    let source = VideoSource.bytes(try clips.read("a.mp4"), name: "a.mp4")
    var rules = InputRules()
    rules.maxPixels = 64 * 48 - 1
    #expect(failure(source, rules)?.kind == .limit(.pixels))
    rules = InputRules()
    rules.maxFrames = 9
    #expect(failure(source, rules)?.kind == .limit(.frames))
    #expect(failure(.bytes([], name: "a.mp4")) == .empty)
  }

  @Test(
    "What a reader throws is the error, wherever it is thrown, on one line",
    .enabled(if: Clips.canEncode("mpeg4"), Clips.note), arguments: [0.0, 0.3, 0.6, 0.9])
  func failing(at part: Double) throws {
    // an index at the end is wanted first, so that every part is reached
    _ = try clips.make("a.ts", source: "64x48:25:4", "-c:v mpeg4 -f mpegts")
    let bytes = try clips.read("a.ts")
    let reader = Drops(bytes: bytes, most: 4096, failsFrom: Int(part * Double(bytes.count)))
    #expect(
      failure(.reader(reader, name: "a.ts")) == .unreadable(reason: "the disk is on fire"))
  }

  @Test(
    "A reader that claims more bytes than it has, or gives too many, ends in an error or early",
    .enabled(if: Clips.canEncode("mpeg4"), Clips.note))
  func faulty() throws {
    _ = try clips.make("a.avi", source: "64x48:10:1", "-c:v mpeg4")
    let bytes = try clips.read("a.avi")
    for claimed in [Int64(bytes.count) + 1000, .max] {
      #expect(try open(.reader(Drops(bytes: bytes, claimed: claimed), name: "a")).pass().pictures.count == 10)
    }
    #expect(failure(.reader(Drops(bytes: bytes, claimed: -1), name: "a")) == .empty)
    for excess in [1 << 20, -(1 << 20)] {
      #expect(
        failure(.reader(Drops(bytes: bytes, excess: excess), name: "a"))
          == .unreadable(reason: "its reader is faulty"))
    }
  }
}
