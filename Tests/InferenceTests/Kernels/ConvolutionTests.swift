import CKernels
import KernelHarness
import TestSupport
import Testing

@testable import Inference

/// Every algorithm, on the network's shapes and on ragged ones, against the scalar reference: the harness's
/// cases.
@Suite struct ConvolutionTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let value: kernel_case
    let operands: OperandType

    var testDescription: String {
      var text = [CChar](repeating: 0, count: 160)
      withUnsafePointer(to: value) { kernel_case_describe($0, &text, text.count) }
      return "\(operands): " + String(decoding: text.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self)
    }
  }

  /// Every case with every type of operands that its algorithm has.
  static let cases: [Case] = (0..<kernel_case_count()).flatMap { number in
    [OperandType.f32, .bf16, .int8].compactMap { operands in
      var adapted = kernel_case()
      guard kernel_case_as(kernel_case_at(number), operands.kernel, &adapted) != 0 else { return nil }
      return Case(value: adapted, operands: operands)
    }
  }

  @Test(
    "Algorithms agree with the scalar reference, bit-identical for any number of threads", .slow,
    arguments: NetworkGoldenTests.sets.filter { $0 != .scalar }, cases)
  func agrees(set: InstructionSet, test: Case) throws {
    let kernels = try #require(set.kernels)
    for atEnd: Int32 in [0, 1] {
      let (outcome, allowed) = withUnsafePointer(to: test.value) {
        (
          kernel_case_check($0, test.operands.kernel, kernels, atEnd),
          kernel_allowed_error($0, test.operands.kernel, kernels)
        )
      }
      try #require(outcome.status == R2_OK, "\(String(cString: r2_status_text(outcome.status)))")
      #expect(outcome.error < allowed, "of the largest value")
      #expect(outcome.intact != 0, "wrote outside its buffers")
      #expect(outcome.same_with_threads != 0, "depends on the threads")
    }
  }

  @Test(
    "The stem agrees with the scalar reference", .slow,
    arguments: NetworkGoldenTests.sets.filter { $0 != .scalar },
    [1, 3])
  func stem(set: InstructionSet, depth: Int) throws {
    let network = VideoResNet(
      stem: .basic(frames: depth, padding: depth / 2), kinds: Array(repeating: .conv2D, count: 4),
      depths: [1, 1, 1, 1],
      widths: [45, 16, 16, 16, 16], classes: 3
    ) { _, _, _ in 0 }
    let model = try Model(checkpoint: Formula.checkpoint(network))
    let window = try Formula.window(4)
    let fast = try Predictor(model, frames: 4, options: EngineOptions(threads: 2, instructionSet: set)).trace(
      window)
    let slow = try Predictor(model, frames: 4, options: EngineOptions(threads: 1, instructionSet: .scalar))
      .trace(window)
    for (number, (a, b)) in zip(fast, slow).enumerated() {
      #expect(a.name == b.name)
      // what lies behind the stem has convolutions in tiles, which lose more: see kernel_allowed_error
      expectClose(a.values, b.values, a.name, tolerance: number == 0 ? 1e-5 : 5e-5)
    }
  }
}
