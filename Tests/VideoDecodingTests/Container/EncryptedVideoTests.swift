import Foundation
import TestSupport
import Testing

@testable import VideoDecoding

/// Videos that show nothing without a key, and streams that hold nothing.
@Suite struct EncryptedVideoTests {
  let clips: Clips

  init() throws { clips = try Clips() }

  private func failure(_ path: String, _ scanning: InputRules.Scanning = .automatic) -> VideoError? {
    var rules = InputRules()
    rules.scanning = scanning
    do {
      _ = try Video(path: Array(path.utf8), threads: 2, rules: rules).pass()
      return nil
    } catch {
      return error as? VideoError
    }
  }

  private func copyFailure(_ path: String) -> VideoError? {
    do {
      _ = try Remuxer(source: .path(Array(path.utf8)), track: nil, ending: "mp4")
      return nil
    } catch {
      return error as? VideoError
    }
  }

  private static let source = "128x96:25:1"

  @Test(
    "Common Encryption is told from damage, however the file is read, and is not copied into clips",
    .enabled(if: Clips.canEncode("libx264", "mpeg4"), Clips.note),
    arguments: ["-c:v libx264", "-c:v libx264 -movflags frag_keyframe", "-c:v mpeg4"])
  func commonEncryption(_ options: String) throws {
    let key = "-encryption_scheme cenc-aes-ctr -encryption_key 000102030405060708090a0b0c0d0e0f"
    let path = try clips.make(
      "a.mp4", source: Self.source, "\(options) \(key) -encryption_kid 101112131415161718191a1b1c1d1e1f")
    for scanning in [InputRules.Scanning.automatic, .whole, .sparse, .indexed] {
      #expect(failure(path, scanning) == .encrypted, "\(scanning)")
    }
    #expect(copyFailure(path) == .encrypted)
  }

  @Test(
    "Sample entries that hide the codec are those of encrypted films; others are named as they are",
    .enabled(if: Clips.canEncode("libx264"), Clips.note))
  func sampleEntries() throws {
    _ = try clips.make("a.mp4", source: Self.source, "-c:v libx264")
    let bytes = try clips.read("a.mp4")
    let table = try #require(bytes.firstPlace(of: Array("stsd".utf8), from: 0))
    let entry = try #require(bytes.firstPlace(of: Array("avc1".utf8), from: table))
    func renamed(_ name: String) throws -> String {
      var other = bytes
      other.replaceSubrange(entry..<entry + 4, with: Array(name.utf8))
      return try clips.write(other, "\(name).mp4")
    }
    for name in ["encv", "drmi"] {
      #expect(try failure(renamed(name)) == .encrypted, "\(name)")
      #expect(try copyFailure(renamed(name)) == .encrypted, "\(name)")
    }
    #expect(try failure(renamed("zzzz")) == .noDecoder(codec: "zzzz"))
  }

  @Test(
    "A track of Matroska or WebM with ContentEncryption is encrypted",
    .enabled(if: Clips.canEncode("libvpx-vp9"), Clips.note), arguments: ["mkv", "webm"])
  func matroska(_ ending: String) throws {
    // The element takes the place of the track's name.
    let key: [UInt8] = [0x47, 0xE2, 0x90] + (1...16)
    let encryption = Self.element([0x50, 0x35], Self.element([0x47, 0xE1], [5]) + key)
    let rest = [[0x50, 0x31], [0x50, 0x32], [0x50, 0x33]].map { Self.element($0, [$0[1] == 0x31 ? 0 : 1]) }
    let encoding = Self.element([0x62, 0x40], rest.flatMap { $0 } + encryption)
    let encodings = Self.element([0x6D, 0x80], encoding)
    let name = String(repeating: "n", count: encodings.count - 3)
    let clear = try clips.make(
      "a.\(ending)", source: Self.source, "-c:v libvpx-vp9 -cpu-used 8 -metadata:s:v title=\(name)")
    #expect(failure(clear) == nil)
    var bytes = try clips.read("a.\(ending)")
    let named = Self.element([0x53, 0x6E], Array(name.utf8))
    let place = try #require(bytes.firstPlace(of: named, from: 0))
    bytes.replaceSubrange(place..<place + named.count, with: encodings)
    #expect(failure(try clips.write(bytes, "b.\(ending)")) == .encrypted)
  }

  private static func element(_ identifier: [UInt8], _ body: [UInt8]) -> [UInt8] {
    identifier + [0x80 | UInt8(body.count)] + body
  }

  @Test(
    "A transport stream that is scrambled from its start is encrypted, one that loses its key ends there",
    .enabled(if: Clips.canEncode("mpeg2video"), Clips.note), arguments: [188, 192])
  func scrambledTransport(_ size: Int) throws {
    let options = "-c:v mpeg2video -g 5 -f mpegts -mpegts_m2ts_mode \(size == 192 ? 1 : 0)"
    let clear = try clips.make("clear.ts", source: Self.source, options)
    #expect(failure(clear) == nil)
    let bytes = try clips.read("clear.ts")
    #expect(failure(try clips.write(Self.scrambled(bytes, size, from: 0), "a.ts")) == .encrypted)
    let half = Self.scrambled(bytes, size, from: bytes.count / size / 2 * size)
    let path = try clips.write(half, "b.ts")
    let count = try Video(path: Array(path.utf8), threads: 1).timeline().times.count
    #expect((1..<25).contains(count))
  }

  /// The payloads of all packets with pictures, from byte `start` on, made noise.
  private static func scrambled(_ bytes: [UInt8], _ size: Int, from start: Int) -> [UInt8] {
    var random = SplitMix64(seed: 1)
    var bytes = bytes
    let video = size == 192 ? 0x1011 : 0x100
    for packet in stride(from: start + size - 188, to: bytes.count - 187, by: size) {
      guard Int(bytes[packet + 1] & 0x1F) << 8 | Int(bytes[packet + 2]) == video else { continue }
      let header = bytes[packet + 3] & 0x20 != 0 ? 5 + Int(bytes[packet + 4]) : 4
      bytes[packet + 3] |= 0x80
      for at in packet + header..<packet + 188 { bytes[at] = UInt8.random(in: 0...255, using: &random) }
    }
    return bytes
  }

  @Test(
    "The beginning of a film in segments is empty",
    .enabled(if: Clips.canEncode("libx264"), Clips.note))
  func beginningAlone() throws {
    _ = try clips.make("a.mp4", source: Self.source, "-c:v libx264 -movflags frag_keyframe+empty_moov")
    let bytes = try clips.read("a.mp4")
    let fragment = try #require(bytes.firstPlace(of: Array("moof".utf8), from: 0))
    let path = try clips.write(bytes[..<(fragment - 4)], "init.mp4")
    #expect(failure(path) == .emptyStream)
    #expect(copyFailure(path) == .emptyStream)
    #expect(VideoError.emptyStream.description == "its video stream is empty")
  }
}
