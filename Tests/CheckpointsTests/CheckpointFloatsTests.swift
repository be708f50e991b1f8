import Testing

@testable import Checkpoints

@Suite struct CheckpointFloatsTests {
  @Test("All 65,536 halves become the float of the same value")
  func halves() {
    for bits in UInt16.min...UInt16.max {
      let value = float(half: bits)
      let exponent = Int(bits >> 10) & 31
      let fraction = Float(bits & 0x3FF)
      // IEEE 754 binary16 written out.
      let magnitude: Float =
        switch exponent {
        case 0: Float(sign: .plus, exponent: -24, significand: fraction)
        case 31: fraction == 0 ? .infinity : .nan
        default: Float(sign: .plus, exponent: exponent - 25, significand: 1024 + fraction)
        }
      if magnitude.isNaN {
        #expect(value.isNaN && (value.bitPattern >> 13) & 0x3FF == UInt32(bits & 0x3FF))
      } else {
        #expect(value.bitPattern == (bits >> 15 == 1 ? -magnitude : magnitude).bitPattern)
      }
    }
  }

  @Test(
    "Elements keep their type and their bits",
    arguments: ["double.pth", "bfloat16-legacy.pth", "big-endian.pth"])
  func elements(file: String) throws {
    let tensor = try #require(try Checkpoint(contentsOf: Golden.path(file)).tensors["fc.bias"])
    let first = try #require(Golden.state["fc.bias"]).first
    tensor.withElements { elements in
      #expect(elements.count == 2 * tensor.elementType.size)
      switch tensor.elementType {
      case .float64: #expect(elements.loadUnaligned(as: Double.self) == first.map(Double.init))
      case .bfloat16:
        #expect(elements.loadUnaligned(as: UInt16.self) == first.map { UInt16($0.bitPattern >> 16) })
      default: #expect(elements.loadUnaligned(as: Float.self) == first)
      }
    }
  }
}
