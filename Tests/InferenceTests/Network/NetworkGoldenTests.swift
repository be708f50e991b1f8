import Foundation
import TestSupport
import Testing

@testable import Inference

/// Logits and activations that torchvision gives in float64, from Goldens/make_networks.py.
struct NetworkGoldens: Decodable {
  struct Step: Decodable {
    let name: String
    let shape: [Int]
    let every: Int
    let values: [Float]
  }
  struct Narrow: Decodable {
    let frames: Int
    let widths: [Int]
    let classes: Int
    let logits: [Float]
    let features: [Float]
    let steps: [Step]
  }
  struct Full: Decodable {
    let frames: Int
    let logits: [Float]
  }
  struct Member: Decodable {
    let name: String
    let eps: Double
    let widths: [Int]
    let shapes: [String: [Int]]
    let logits: [Float]
  }
  struct Deep: Decodable {
    let frames: Int
    let classes: Int
    let eps: Double
    let logits: [Float]
  }
  let narrow: [Narrow]
  let ig65m: [Deep]
  let family: [Member]
  let full: [Full]

  enum CodingKeys: String, CodingKey {
    case narrow, ig65m, family
    case full = "r2plus1d_18"
  }

  static func load() throws -> NetworkGoldens {
    let url = try #require(Bundle.module.url(forResource: "Goldens/networks", withExtension: "json"))
    return try JSONDecoder().decode(NetworkGoldens.self, from: Data(contentsOf: url))
  }
}

/// What the product promises: max |Δ| ≤ 1e-4 × (1 + max |golden|).
func expectClose(_ values: [Float], _ golden: [Float], _ what: String, tolerance: Float = 1e-4) {
  let (error, bound) = (largestError(values, golden), allowedError(golden, tolerance))
  #expect(error <= bound, "\(what): off by \(error), allowed \(bound)")
}

/// max |Δ|; infinite where a value is missing, superfluous or not a number, whose comparisons are all false.
func largestError(_ values: [Float], _ golden: [Float]) -> Float {
  guard values.count == golden.count else { return .infinity }
  return zip(values, golden).map { abs($0 - $1) }.reduce(0) { $1.isNaN ? .infinity : max($0, $1) }
}

private func allowedError(_ golden: [Float], _ tolerance: Float) -> Float {
  tolerance * (1 + golden.map(abs).reduce(0, max))
}

@Suite struct NetworkGoldenTests {
  @Test("A value that is missing, superfluous or NaN is an infinite error, wherever it stands")
  func errors() {
    let golden: [Float] = [1, 2, 3]
    #expect(largestError([1, 2.5, 3], golden) == 0.5)
    for wrong in [[.nan, 2, 3], [1, .nan, 3], [1, 2, .nan], [1, 2], [1, 2, 3, 4], []] as [[Float]] {
      #expect(largestError(wrong, golden) == .infinity)
    }
  }

  static let sets = InstructionSet.allCases.filter { $0.isAvailable }

  @Test(
    "Every layer of a narrow network agrees with torchvision", arguments: sets.filter { $0 != .scalar },
    [8, 16, 32])
  func layers(set: InstructionSet, frames: Int) throws {
    try compareLayers(set, frames)
  }

  @Test("Every layer of the scalar reference agrees with torchvision", .slow)
  func scalarLayers() throws {
    try compareLayers(.scalar, 8)
  }

  private func compareLayers(_ set: InstructionSet, _ frames: Int) throws {
    let golden = try #require(try NetworkGoldens.load().narrow.first { $0.frames == frames })
    let network = Formula.narrow(golden.widths, classes: golden.classes)
    let model = try Model(checkpoint: Formula.checkpoint(network))
    let predictor = try Predictor(
      model, frames: frames, options: EngineOptions(threads: 2, instructionSet: set))
    let window = try Formula.window(frames)
    let trace = try Dictionary(predictor.trace(window).map { ($0.name, $0.values) }) { first, _ in first }
    for step in golden.steps {
      // a (2+1)D convolution in two steps is traced under its second half's name
      let block = step.name.split(separator: ".").prefix(2).joined(separator: ".")
      let last = step.name.hasSuffix("conv1") ? "\(block).conv1.0.3" : "\(block).conv2.0.3"
      let values = try #require(trace[step.name] ?? trace[last], "no step \(step.name)")
      try #require(values.count == step.shape.reduce(1, *), "\(step.name)")
      let sampled = stride(from: 0, to: values.count, by: step.every).map { values[$0] }
      let (error, bound) = (largestError(sampled, step.values), allowedError(step.values, 1e-4))
      // the first layer that differs is the one to look at
      try #require(error <= bound, "\(set) \(step.name): off by \(error), allowed \(bound)")
    }
    let prediction = try #require(predictor.predict([window]).first)
    expectClose(prediction.features, golden.features, "features")
    // 1e-4 relative is promised of `embed`.
    let error = zip(prediction.features, golden.features).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    #expect(error.squareRoot() <= 1e-4 * golden.features.reduce(0) { $0 + $1 * $1 }.squareRoot(), "\(set)")
    expectClose(prediction.logits, golden.logits, "logits")
  }

