import Inference

extension Network {
  /// The numbers that the network computes with. A CPU without the instructions for one uses `f32`; `bf16`
  /// and `int8` are CPUs' alone, `f16` is GPUs'.
  public enum Precision: String, Sendable, CaseIterable {
    case f32
    /// A little less exact, and faster where the CPU multiplies bfloat16 at twice the rate of float32.
    case bf16
    /// Products of 8-bit integers, scaled by the values at hand: the fastest, and the least exact.
    case int8
    /// Weights and activations of 16 bits with sums of float32.
    case f16

    /// Whether GPUs compute in it, or CPUs.
    public func runs(onGPU: Bool) -> Bool { engine.runs(onGPU: onGPU) }
  }
}

extension Network.Precision {
  /// The fastest of the instruction set in use: 8-bit products where it has them. Not measured, so the same
  /// machine gives the same answers.
  public static var fastest: Network.Precision {
    guard let set = try? InstructionSet.current() else { return .f32 }
    return PrecisionPolicy.int8.isAvailable(on: set) ? .int8 : .f32
  }

  /// Whether it gains nothing: the CPU has the instructions, but float32 is faster. By their kind, not by
  /// timing.
  public var isSlowerThanF32: Bool {
    guard let set = try? InstructionSet.current() else { return false }
    return engine.isSlow(on: set)
  }

  /// About what logits are off by: the root mean square error, as a share of that of the logits. Measured on
  /// r2plus1d_18 of seeded weights against float64; the largest of the instruction sets.
  public var logitError: Double {
    switch self {
    case .f32: 1e-6
    case .bf16: 5e-3
    case .int8: 1.5e-2
    case .f16: 1e-3
    }
  }

  /// The engine's policy of the same name.
  var engine: PrecisionPolicy {
    switch self {
    case .f32: .f32
    case .bf16: .bf16
    case .int8: .int8
    case .f16: .f16
    }
  }

  init(_ engine: PrecisionPolicy) {
    switch engine {
    case .f32: self = .f32
    case .bf16: self = .bf16
    case .int8: self = .int8
    case .f16: self = .f16
    }
  }
}
