import CKernels
import KernelHarness
import Testing

@testable import Inference

/// Products in double, of ragged sizes, against sums made one by one: the harness's cases.
@Suite struct DenseTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let value: dense_case

    var testDescription: String {
      var text = [CChar](repeating: 0, count: 160)
      withUnsafePointer(to: value) { dense_case_describe($0, &text, text.count) }
      return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self)
    }
  }

  static let cases = (0..<dense_case_count()).compactMap { number in
    dense_case_at(number).map { Case(value: $0.pointee) }
  }

  @Test(arguments: NetworkGoldenTests.sets, cases)
  func productsAreTheSumsOfTheirTermsAndTouchNothingElse(_ set: InstructionSet, _ test: Case) throws {
    let kernels = set.denseKernels
    for atEnd: Int32 in [0, 1] {
      let outcome = withUnsafePointer(to: test.value) { dense_case_check($0, kernels, atEnd) }
      // Each of up to 513 terms is rounded once or, without a fused multiply-add, twice.
      #expect(outcome.error < 513 * 2.3e-16)
      #expect(outcome.intact != 0, "wrote outside its buffers")
    }
  }
}