  @Test("r2plus1d_18 has torchvision's logits", .slow, arguments: sets.filter { $0 != .scalar }, [8, 16])
  func fullNetwork(set: InstructionSet, frames: Int) throws {
    let golden = try #require(try NetworkGoldens.load().full.first { $0.frames == frames })
    let network = try #require(VideoResNet(named: "r2plus1d_18"))
    let model = try Model(checkpoint: Formula.checkpoint(network))
    let predictor = try Predictor(
      model, frames: frames, options: EngineOptions(threads: 2, instructionSet: set))
    expectClose(
      try #require(predictor.predict([Formula.window(frames)]).first).logits, golden.logits, "\(set)")
  }

  @Test(
    "A checkpoint of ig65m's shapes, with its epsilon, has the logits of an independent definition", .slow)
  func ig65m() throws {
    let golden = try #require(try NetworkGoldens.load().ig65m.first)
    let network = try #require(VideoResNet(named: "r2plus1d_34", classes: golden.classes))
    let checkpoint = try Formula.checkpoint(network)
    let options = EngineOptions(threads: 2)
    func logits(epsilon: Double) throws -> [Float] {
      let model = try Model(checkpoint: checkpoint, batchNormEpsilon: epsilon)
      #expect(model.network.name == "r2plus1d_34" && model.network.classes == 487)
      let predictor = try Predictor(model, frames: golden.frames, options: options)
      return try #require(predictor.predict([Formula.window(golden.frames)]).first).logits
    }
    expectClose(try logits(epsilon: golden.eps), golden.logits, "eps \(golden.eps)")
    // The epsilon is no formality: with torchvision's, the logits are others.
    let others = try logits(epsilon: 1e-5)
    #expect(zip(others, golden.logits).contains { abs($0 - $1) > 1e-3 })
  }

  @Test(
    "bfloat16 and int8 are near torchvision's logits where the CPU has them, and float32 elsewhere", .slow,
    arguments: sets.flatMap { set in [PrecisionPolicy.bf16, .int8].map { (set, $0) } }, [8, 16])
  func reduced(way: (set: InstructionSet, precision: PrecisionPolicy), frames: Int) throws {
    let (set, precision) = way
    let golden = try #require(try NetworkGoldens.load().narrow.first { $0.frames == frames })
    let network = Formula.narrow(golden.widths, classes: golden.classes)
    let model = try Model(checkpoint: Formula.checkpoint(network))
    let options = EngineOptions(threads: 2, precision: precision, instructionSet: set)
    let predictor = try Predictor(model, frames: frames, options: options)
    let isAvailable = precision.isAvailable(on: set)
    #expect(predictor.precision == (isAvailable ? precision : .f32))
    let logits = try #require(predictor.predict([Formula.window(frames)]).first).logits
    // 2⁻⁹ an operand over twenty layers, of which the first six are in float32; 8 bits are a little coarser
    let tolerance: Float = precision == .bf16 ? 1e-2 : 3e-2
    expectClose(logits, golden.logits, "\(set)", tolerance: isAvailable ? tolerance : 1e-4)
    let f32 = EngineOptions(threads: 2, instructionSet: set)
    let exact = try #require(
      Predictor(model, frames: frames, options: f32).predict([Formula.window(frames)]).first)
    #expect((logits == exact.logits) == !isAvailable)
  }

  @Test(
    "Logits are bit-identical for any number of threads and any batch", .slow,
    arguments: sets.filter { $0 != .scalar }, PrecisionPolicy.allCases.filter { $0.runs(onGPU: false) })
  func threadsAndBatches(set: InstructionSet, precision: PrecisionPolicy) throws {
    let network = Formula.narrow([20, 20, 24, 40, 48], classes: 11)
    let model = try Model(checkpoint: Formula.checkpoint(network))
    let window = try Formula.window(8)
    let other = Array(window.reversed())
    func logits(threads: Int, batch: Int) throws -> [[Float]] {
      let options = EngineOptions(threads: threads, precision: precision, instructionSet: set)
      return try Predictor(model, frames: 8, batch: batch, options: options).predict([window, other, window])
        .map(\.logits)
    }
    let one = try logits(threads: 1, batch: 1)
    #expect(one[0] != one[1])
    for threads in [1, 2, 3, 5] {
      for batch in [1, 2, 3] {
        #expect(try logits(threads: threads, batch: batch) == one, "\(threads) threads, batch \(batch)")
      }
    }
  }

  /// Pairs with the same 8-bit operands, whose transforms are the same operations.
  static let alike: [[InstructionSet]] = [[.avxvnni, .avx512], [.dotprod, .i8mm]]
    .filter { $0.allSatisfy { $0.isAvailable && PrecisionPolicy.int8.isAvailable(on: $0) } }

  @Test(
    "Features in int8 are bit-identical on instruction sets that share their 8-bit operands", .slow,
    .enabled(if: !alike.isEmpty, "this CPU has no two of them"),
    .disabled(
      if: Sanitizer.isThere,
      "a sanitizer changes which products and sums the compiler makes one rounding of"),
    arguments: alike)
  func instructionSets(pair: [InstructionSet]) throws {
    let network = Formula.narrow([20, 20, 24, 40, 48], classes: 11)
    let model = try Model(checkpoint: Formula.checkpoint(network))
    let window = try Formula.window(8)
    let features = try pair.map { set in
      let options = EngineOptions(threads: 2, precision: .int8, instructionSet: set)
      return try #require(Predictor(model, frames: 8, options: options).predict([window]).first).features
    }
    #expect(features[0] == features[1])
  }

  @Test(
    "Every network of the family has the logits of an independent definition", .slow,
    arguments: sets.filter { $0 != .scalar }, VideoResNet.names)
  func family(set: InstructionSet, name: String) throws {
    let golden = try #require(try NetworkGoldens.load().family.first { $0.name == name })
    // read off the tensors' shapes alone, as a checkpoint is
    let network = try #require(VideoResNet(shapes: golden.shapes))
    #expect(network.name == name)
    let model = try Model(checkpoint: Formula.checkpoint(network), batchNormEpsilon: golden.eps)
    let predictor = try Predictor(model, frames: 16, options: EngineOptions(threads: 2, instructionSet: set))
    expectClose(
      try #require(predictor.predict([Formula.window(16)]).first).logits, golden.logits, "\(set) \(name)")
  }
}
