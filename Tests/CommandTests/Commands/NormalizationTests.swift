import Foundation
import TestSupport
import Testing

/// A checkpoint's own mean and deviation are followed by every command that samples, and stand in what it
/// writes.
@Suite struct NormalizationTests {
  /// A way to the network's numbers of one clip, every 4 of its samples a window of 8.
  enum Way: String, CaseIterable {
    case label, timeline, timelineAtItsDefaultStride, timelineLines, scan, embed, windows
  }

  let program = Program()
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func model(_ name: String, _ facts: [String: String], stem: Double = 1) throws -> String {
    try folder.write(
      "\(name).safetensors",
      NarrowCheckpoint.safetensors(
        metadata: facts.merging(["frames": "8"]) { $1 }, factors: ["stem.0.weight": stem]))
  }

  /// Where a command writes to a file: its path for `name`.
  private func output(_ way: Way) -> String {
    switch way {
    case .embed: folder.path("e.npy")
    case .windows: folder.path("w.npy")
    case .scan: folder.path("s.jsonl")
    default: "-"
    }
  }

  /// What the command writes: to its file if it has one, else to standard output.
  private func written(_ way: Way, _ model: String) throws -> Data {
    let rest = ["--model", model, "--output", output(way)]
    let words =
      switch way {
      case .label: ["label", Checkout.clip, "--stride", "4", "--format", "json", "--logits"]
      case .timeline: ["timeline", Checkout.clip, "--stride", "4", "--format", "json", "--logits"]
      case .timelineAtItsDefaultStride: ["timeline", Checkout.clip, "--format", "json", "--logits"]
      case .timelineLines: ["timeline", Checkout.clip, "--format", "jsonl", "--logits"]
      case .scan: ["scan", Checkout.clip, "--stride", "4", "--format", "jsonl", "--logits"]
      case .embed: ["embed", Checkout.clip, "--stride", "4"]
      case .windows: ["windows", Checkout.clip, "--stride", "4"]
      }
    for suffix in ["", ".journal"] where output(way) != "-" {
      try? FileManager.default.removeItem(atPath: output(way) + suffix)
    }
    let run = try program.run(Program.built, words + rest)
    try #require(run.status == 0, "\(run.errors)")
    return output(way) == "-" ? run.output : try Data(contentsOf: URL(filePath: output(way)))
  }

  private func objects(_ way: Way, _ model: String) throws -> [[String: Any]] {
    let data = try written(way, model)
    if way != .timelineLines {
      return [try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])]
    }
    return try data.split(separator: UInt8(ascii: "\n")).map {
      try #require(try JSONSerialization.jsonObject(with: $0) as? [String: Any])
    }
  }

  /// The numbers of every window, in time order.
  private func numbers(_ way: Way, _ model: String) throws -> [[Double]] {
    switch way {
    case .embed, .windows:
      let floats = Data(try written(way, model).dropFirst(128)).floats.map(Double.init)
      let length = way == .embed ? 16 : 3 * 8 * 112 * 112
      return stride(from: 0, to: floats.count, by: length).map { Array(floats[$0..<$0 + length]) }
    case .timelineLines:
      return try objects(way, model).compactMap { $0["logits"] as? [Double] }
    default:
      let windows = try objects(way, model)[0]["windows"] as? [[String: Any]]
      return try #require(windows).compactMap { $0["logits"] as? [Double] }
    }
  }

  /// Half the deviation is twice the input, and so is twice the first convolution's weights, without any
  /// rounding.
  @Test(arguments: Way.allCases.filter { $0 != .windows })
  func halfTheDeviationIsTwiceTheStemToTheLastBit(_ way: Way) throws {
    let mean = "0.43216 0.394666 0.37645"
    let halved = try model("halved", ["mean": mean, "std": "0.114015 0.110725 0.1084945"])
    let doubled = try model("doubled", ["mean": mean, "std": "0.22803 0.22145 0.216989"], stem: 2)
    let plain = try model("plain", [:])
    let (found, expected) = (try numbers(way, halved), try numbers(way, doubled))
    #expect(found.count > 5 && found.allSatisfy { !$0.isEmpty } && found == expected)
    #expect(try numbers(way, plain) != found)
  }

  @Test func allCommandsFollowTheSameMeanAndDeviation() throws {
    let model = try model("own", ["mean": "0 0.25 0.5", "std": "1 0.5 2"])
    let logits = try numbers(.label, model)
    #expect(logits.count > 5)
    for way in [Way.timeline, .timelineAtItsDefaultStride, .timelineLines, .scan] {
      #expect(try numbers(way, model) == logits, "\(way)")
    }
    let checkpoint = try folder.read("own.safetensors")
    let weights = try SafetensorsFile.floats("fc.weight", of: checkpoint).map(Double.init)
    let bias = try SafetensorsFile.floats("fc.bias", of: checkpoint).map(Double.init)
    for (features, logits) in zip(try numbers(.embed, model), logits) {
      for (number, logit) in logits.enumerated() {
        let products = features.enumerated().map { weights[number * 16 + $0.offset] * $0.element }
        // 16 products in float32: their rounding is at most 2⁻²⁴ of their sum of magnitudes, each.
        let bound = 1e-5 * (1 + products.map(abs).reduce(0, +))
        #expect(abs(products.reduce(bias[number], +) - logit) < bound)
      }
    }
  }

  @Test func theTensorsAreThoseOfKineticsNormalisedOtherwise() throws {
    let (mean, deviation) = ([0, 0.25, 0.5], [1, 0.5, 2.0])
    let (mean0, deviation0) = ([0.43216, 0.394666, 0.37645], [0.22803, 0.22145, 0.216989])
    let own = try numbers(.windows, model("own", ["mean": "0 0.25 0.5", "std": "1 0.5 2"]))
    let kinetics = try numbers(.windows, model("plain", [:]))
    try #require(own.count == kinetics.count && own.count > 5)
    var largest = 0.0
    for (own, kinetics) in zip(own, kinetics) {
      for index in own.indices {
        let colour = index / (8 * 112 * 112)
        let expected =
          (kinetics[index] * deviation0[colour] + mean0[colour] - mean[colour]) / deviation[colour]
        largest = max(largest, abs(own[index] - expected))
      }
    }
    // A few roundings of numbers up to 3 in float32.
    #expect(largest < 1e-6)
  }

  @Test(arguments: Way.allCases.filter { $0 != .windows })
  func whatWasMadeWithThemNamesThem(_ way: Way) throws {
    let model = try model("own", ["mean": "0 0.25 0.5", "std": "1 0.5 2"])
    var result = try #require(
      try objects(way == .embed ? .label : way, model).last)
    if way == .embed {
      _ = try written(.embed, model)
      result = try #require(try JSONSerialization.jsonObject(with: folder.read("e.json")) as? [String: Any])
    }
    let receipt = try #require(result["receipt"] as? [String: Any])
    // A line of a timeline has no more than the receipt.
    let own = way == .timelineLines ? [:] : try #require(result["sampling"] as? [String: Any])
    for sampling in [try #require(receipt["sampling"] as? [String: Any]), own] where !sampling.isEmpty {
      #expect(sampling["mean"] as? [Double] == [0, 0.25, 0.5])
      #expect(sampling["std"] as? [Double] == [1, 0.5, 2])
    }
  }
}
