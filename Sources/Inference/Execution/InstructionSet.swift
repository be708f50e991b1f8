import CKernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The instructions that the kernels use. `scalar` runs the plain reference loops: slow, and what right
/// means.
package enum InstructionSet: String, CaseIterable, Sendable {
  case scalar, portable, dotprod, i8mm, avx2, avxvnni, avx512

  /// The kernels' table; nil for `scalar` and where this CPU lacks the instructions.
  var kernels: UnsafePointer<r2_kernels>? {
    switch self {
    case .scalar: nil
    case .portable: r2_kernels_of(R2_PORTABLE)
    case .dotprod: r2_kernels_of(R2_DOTPROD)
    case .i8mm: r2_kernels_of(R2_I8MM)
    case .avx2: r2_kernels_of(R2_AVX2)
    case .avxvnni: r2_kernels_of(R2_AVXVNNI)
    case .avx512: r2_kernels_of(R2_AVX512)
    }
  }

  /// The table whose products in double are to be used; every set has one.
  package var denseKernels: UnsafePointer<r2_kernels> {
    guard let table = kernels ?? r2_kernels_of(R2_SCALAR) else {
      preconditionFailure("scalar is always there")
    }
    return table
  }

  /// Whether it has instructions for products of this type; the reference loops know float32 alone.
  func multiplies(_ type: OperandType) -> Bool {
    guard let kernels else { return type == .f32 }
    return r2_kernels_multiply(kernels, type.kernel) != 0
  }

  /// Whether its float32 is faster than products of this type.
  func isSlow(_ type: OperandType) -> Bool {
    guard let kernels else { return false }
    let slow = kernels.pointee.slow
    return [slow.0, slow.1, slow.2][Int(type.kernel.rawValue)] != 0
  }

  package var isAvailable: Bool { self == .scalar || kernels != nil }

  /// The fastest that this CPU has.
  package static var best: InstructionSet { allCases.last { $0.isAvailable } ?? .scalar }

  /// `$R2P1D_ISA` where it is set, else the best.
  package static func current() throws(ModelError) -> InstructionSet {
    guard let name = getenv("R2P1D_ISA").map({ String(cString: $0) }), !name.isEmpty else { return best }
    guard let set = InstructionSet(rawValue: name) else {
      throw .instructionSet(name, known: allCases.map(\.rawValue))
    }
    guard set.isAvailable else { throw .instructionSetMissing(name) }
    return set
  }
}
