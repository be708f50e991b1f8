import CFFmpeg
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import VideoDecoding

/// What a host's log callback was given.
private let hostLines = Atomic<Int>(0)

/// Each in a process of its own, as what they look at is the whole process's.
@Suite struct FFmpegGlobalsTests {
  static func sample() throws -> [UInt8] {
    try [UInt8](Data(contentsOf: URL(filePath: Checkout.clip)))
  }

  /// A sample clip with damage in its frames.
  private static func damaged() throws -> VideoSource {
    var bytes = try sample()
    let start = try #require(bytes.firstPlace(of: Array("mdat".utf8), from: 0))
    for index in stride(from: start + 8000, to: start + 16000, by: 37) { bytes[index] ^= 0x55 }
    return .bytes(bytes, name: "damaged.mp4")
  }

  /// Decodes all of it; whether there are frames, and how many errors.
  static func decode() throws -> (frames: Int, errors: Int) {
    var rules = InputRules()
    rules.maxBlockBytes = 32 << 20
    let video = try Video(source: damaged(), threads: 2, rules: rules)
    return (try video.pass().pictures.count, video.decodeErrors)
  }

  static func canAllocate(_ bytes: Int) -> Bool {
    let block = av_malloc(bytes)
    defer { av_free(block) }
    return block != nil
  }

  @Test("A host's log callback and its limit of memory survive the library's use; errors still are counted")
  func guest() async {
    await #expect(processExitsWith: .success) {
      av_log_set_callback { _, _, _, _ in hostLines.add(1, ordering: .relaxed) }
      let (frames, errors) = try Self.decode()
      #expect(frames > 20 && errors > 0)
      #expect(hostLines.load(ordering: .relaxed) > 0)
      #expect(Self.canAllocate(64 << 20))
    }
  }

  @Test("In a process that is owned, FFmpeg's log comes here, and its blocks are limited")
  func owned() async {
    await #expect(processExitsWith: .success) {
      av_log_set_callback { _, _, _, _ in hostLines.add(1, ordering: .relaxed) }
      FFmpegGlobals.own()
      let (frames, errors) = try Self.decode()
      #expect(frames > 20 && errors > 0)
      #expect(hostLines.load(ordering: .relaxed) == 0)
      #expect(!Self.canAllocate(64 << 20) && Self.canAllocate(16 << 20))
    }
  }
}
