import CKernels

/// How exactly the network computes: a policy that gives each convolution the type of its products' operands.
/// Sums, activations and everything but convolutions are float32 in all of them.
package enum Precision: String, CaseIterable, Sendable {
  /// Everything in float32.
  case f32
  /// Operands of products rounded to 8 bits of mantissa, but in the stem and layer1, which decide the accuracy.
  case bf16

  /// The operands of `conv`'s products.
  func operands(of conv: ConvNorm) -> OperandType {
    switch self {
    case .f32: .f32
    case .bf16: conv.layer <= 1 ? .f32 : .bf16
    }
  }

  /// The types that convolutions may be given.
  var operandTypes: [OperandType] {
    switch self {
    case .f32: [.f32]
    case .bf16: [.f32, .bf16]
    }
  }

  /// Whether `set` has the instructions for it.
  package func isAvailable(on set: InstructionSet) -> Bool { operandTypes.allSatisfy(set.multiplies) }
}

/// What the operands of a convolution's products are made of.
enum OperandType: String, CaseIterable, Sendable {
  case f32, bf16

  var kernel: r2_operand_type {
    switch self {
    case .f32: R2_F32
    case .bf16: R2_BF16
    }
  }

  /// Channels that share a line of 64 bytes.
  var channelsPerLine: Int {
    switch self {
    case .f32: 16
    case .bf16: 32
    }
  }

  /// Outputs of the largest Winograd tile that loses no more than the operands' own rounding.
  var largestTile: Int {
    switch self {
    case .f32: 8
    case .bf16: 4
    }
  }

  /// Whether products read activations where they lie.
  var isActivations: Bool { self == .f32 }
}
