package struct EngineOptions: Sendable {
  /// Threads of the network, at least 1.
  package var threads: Int
  package var precision: PrecisionPolicy
  /// nil: `$R2P1D_ISA`, else the best of this CPU.
  package var instructionSet: InstructionSet?
  /// The GPU that computes; nil for the CPU.
  package var gpu: GPUDevice?

  package init(threads: Int, precision: PrecisionPolicy = .f32, instructionSet: InstructionSet? = nil) {
    self.threads = max(1, threads)
    self.precision = precision
    self.instructionSet = instructionSet
  }
}
