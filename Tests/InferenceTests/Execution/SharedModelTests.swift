import Foundation
import Testing

@testable import Inference

/// One packed model, several workers.
@Suite struct SharedModelTests {
  private static let sets = InstructionSet.allCases.filter { $0.isAvailable }

  @Test(
    "Workers that share a model, at once on threads of their own, give the bits of one alone",
    arguments: sets, PrecisionPolicy.allCases.filter { $0.runs(onGPU: false) })
  func atOnce(set: InstructionSet, precision: PrecisionPolicy) async throws {
    // the scalar reference is slow, and one small network will do for it
    let network = Formula.narrow(set == .scalar ? [4, 4, 4, 4, 4] : [20, 20, 24, 40, 48], classes: 11)
    let options = EngineOptions(threads: 2, precision: precision, instructionSet: set)
    let frames = set == .scalar ? 1 : 8
    let model = try PackedModel(
      Model(checkpoint: Formula.checkpoint(network)), frames: frames, options: options)
    let windows = try [Formula.window(frames), Formula.window(2 * frames).suffix(frames)].map { Array($0) }
    let alone = try windows.map { try Predictor(model, threads: 2).predict([$0])[0].logits }
    #expect(alone[0] != alone[1])
    let rounds = set == .scalar ? 1 : 5
    try await withThrowingTaskGroup(of: (Int, [[Float]]).self) { group in
      for worker in 0..<4 {
        group.addTask {
          let predictor = try Predictor(model, threads: 1 + worker % 2)
          return try (
            worker % 2, (0..<rounds).map { _ in try predictor.predict([windows[worker % 2]])[0].logits }
          )
        }
      }
      for try await (window, logits) in group {
        #expect(logits.count == rounds && logits.allSatisfy { $0 == alone[window] })
      }
    }
  }

  @Test("A worker's own memory is a small part of the model's, whatever the threads", arguments: [1, 8])
  func workersAreCheap(threads: Int) throws {
    let model = try Model(random: "r2plus1d_18", seed: 1)
    let options = EngineOptions(threads: 2, instructionSet: .portable)
    let packed = try PackedModel(model, frames: 16, options: options)
    let weights = try #require(packed.byteCount)
    let all = try #require(Predictor(packed, threads: threads).byteCount)
    // 31.5 million parameters, more of them once they are transformed
    #expect(weights >= 31_505_325 * 4)
    #expect(Double(all - weights) <= 0.3 * Double(weights), "\(all - weights) beside \(weights)")
  }

  @Test("A network of another sample size agrees with the scalar reference", arguments: [32, 80])
  func sampleSize(side: Int) throws {
    let network = VideoResNet(
      stem: .r2Plus1D(mid: 5), kinds: Array(repeating: .conv2Plus1D, count: 4), depths: [1, 1, 1, 1],
      widths: [4, 4, 8, 8, 8], classes: 3, sampleSide: side
    ) { _, _, _ in 6 }
    let model = Model(random: network, seed: 5)
    let window = try (0..<2).map { frame in
      let sample = try Sample(SampleValues(mean: [0.5, 0.5, 0.5], deviation: [0.3, 0.3, 0.3]), side: side)
      for (i, value) in Formula.uniform("frame \(frame)", 3 * side * side).enumerated() {
        sample.bytes[i] = UInt8((value + 1) * 128)
      }
      return sample
    }
    func logits(_ set: InstructionSet) throws -> [Float] {
      let predictor = try Predictor(model, frames: 2, options: EngineOptions(threads: 2, instructionSet: set))
      return try #require(predictor.predict([window]).first).logits
    }
    let exact = try logits(.scalar)
    for set in Self.sets where set != .scalar { expectClose(try logits(set), exact, "\(set)") }
  }
}
