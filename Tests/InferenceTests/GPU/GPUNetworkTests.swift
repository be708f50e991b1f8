import TestSupport
import Testing

@testable import Inference

/// Networks on a GPU, beside the scalar reference.
@Suite(.enabled(if: SoftwareGPU.isAvailable, SoftwareGPU.need), .slow, .serialized)
struct GPUNetworkTests {
  private static func predict(
    _ model: Model, _ windows: [[Sample]], batch: Int = 1, _ path: GPUPath = .f32
  ) throws -> [Prediction] {
    let options = try SoftwareGPU.options(path)
    return try Predictor(model, frames: windows[0].count, batch: batch, options: options).predict(windows)
  }

  private static func reference(_ model: Model, _ windows: [[Sample]]) throws -> [Prediction] {
    let options = EngineOptions(threads: 1, instructionSet: .scalar)
    return try Predictor(model, frames: windows[0].count, options: options).predict(windows)
  }

  @Test(
    "Every network of the family agrees with the scalar reference",
    arguments: VideoResNet.names, SoftwareGPU.paths)
  func family(name: String, path: GPUPath) throws {
    let model = Model(random: try GPUInput.narrow(name), seed: 3)
    let windows = [try GPUInput.window(name == "r2d_18" ? 16 : 5, side: 28, seed: 1)]
    let found = try Self.predict(model, windows, path)[0]
    let expected = try Self.reference(model, windows)[0]
    #expect(GPUSelfTest.error(of: found.logits, expected: expected.logits) < path.tolerance)
    #expect(GPUSelfTest.error(of: found.features, expected: expected.features) < 4 * path.tolerance)
  }

  @Test(
    "The real numbers of channels agree with the scalar reference",
    arguments: ["r2plus1d_18", "mc3_18"], SoftwareGPU.paths)
  func channels(name: String, path: GPUPath) throws {
    let model = Model(random: try GPUInput.small(name), seed: 3)
    let windows = [try GPUInput.window(2, side: 28, seed: 1)]
    let found = try Self.predict(model, windows, path)[0].logits
    let expected = try Self.reference(model, windows)[0].logits
    #expect(GPUSelfTest.error(of: found, expected: expected) < path.tolerance)
  }

  @Test(
    "Every step of a network agrees with the scalar reference, and is called as it is",
    arguments: SoftwareGPU.paths)
  func steps(path: GPUPath) throws {
    let model = Model(random: try GPUInput.narrow("r2plus1d_34"), seed: 4)
    let window = try GPUInput.window(4, side: 28, seed: 2)
    let found = try Predictor(model, frames: 4, options: SoftwareGPU.options(path)).trace(window)
    let options = EngineOptions(threads: 1, instructionSet: .scalar)
    let expected = try Predictor(model, frames: 4, options: options).trace(window)
    #expect(found.map(\.name) == expected.map(\.name))
    for (found, expected) in zip(found, expected) {
      #expect(
        GPUSelfTest.error(of: found.values, expected: expected.values) < 4 * path.tolerance, "\(found.name)")
    }
  }

  @Test(
    "A window has the same bits alone, among three and among eight, whatever it shares with the others",
    arguments: SoftwareGPU.paths)
  func batches(path: GPUPath) throws {
    let model = Model(random: try GPUInput.narrow("r2plus1d_18"), seed: 5)
    let samples = try GPUInput.window(18, side: 28, seed: 3)
    let windows = (0..<8).map { Array(samples[(2 * $0)..<(2 * $0 + 4)]) }
    let alone = try Self.predict(model, windows, batch: 1, path)
    for batch in [3, 8] {
      let together = try Self.predict(model, windows, batch: batch, path)
      #expect(together.map(\.logits) == alone.map(\.logits), "\(batch)")
      #expect(together.map(\.features) == alone.map(\.features), "\(batch)")
    }
    #expect(Set(alone.map(\.logits)).count == 8)
  }

  @Test("Tiles of other sizes give the same bits", arguments: SoftwareGPU.paths)
  func tiles(path: GPUPath) throws {
    let network = try GPUInput.narrow("r2plus1d_18")
    let window = [try GPUInput.window(4, side: 28, seed: 3)]
    let sizes: [[GPUTile]] =
      path == .f16Matrix
      ? [
        [GPUTile(rows: 64, columns: 64, partRows: 32, partColumns: 32)],
        [GPUTile(rows: 32, columns: 48, partRows: 16, partColumns: 24)],
        [GPUTile(rows: 16, columns: 16, partRows: 8, partColumns: 16)],
      ]
      : [
        [GPUTile(rows: 64, columns: 64), GPUTile(rows: 64, columns: 48)],
        [GPUTile(rows: 32, columns: 64)], [GPUTile(rows: 32, columns: 16)],
      ]
    let logits = try sizes.map { tiles in
      let device = try SoftwareGPU.open(path, tiles: tiles)
      let model = Model(random: network, seed: 6)
      let plan = try GPUPlan(network, frames: 4, channelStep: path.channelStep)
      return try GPUExecutor(GPUWeights(model, plan, device), windows: 1).run(window)[0].logits
    }
    #expect(logits[1] == logits[0])
    #expect(logits[2] == logits[0])
  }

  @Test("Samples that are normalised differently are, within a window and between windows")
  func normalisation() throws {
    let model = Model(random: try GPUInput.narrow("r3d_18"), seed: 7)
    let plain = try GPUInput.window(4, side: 28, seed: 4)
    let other = SampleValues(mean: [0.1, 0.5, 0.2], deviation: [0.5, 0.1, 0.3])
    let changed = try plain.map { sample in
      let copy = try Sample(other, side: 28)
      copy.bytes.update(from: sample.bytes, count: 3 * 28 * 28)
      return copy
    }
    let windows = [plain, changed, [plain[0], changed[1], plain[2], changed[3]]]
    let found = try Self.predict(model, windows, batch: 3)
    let expected = try Self.reference(model, windows)
    for (found, expected) in zip(found, expected) {
      #expect(GPUSelfTest.error(of: found.logits, expected: expected.logits) < 1e-5)
    }
  }

  @Test(
    "What the network is computed with is refused where it cannot be",
    arguments: [PrecisionPolicy.bf16, .int8])
  func precisionsOfCPUs(precision: PrecisionPolicy) throws {
    var options = EngineOptions(threads: 1, precision: precision)
    options.gpu = try SoftwareGPU.device(.f32)
    let model = Model(random: try GPUInput.narrow("r3d_18"), seed: 7)
    #expect { try PackedModel(model, frames: 4, options: options) } throws: {
      "\($0)" == "\(precision.rawValue) is computed on a CPU alone, a GPU has f32, f16"
    }
  }

  @Test("A CPU does not take f16 for something else")
  func f16OfCPU() throws {
    let model = Model(random: try GPUInput.narrow("r3d_18"), seed: 7)
    let options = EngineOptions(threads: 1, precision: .f16)
    #expect { try PackedModel(model, frames: 4, options: options) } throws: {
      "\($0)" == "f16 is computed on a GPU alone, a CPU has f32, bf16, int8"
    }
  }
}
