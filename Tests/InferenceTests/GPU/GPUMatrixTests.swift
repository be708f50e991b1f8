import FaultyDriver
import TestSupport
import Testing

@testable import Inference

extension GPUFailureTests {
  /// Cooperative matrices: when they are used, and that they are. What they compute, the other suites look
  /// at.
  @Suite(.enabled(if: SoftwareGPU.hasMatrices, SoftwareGPU.needOfMatrices)) struct GPUMatrixTests {}
}

extension GPUFailureTests.GPUMatrixTests {
  private static func facts(_ change: (inout faulty_settings) -> Void) throws -> GPUFacts {
    var settings = faulty_settings()
    change(&settings)
    faulty_set(settings)
    defer { faulty_set(faulty_settings()) }
    return try GPULibrary(faulty_get_function).devices[0]
  }

  @Test("float16 is computed on matrices where there are some, and passes the self-test")
  func path() throws {
    let facts = try #require(SoftwareGPU.facts)
    #expect(GPUPath(isHalf: true, on: facts) == .f16Matrix && GPUPath(isHalf: false, on: facts) == .f32)
    #expect(try SoftwareGPU.device(.f16Matrix).test() < 5e-3)
  }

  struct Lack: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let change: @Sendable (inout faulty_settings) -> Void
  }

  @Test(
    "Where something of matrices is missing, float16 is computed without",
    arguments: [
      Lack(testDescription: "float16") { $0.lacks_f16 = 1 },
      Lack(testDescription: "the extension") { $0.lacks_matrices = 1 },
      Lack(testDescription: "float32 sums") { $0.lacks_wide_sums = 1 },
      Lack(testDescription: "Vulkan 1.2") { $0.version = 1 << 22 | 1 << 12 },
    ])
  func lacks(lack: Lack) throws {
    let facts = try Self.facts(lack.change)
    #expect(GPUTile.all(.f16Matrix, facts).isEmpty)
    #expect(GPUPath(isHalf: true, on: facts) == .f16)
  }

  @Test("Tiles take no more shared memory and no larger workgroups than the device has")
  func tiles() throws {
    func rows(_ change: (inout faulty_settings) -> Void) throws -> [Int] {
      GPUTile.all(.f16Matrix, try Self.facts(change)).map(\.rows)
    }
    #expect(try rows { _ in } == [128, 128, 64, 64, 64, 32])
    #expect(try rows { $0.shared_bytes = 20_000 } == [64, 64, 64, 32])
    #expect(try rows { $0.shared_bytes = 7000 } == [32])
    #expect(try rows { $0.lanes = 128 }.contains(128))
  }

  @Test(
    "Devices whose matrices are known as slow or wrong do without, with the reason",
    arguments: [
      (0x8086, 8, "slower than without them before Xe2"), (0x5143, 8, "not right on this vendor's GPUs"),
      (0x13b5, 8, "not right on this vendor's GPUs"),
    ])
  func denied(vendor: UInt32, lanes: UInt32, reason: String) throws {
    let facts = try Self.facts { $0.vendor = vendor }
    #expect(facts.deniedMatrices == reason && facts.matrix == nil)
    #expect(try Self.facts { $0.vendor = 0x10de }.matrix != nil)
  }
}
