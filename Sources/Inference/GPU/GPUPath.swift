import CVulkan

/// How a GPU computes convolutions; sums are float32.
package enum GPUPath: Sendable, Hashable {
  case f32
  /// Weights and activations in float16.
  case f16
  /// The same, on cooperative matrices: what vendors call tensor or matrix cores.
  case f16Matrix

  /// The best that a device has for a precision.
  package init(isHalf: Bool, on facts: GPUFacts) {
    self = !isHalf ? .f32 : GPUTile.all(.f16Matrix, facts).isEmpty ? .f16 : .f16Matrix
  }

  var isHalf: Bool { self != .f32 }

  /// `f32`, `f16`, `f16 on 16×16×16 matrices`
  package func name(on facts: GPUFacts) -> String {
    switch self {
    case .f32: return "f32"
    case .f16: return "f16"
    case .f16Matrix:
      let size = facts.matrix.map { " \($0.rows)×\($0.columns)×\($0.depth)" } ?? ""
      return "f16 on\(size) matrices"
    }
  }

  var code: r2_gpu_path {
    switch self {
    case .f32: R2_GPU_F32
    case .f16: R2_GPU_F16
    case .f16Matrix: R2_GPU_F16_MATRIX
    }
  }

  /// To whole groups of so many channels all are padded.
  var channelStep: Int { Int(r2_gpu_channel_step(code)) }
}
