import Foundation
import TestSupport
import Testing

/// Clips of 3 s, a keyframe every second, of which some bytes are not what the encoder wrote.
@Suite(.enabled(if: Clips.canEncode("libx264", "mpeg4"), Clips.note))
struct InspectedDamageTests {
  struct Case: CustomTestStringConvertible {
    let codec: String
    /// The packet that is damaged, in the order of decoding: a keyframe comes every 30.
    let packet: Int
    let name: String

    var testDescription: String { name }

    static let all = [
      Case(codec: "libx264 -bf 0 -g 30 -keyint_min 30 -sc_threshold 0", packet: 40, name: "H.264, P-frames"),
      Case(
        codec: "libx264 -bf 2 -b_strategy 0 -g 30 -keyint_min 30 -sc_threshold 0", packet: 40,
        name: "H.264, B-frames"),
      Case(codec: "mpeg4 -q:v 4 -g 30 -sc_threshold 1000000000", packet: 40, name: "MPEG-4"),
    ]
  }

  let clips: Clips

  init() throws { clips = try Clips() }

  /// The path of a clip, of whose packet the middle is overwritten.
  private func damaged(_ test: Case) throws -> String {
    let path = try clips.make(
      "whole.mp4", source: "320x240:30:3", "-c:v \(test.codec) -threads 1 -pix_fmt yuv420p")
    let list = try clips.run(
      "-select_streams v -show_entries packet=pos,size -of csv=p=0 whole.mp4", program: "ffprobe")
    let lines = String(decoding: list, as: UTF8.self).split(separator: "\n")
    let fields = lines[test.packet].split(separator: ",").compactMap { Int($0) }
    let (size, position) = (fields[0], fields[1])
    var bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
    for place in position + size / 3..<position + size * 3 / 4 { bytes[place] = 0xA5 }
    return try clips.write(bytes, "damaged.mp4")
  }

  /// What is said of each frame, and how many errors there are.
  private func inspect(_ path: String, threads: Int) throws -> (damage: [Int: String], errors: Int) {
    let run = try Program()(
      "inspect", path, "--format", "json", "--frames", "8", "--fps", "source", "--stride", "8", "--threads",
      "\(threads)")
    try #require(run.status == 0, "\(run.errors)")
    let object = try run.object()
    var damage: [Int: String] = [:]
    for window in try #require(object["windows"] as? [[String: Any]]) {
      for sample in try #require(window["samples"] as? [[String: Any]]) {
        damage[try #require(sample["frame"] as? Int)] = sample["damage"] as? String
      }
    }
    let video = try #require(object["video"] as? [String: Any])
    return (damage, try #require(video["decodeErrors"] as? Int))
  }

  @Test(arguments: Case.all)
  func aDamagedFrameIsMarkedAndSoIsWhatIsPredictedFromItUpToTheNextKeyframe(_ test: Case) throws {
    let path = try damaged(test)
    let (damage, errors) = try inspect(path, threads: 1)
    #expect(errors > 0 && damage.count == 90)
    let own = damage.filter { $0.value == "concealed" }.keys.sorted()
    // With two B-frames between, packet 40 is one of frames 38 to 43.
    #expect(!own.isEmpty && own.allSatisfy { (37...44).contains($0) }, "\(own)")
    #expect((45..<60).allSatisfy { damage[$0] == "inherited" }, "\(damage.sorted { $0.key < $1.key })")
    #expect((0..<37).allSatisfy { damage[$0] == "none" })
    #expect((60..<90).allSatisfy { damage[$0] == "none" })
  }

  @Test(arguments: Case.all) func theMarksAreTheSameWithFourThreads(_ test: Case) throws {
    let path = try damaged(test)
    let damage = try [1, 4, 4].map { try inspect(path, threads: $0).damage }
    #expect(damage[0] == damage[1] && damage[1] == damage[2])
  }

  @Test func aFileThatEndsEarlyIsShownAsFarAsItGoes() throws {
    _ = try clips.make(
      "cut.ts", source: "320x240:30:3", "-c:v libx264 -bf 0 -g 30 -threads 1 -pix_fmt yuv420p")
    let whole = try clips.read("cut.ts")
    let frames = try inspect(clips.write(whole.prefix(whole.count / 2), "half.ts"), threads: 2).damage.keys
    #expect((20..<70).contains(try #require(frames.max())))
  }
}
