import CKernels

/// A plan as people read it: a row a step, with what it costs and, measured, how much of the machine's peak
/// it draws.
package struct PlanTable: Sendable {
  package struct Row: Sendable {
    package let layer: String
    package let shape: String
    package let algorithm: String
    package let directMultiplyAdds: Double
    package let multiplyAdds: Double  // that the algorithm does
    package let weightBytes: Int
    package let seconds: Double
  }

  /// Multiply-adds a second of the micro-kernel on operands that stay in the first cache, all threads
  /// together: the peak in practice. Nil of a GPU.
  package let peak: Double?

  package let rows: [Row]
  package let activationBytes: Int
  package let scratchBytes: Int
  package let weightBytes: Int

  /// Of a GPU.
  init(rows: [Row], activationBytes: Int, scratchBytes: Int, weightBytes: Int) {
    (peak, self.rows) = (nil, rows)
    self.activationBytes = activationBytes
    self.scratchBytes = scratchBytes
    self.weightBytes = weightBytes
  }

  init(_ weights: PlannedWeights, scratchFloats: Int, peak: Double, time: (_ runs: Int) -> [Double]) {
    let seconds = time(7)
    let plan = weights.plan
    self.peak = peak
    rows = zip(plan.steps, seconds).map { step, seconds in
      let convs = [step.first] + (step.second.map { [$0] } ?? [])
      return Row(
        layer: step.name,
        shape: convs.map { c in
          let k = c.conv.kernel
          return "\(c.conv.inChannels)→\(c.conv.outChannels) \(k.t)×\(k.y)×\(k.x)"
        }.joined(separator: ", ") + " on \(step.first.input.t)×\(step.first.input.y)×\(step.first.input.x)",
        algorithm: convs.map(\.algorithm.name).joined(separator: " + "),
        directMultiplyAdds: convs.reduce(0) { $0 + Double($1.conv.multiplyAdds(of: $1.input)) },
        multiplyAdds: convs.reduce(0) { $0 + r2_conv_multiply_adds($1.kernel) },
        weightBytes: convs.reduce(0) { $0 + Int(r2_conv_weight_floats($1.kernel)) * 4 },
        seconds: seconds)
    }
    activationBytes = plan.activationFloats * 4
    scratchBytes = scratchFloats * 4
    weightBytes = weights.convolutions.count * 4
  }
}
