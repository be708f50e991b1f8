import Foundation
import TestSupport
import Testing

@testable import Inference
@testable import R2P1DVideo

/// One network, several classifiers.
@Suite struct SharedNetworkTests {
  private static func clip(_ name: String) -> VideoInput {
    VideoInput(url: Checkout.samples.appending(path: "\(name).mp4"))
  }

  private static var options: ClassifierOptions {
    var options = ClassifierOptions()
    options.keepsLogits = true
    options.threads = 2
    return options
  }

  @Test("Classifiers of one network that work at once give the bits of one alone")
  func atOnce() async throws {
    let names = ["pan_left", "zoom_in"]
    let options = Self.options
    var alone: [[[Float]?]] = []
    for name in names {
      let classifier = try Classifier(model: "camera-motion", options: options)
      alone.append(try await classifier.classify(Self.clip(name)).windows.map(\.logits))
    }
    let network = try await Network.load(.named("camera-motion"))
    try await withThrowingTaskGroup(of: (Int, [[Float]?]).self) { group in
      for task in 0..<4 {
        group.addTask {
          let classifier = try Classifier(network: network, options: options)
          return (task % 2, try await classifier.classify(Self.clip(names[task % 2])).windows.map(\.logits))
        }
      }
      for try await (clip, logits) in group { #expect(logits == alone[clip]) }
    }
  }

  @Test("Classifiers of one network may differ in frames, precision and labels")
  func differently() async throws {
    let network = try Network(source: .named("camera-motion"))
    var options = Self.options
    let eight = try Classifier(network: network, options: options)
    options.sampling.frames = 16
    options.sampling.placement = .even(1)
    let sixteen = try Classifier(network: network, options: options)
    #expect(eight.sampling.frames == 8 && sixteen.sampling.frames == 16)
    let (short, long) = (
      try await eight.classify(Self.clip("roll_clockwise")),
      try await sixteen.classify(Self.clip("roll_clockwise"))
    )
    #expect(short.labels[0].label == "roll clockwise" && long.labels[0].label == "roll clockwise")
    #expect(short.windows[0].logits != long.windows[0].logits)
    #expect(short.receipt?.modelSHA256 != nil && short.receipt?.modelSHA256 == long.receipt?.modelSHA256)
  }

  @Test("Packed weights are shared while they are used, and the last ones kept")
  func packedOnce() throws {
    let network = try Network(source: .named("camera-motion"))
    let options = Self.options
    let first = try Classifier(network: network, options: options)
    let second = try Classifier(network: network, options: options)
    #expect(first.packedModel === second.packedModel)
    var other = options
    other.sampling.frames = 16
    let packed = { [weak model = try Classifier(network: network, options: other).packedModel] in model }
    #expect(packed() != nil && packed() !== first.packedModel)
    #expect(try Classifier(network: network, options: options).packedModel === first.packedModel)
    #expect(packed() == nil)
  }

  @Test(
    "Four classifiers of r2plus1d_18 in one process take at most 1.45 times the memory of one",
    .enabled(if: !Sanitizer.isThere, "sanitizers keep memory of their own"))
  func memory() async throws {
    await #expect(processExitsWith: .success) {
      // Of a process of its own: the peak of this one is that of whatever ran in it.
      let network = try Network(source: .random("r2plus1d_18", seed: 1))
      var options = ClassifierOptions()
      options.sampling.placement = .even(1)
      options.threads = 2
      let clip = VideoInput.file(BytePath(Checkout.clip))
      var classifiers: [Classifier] = []
      var peaks: [Int] = []
      for _ in 0..<4 {
        classifiers.append(try Classifier(network: network, options: options))
        _ = try await classifiers[classifiers.count - 1].classify(clip)
        peaks.append(try #require(Self.peakResidentKiB))
      }
      let ratio = Double(peaks[3]) / Double(peaks[0])
      // More than the weights of one, or it was not measured.
      #expect(peaks[0] > 200_000 && ratio > 1 && ratio <= 1.45, "\(peaks) KiB, ratio \(ratio)")
    }
  }

  private static var peakResidentKiB: Int? {
    let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = status?.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return line?.split(separator: " ").dropFirst().first.flatMap { Int($0) }
  }
}

extension Classifier {
  fileprivate var packedModel: PackedModel? { try? workspaces.workspace().scorer.predictor.model }
}
