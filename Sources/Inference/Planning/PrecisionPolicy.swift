import CKernels

/// How exactly the network computes: a policy that gives each convolution the type of its products' operands.
/// Sums, activations and everything but convolutions are float32 in all of them.
package enum PrecisionPolicy: String, CaseIterable, Sendable {
  /// Everything in float32.
  case f32
  /// Operands of products rounded to 8 bits of mantissa, but in the stem and layer1, which decide the
  /// accuracy.
  case bf16
  /// Products of 8-bit integers everywhere but in the stem, whose scales come from the values at hand:
  /// nothing to calibrate.
  case int8
  /// Weights and activations of 16 bits, sums of float32, on GPUs alone.
  case f16

  /// Whether GPUs compute in it, or CPUs.
  package func runs(onGPU: Bool) -> Bool {
    switch self {
    case .f32: true
    case .bf16, .int8: !onGPU
    case .f16: onGPU
    }
  }

  /// The operands of `conv`'s products.
  func operands(of conv: ConvNorm) -> OperandType {
    switch self {
    case .f32: .f32
    case .bf16: conv.layer <= 1 ? .f32 : .bf16
    case .f16: .f32
    case .int8: conv.layer == 0 || conv.productDepth > OperandType.int8.largestDepth ? .f32 : .int8
    }
  }

  /// The types that convolutions may be given.
  var operandTypes: [OperandType] {
    switch self {
    case .f32, .f16: [.f32]
    case .bf16: [.f32, .bf16]
    case .int8: [.f32, .int8]
    }
  }

  /// Whether `set` has the instructions for it.
  package func isAvailable(on set: InstructionSet) -> Bool { operandTypes.allSatisfy(set.multiplies) }

  /// Whether float32 is faster with the instructions of `set`.
  package func isSlow(on set: InstructionSet) -> Bool { operandTypes.contains(where: set.isSlow) }
}

/// What the operands of a convolution's products are made of.
enum OperandType: String, CaseIterable, Sendable {
  case f32, bf16, int8

  var kernel: r2_operand_type {
    switch self {
    case .f32: R2_F32
    case .bf16: R2_BF16
    case .int8: R2_INT8
    }
  }

  /// Channels that share a line of 64 bytes.
  var channelsPerLine: Int {
    switch self {
    case .f32: 16
    case .bf16: 32
    case .int8: 64
    }
  }

  /// Outputs of the largest Winograd tile that loses no more than the operands' own rounding.
  var largestTile: Int {
    switch self {
    case .f32: 8
    case .bf16, .int8: 4
    }
  }

  /// Most products that a sum may have: 32 bits hold that many of 8-bit integers, whatever these are.
  var largestDepth: Int {
    switch self {
    case .f32, .bf16: .max
    case .int8: Int(Int32.max) / (127 * (255 + 128))
    }
  }

  /// Whether products read activations where they lie.
  var isActivations: Bool { self == .f32 }

  /// Outputs in space of the Winograd tiles of a convolution that has `output` of them and `weights` to read
  /// for so few.
  func spatialTile(_ output: Extent, windows: Int) -> Int {
    switch self {
    // 56 are eight tiles of 7; where there are fewer outputs, what their products save goes to more weights
    case .f32 where output.y >= 48: 7
    case .f32, .bf16: output.y <= 7 && windows * output.t < 6 ? 2 : 4
    // 8 bits gain little from larger tiles at 7 × 7, and F2 loses a third of what F4 does
    case .int8: output.y <= 7 ? 2 : 4
    }
  }

  /// Outputs in space of the Winograd tiles of the four phases of stride 2; nil where taps are better summed
  /// directly.
  func phaseTile(_ output: Extent, foldsTaps: Bool) -> Int? {
    switch self {
    // At 14 × 14 tiles of 4 would take 11 times the weights, tiles of 2 take 2.8 times. Where temporal taps
    // are folded in, products with zeros are not left out, and tiles of 2 would save nothing.
    case .f32, .bf16: output.y > 14 ? 4 : output.y > 7 && !foldsTaps ? 2 : nil
    // Whole tiles alone save more products than their transforms cost. Folded, they multiply more zeros.
    case .int8: output.y > 14 && !foldsTaps ? 4 : nil
    }
  }

  /// Frames of a Winograd tile in time for `frames` outputs; nil where taps are better summed directly.
  func temporalTile(_ frames: Int) -> Int? {
    switch self {
    case .f32, .bf16: frames == 1 ? nil : frames == 2 ? 2 : frames % 8 == 0 ? largestTile : 4
    case .int8: frames < 4 ? nil : 4
    }
  }
}

extension ConvNorm {
  /// Products in one sum, at most: taps, or the phases that stand for them, of every channel.
  fileprivate var productDepth: Int {
    kernel.t * max(kernel.y * kernel.x, 4) * ((inChannels + 15) / 16 * 16)
  }
}
