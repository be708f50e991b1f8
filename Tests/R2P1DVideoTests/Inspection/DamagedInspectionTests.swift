import Foundation
import TestSupport
import Testing

@testable import R2P1DVideo

/// Clips of 3 s, a keyframe every second, of which some bytes are not what the encoder wrote.
@Suite(.enabled(if: Clips.canEncode("libx264", "mpeg4"), Clips.note))
struct DamagedInspectionTests {
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

  private func inspect(_ path: String, threads: Int) async throws -> VideoInspection {
    var options = ClassifierOptions()
    options.threads = threads
    options.sampling.frames = 8
    options.sampling.rate = .source
    options.sampling.placement = .stride(8)
    return try await VideoInspection.read(
      .file(BytePath(path)), model: .named("camera-motion"), options: options)
  }

  @Test(arguments: Case.all)
  func aDamagedFrameIsMarkedAndSoIsWhatIsPredictedFromItUpToTheNextKeyframe(_ test: Case) async throws {
    let path = try damaged(test)
    let inspection = try await inspect(path, threads: 1)
    #expect(inspection.video.decodeErrors > 0)
    var damage: [Int: InspectedSample.Damage] = [:]
    for sample in inspection.windows.flatMap(\.samples) { damage[sample.frame] = sample.damage }
    let bad = damage.filter { $0.value != .none }.keys.sorted()
    let own = damage.filter { $0.value == .concealed }.keys.sorted()
    // With two B-frames between, packet 40 is one of frames 38 to 43.
    #expect(!own.isEmpty && own.allSatisfy { (37...44).contains($0) }, "\(own)")
    #expect(bad.allSatisfy { (37..<60).contains($0) }, "\(bad)")
    #expect((45..<60).allSatisfy { damage[$0] == .inherited }, "\(bad)")
    #expect((0..<37).allSatisfy { damage[$0] == InspectedSample.Damage.none })
    #expect((60..<90).allSatisfy { damage[$0] == InspectedSample.Damage.none })
  }

  @Test(arguments: Case.all) func theMarksAreTheSameWithFourThreads(_ test: Case) async throws {
    let path = try damaged(test)
    let marks = try await [1, 4, 4].asyncMap { threads in
      try await inspect(path, threads: threads).windows.flatMap(\.samples).map(\.damage)
    }
    #expect(marks[0] == marks[1] && marks[1] == marks[2])
  }

  @Test func aFileThatEndsEarlyIsShownAsFarAsItGoes() async throws {
    let path = try clips.make(
      "cut.ts", source: "320x240:30:3", "-c:v libx264 -bf 0 -g 30 -threads 1 -pix_fmt yuv420p")
    let whole = try clips.read("cut.ts")
    let cut = try clips.write(whole.prefix(whole.count / 2), "half.ts")
    #expect(path != cut)
    let inspection = try await inspect(cut, threads: 2)
    let frames = inspection.windows.flatMap(\.samples).map(\.frame)
    #expect(frames.max().map { (20..<70).contains($0) } == true, "\(frames.max() ?? -1)")
    #expect(inspection.windows.allSatisfy { $0.samples.allSatisfy { $0.pixels != nil } })
  }
}

extension Sequence {
  fileprivate func asyncMap<Value>(_ body: (Element) async throws -> Value) async rethrows -> [Value] {
    var values: [Value] = []
    for element in self { values.append(try await body(element)) }
    return values
  }
}
