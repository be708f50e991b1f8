import Foundation
import TestSupport
import Testing

@testable import VideoDecoding

@Suite struct BadFileTests {
  let clips: Clips

  init() throws { clips = try Clips() }

  /// Opens and decodes; the error, or nil.
  func failure(_ path: String) -> VideoError? {
    do {
      _ = try Video(path).pass()
      return nil
    } catch {
      return error as? VideoError
    }
  }

  @Test func whatIsNoRegularFileIsNamed() throws {
    #expect(failure(clips.path(".")) == .notRegularFile(kind: "a directory"))
    #expect(failure("/dev/null") == .notRegularFile(kind: "a device"))
    let pipe = clips.path("pipe")
    try #require(mkfifo(pipe, 0o600) == 0)
    #expect(failure(pipe) == .notRegularFile(kind: "a pipe"))
  }

  @Test func whatIsNotThereIsNamed() {
    #expect(failure(clips.path("none.mp4")) == .missing)
    #expect(failure("") == .missing)
    #expect(VideoError.missing.description == "cannot be read: No such file or directory")
    #expect(failure("http://example.org/a.mp4") == .networkNotAllowed)
  }

  @Test func anEmptyFileIsCalledEmpty() throws {
    #expect(failure(try clips.write([], "empty.mp4")) == .empty)
  }

  @Test(arguments: ["text.mp4", "text.txt", "text", "text.srt", "text.mkv"])
  func textIsNoVideo(_ name: String) throws {
    let text = String(repeating: "not a video at all\n", count: 200)
    guard case .notVideo = failure(try clips.write(text.utf8, name)) else {
      Issue.record("\(String(describing: failure(clips.path(name))))")
      return
    }
  }

  /// A list that names other files is not followed.
  @Test(arguments: [
    ("list.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nclip.ts\n#EXT-X-ENDLIST\n"),
    ("list.ffconcat", "ffconcat version 1.0\nfile clip.ts\n"),
  ])
  func aListOfFilesOpensNone(_ name: String, _ text: String) throws {
    #expect(failure(try clips.write(text.utf8, name)) != nil)
  }

  /// Some containers have no mark at their start, so that FFmpeg takes noise for one of them: it holds no
  /// frame then.
  @Test(arguments: ["a.mp4", "a.mkv", "a.avi", "a.ts", "a.h264", "a.gif", "a"])
  func zerosAndNoiseAreNoVideo(_ name: String) throws {
    var random = SplitMix64(seed: 1)
    for bytes in [[UInt8](repeating: 0, count: 5000), random.bytes(5000)] {
      switch failure(try clips.write(bytes, name)) {
      case .notVideo, .noVideoStream, .noFrame: break
      case let other: Issue.record("\(String(describing: other))")
      }
    }
  }

  @Test(.enabled(if: Clips.canEncode("libmp3lame", "mjpeg", "pcm_s16le"), Clips.note))
  func soundAloneIsNoVideo() throws {
    try clips.run("-f lavfi -i sine=d=1 tone.wav")
    #expect(failure(clips.path("tone.wav")) == .noVideoStream(found: ["1 audio stream"]))
    try clips.run("-f lavfi -i testsrc=s=64x64 -frames:v 1 cover.jpg")
    try clips.run("-i tone.wav -i cover.jpg -map 0 -map 1 -c:a libmp3lame -c:v copy tone.mp3")
    #expect(failure(clips.path("tone.mp3")) == .noVideoStream(found: ["1 audio stream", "1 cover picture"]))
  }

  @Test(.enabled(if: Clips.canEncode("mpeg4", "mjpeg"), Clips.note))
  func aCoverPictureIsNeverTheVideo() throws {
    try clips.run("-f lavfi -i testsrc=s=640x640 -frames:v 1 cover.jpg")
    _ = try clips.make("t.mp4", source: "64x48:10:1", "-c:v mpeg4")
    try clips.run("-i cover.jpg -i t.mp4 -map 0 -map 1 -c copy -disposition:v:0 attached_pic covered.mp4")
    let video = try Video(clips.path("covered.mp4"))
    #expect(video.info.width == 64 && video.info.codec == "mpeg4")
    #expect(try video.pass().pictures.count == 10)
  }

  @Test(.enabled(if: Clips.canEncode("libx264"), Clips.note))
  func damageIsCountedAndTheRestDecoded() throws {
    let path = try clips.make("t.mp4", source: "128x96:25:4", "-c:v libx264 -g 25")
    var bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
    let start = try #require(bytes.indices.first { bytes[$0...].starts(with: "mdat".utf8) })
    for index in stride(from: start + 8000, to: start + 16000, by: 37) { bytes[index] ^= 0x55 }
    let video = try Video(clips.write(bytes, "damaged.mp4"))
    let pictures = try video.pass().pictures
    #expect(video.decodeErrors > 0)
    #expect(pictures.count == (try video.timeline().times.count) && pictures.count > 50)
  }

  @Test(.enabled(if: Clips.canEncode("libx264"), Clips.note))
  func aFileOfWhichNothingDecodesFails() throws {
    let path = try clips.make("t.mp4", source: "128x96:25:1", "-c:v libx264")
    var bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
    let start = try #require(bytes.indices.first { bytes[$0...].starts(with: "mdat".utf8) })
    let end = try #require(bytes.indices.first { bytes[$0...].starts(with: "moov".utf8) })
    for index in start + 4..<end - 4 { bytes[index] = 0xFF }
    guard case .noFrame = failure(try clips.write(bytes, "nothing.mp4")) else {
      Issue.record("\(String(describing: failure(clips.path("nothing.mp4"))))")
      return
    }
  }

  @Test(.enabled(if: Clips.canEncode("mpeg4"), Clips.note))
  func aNameThatLooksLikeAnAddressOrHoldsAnyBytesIsAFile() throws {
    let path = try clips.make("t.mp4", source: "64x48:10:1", "-c:v mpeg4")
    let content = try Data(contentsOf: URL(filePath: path))
    for name in ["http:x.mp4", "concat:a|b.mp4", "%03d.mp4", "a b\n.mp4"] {
      #expect(failure(try clips.write(content, name)) == nil)
    }
    let bytes = Array(clips.path("").utf8) + [UInt8(ascii: "/"), 0xFF, 0xFE]
    let file = try #require(fopen(bytes.map { CChar(bitPattern: $0) } + [0], "wb"))
    _ = content.withUnsafeBytes { fwrite($0.baseAddress, 1, $0.count, file) }
    fclose(file)
    #expect(try Video(path: bytes, threads: 1).pass().pictures.count == 10)
    remove(bytes.map { CChar(bitPattern: $0) } + [0])
  }

  @Test func everyErrorIsOneLine() {
    let errors = Array(VideoError.all)
    #expect(errors.count > 20)
    #expect(errors.allSatisfy { !$0.description.isEmpty && !$0.description.contains("\n") })
    #expect(
      VideoError.noVideoStream(found: ["1 audio stream"]).description
        == "no video stream (found 1 audio stream)")
    #expect(
      VideoError.noFrame(decodeErrors: 2).description == "no frame could be decoded (2 decode errors)")
  }
}
