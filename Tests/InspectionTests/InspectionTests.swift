import Foundation
import TestSupport
import Testing

@testable import Inspection
@testable import R2P1DVideo

@Suite struct InspectionTests {
  struct Case: CustomTestStringConvertible {
    let testDescription: String
    var change: @Sendable (inout SamplingOptions) -> Void

    static let all = [
      Case(testDescription: "even") { $0.placement = .even(3) },
      Case(testDescription: "at a stride") { $0.placement = .stride(5) },
      Case(testDescription: "every frame") { ($0.rate, $0.placement) = (.source, .stride(16)) },
      Case(testDescription: "squashed") { ($0.resize, $0.frames) = (.squash, 8) },
      Case(testDescription: "a part") { ($0.start, $0.end) = (Rational(1, 2), Rational(2, 1)) },
      Case(testDescription: "padded") { ($0.start, $0.end) = (1, Rational(3, 2)) },
    ]

    var options: ClassifierOptions {
      var options = ClassifierOptions()
      options.threads = 2
      change(&options.sampling)
      return options
    }
  }

  private static let clip = VideoInput.file(BytePath(Checkout.clip))
  private static let model = ModelSource.named("r2plus1d_18")

  @Test(arguments: Case.all) func theSamplesAreTheBytesThatTheNetworkGets(_ test: Case) async throws {
    let inspection = try await VideoInspection.read(Self.clip, model: Self.model, options: test.options)
    let windows = try await VideoWindows.open(Self.clip, model: Self.model, options: test.options)
    let layout = windows.layout
    #expect(inspection.windows.count == layout.starts.count && inspection.failure == nil)
    #expect(inspection.windows.map { $0.samples[0].number } == layout.starts)
    #expect(inspection.windows.map { $0.samples.filter { !$0.isHeld }.map(\.frame) } == layout.frames)
    let normalization = inspection.sampling.normalization
    var number = 0
    for try await tensor in windows {
      let window = inspection.windows[number]
      #expect(
        window.number == number && window.start.double == tensor.start && window.end.double == tensor.end)
      let planes = try window.samples.map { try #require($0.pixels) }
      let values = (0..<3).flatMap { colour in
        planes.flatMap { pixels in
          stride(from: colour, to: pixels.count, by: 3).map {
            (Float(pixels[$0]) / 255 - normalization.mean[colour]) / normalization.deviation[colour]
          }
        }
      }
      // A unit in the last place of float32 at most: the division is done once for each of the 256 values.
      let isSame = zip(values, tensor.values).allSatisfy { abs($0 - $1) < 1e-6 }
      #expect(values.count == tensor.values.count && isSame)
      number += 1
    }
    #expect(number == inspection.windows.count)
  }

  @Test func whatIsBeyondTheEndOfAShortPartIsTheLastSampleAndSaysSo() async throws {
    var options = ClassifierOptions()
    (options.sampling.start, options.sampling.end) = (1, Rational(3, 2))
    let inspection = try await VideoInspection.read(Self.clip, model: Self.model, options: options)
    let window = try #require(inspection.windows.first)
    #expect(inspection.windows.count == 1 && window.padded && window.samples.count == 16)
    #expect(window.samples.map(\.isHeld) == (0..<16).map { $0 >= 7 })
    #expect(window.samples.map(\.number) == (0..<16).map { min($0, 6) })
    #expect(window.samples.dropFirst(7).allSatisfy { $0.pixels == window.samples[6].pixels })
    #expect(window.samples[7].mark?.text == "held")
    #expect(window.samples.map(\.due) == (0..<16).map { Rational(15 + min($0, 6), 15) })
  }

  @Test func aNetworkSaysOfEachWindowWhatItSaysInItsLabels() async throws {
    var options = ClassifierOptions()
    options.threads = 2
    options.sampling.placement = .even(3)
    let classifier = try await Network.load(.named("camera-motion")).classifier(options)
    let inspection = try await classifier.inspect(Self.clip)
    let labels = try await classifier.classify(Self.clip)
    #expect(inspection.windows.map(\.labels) == labels.windows.map(\.labels))
    #expect(inspection.windows.allSatisfy { $0.samples.count == 8 })
    #expect(inspection.model == labels.model && inspection.video == labels.video)
    #expect(inspection.receipt == labels.receipt)
  }

  @Test func moreSamplesThanAreKeptAreRefusedBeforeTheyAreDecoded() async throws {
    var options = ClassifierOptions()
    options.sampling.placement = .stride(1)
    var keeping = InspectionOptions()
    keeping.maxSamples = 160
    let error = await #expect(throws: ClassifierError.self) {
      try await VideoInspection.read(Self.clip, model: Self.model, options: options, keeping: keeping)
    }
    #expect(error?.kind == .limit(.windows) && error?.remedy == .fewerWindows)
    #expect(error?.cause.contains("30 windows of 16 samples") == true, "\(error?.cause ?? "")")
    keeping.maxSamples = 480
    let windows = try await VideoInspection.read(
      Self.clip, model: Self.model, options: options, keeping: keeping
    ).windows
    #expect(windows.count == 30)
  }

  @Test func factsAloneKeepNoPixels() async throws {
    var keeping = InspectionOptions()
    keeping.keepsPixels = false
    let inspection = try await VideoInspection.read(Self.clip, model: Self.model, keeping: keeping)
    #expect(inspection.windows.allSatisfy { $0.samples.allSatisfy { $0.pixels == nil } })
  }

  /// This process leaves FFmpeg's log alone, so that frames' own flags are all that is known.
  @Test(.enabled(if: Clips.canEncode("mpeg4"), Clips.note))
  func damageIsMarkedWithoutFFmpegsLogToo() async throws {
    let clips = try Clips()
    let path = try clips.make(
      "whole.avi", source: "320x240:30:2", "-c:v mpeg4 -q:v 4 -g 30 -sc_threshold 1000000000 -threads 1")
    let list = try clips.run("-show_entries packet=size,pos -of csv=p=0 whole.avi", program: "ffprobe")
    let packet = String(decoding: list, as: UTF8.self).split(separator: "\n")[10]
    let facts = packet.split(separator: ",").compactMap { Int($0) }
    var bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
    for place in facts[1] + 8 + facts[0] / 3..<facts[1] + facts[0] * 3 / 4 { bytes[place] = 0xA5 }
    var options = ClassifierOptions()
    options.threads = 1
    (options.sampling.rate, options.sampling.placement) = (.source, .stride(16))
    let inspection = try await VideoInspection.read(
      .bytes(bytes, name: "damaged.avi"), model: Self.model, options: options)
    var damage: [Int: InspectedSample.Damage] = [:]
    for sample in inspection.windows.flatMap(\.samples) { damage[sample.frame] = sample.damage }
    #expect(damage[10] == .concealed && damage[9] == InspectedSample.Damage.none)
    #expect((11..<30).allSatisfy { damage[$0] == .inherited })
    #expect((30..<60).allSatisfy { damage[$0] == InspectedSample.Damage.none })
  }
}
