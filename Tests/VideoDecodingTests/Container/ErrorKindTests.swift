import Foundation
import TestSupport
import Testing

@testable import VideoDecoding

/// What a program can act on.
@Suite struct ErrorKindTests {
  let clips: Clips

  init() throws { clips = try Clips() }

  private func kind(_ path: String, track: Int? = nil, rules: InputRules = InputRules()) -> VideoError.Kind? {
    do {
      _ = try Video(path: Array(path.utf8), threads: 1, track: track, rules: rules).pass()
      return nil
    } catch {
      return (error as? VideoError)?.kind
    }
  }

  @Test("A missing file, a folder, text, a list, a picture and an empty file are told apart")
  func files() throws {
    #expect(kind(clips.path("none.mp4")) == .missing)
    #expect(kind(clips.path(".")) == .unreadable)
    #expect(kind(try clips.write("no video".utf8, "a.mp4")) == .unsupported)
    #expect(kind(try clips.write([], "b.mp4")) == .unsupported)
    #expect(
      kind(try clips.write("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\na.ts\n".utf8, "c.m3u8")) == .refused
    )
    #expect(kind("http://127.0.0.1:9/a.mp4") == .refused)
    #expect(kind(try clips.write([0xFF, 0xD8, 0xFF, 0xD9], "d.jpg")) == .unsupported)
  }

  @Test(
    "Limits say which, requests that do not fit are no fault of the file, damage is damage",
    .enabled(if: Clips.canEncode("libx264"), Clips.note))
  func videos() throws {
    let path = try clips.make("a.mp4", source: "128x96:25:1", "-c:v libx264")
    var rules = InputRules()
    rules.maxPixels = 100
    #expect(kind(path, rules: rules) == .limit(.pixels))
    rules = InputRules()
    rules.maxFrames = 3
    #expect(kind(path, rules: rules) == .limit(.frames))
    rules = InputRules()
    rules.maxStreams = 0
    #expect(kind(path, rules: rules) == .limit(.streams))
    #expect(kind(path, track: 7) == .request)
    var bytes = try clips.read("a.mp4")
    let start = try #require(bytes.firstPlace(of: Array("mdat".utf8), from: 0))
    let end = try #require(bytes.firstPlace(of: Array("moov".utf8), from: start))
    for index in start + 4..<end - 4 { bytes[index] = 0xFF }
    #expect(kind(try clips.write(bytes, "b.mp4")) == .damaged)
  }
}
