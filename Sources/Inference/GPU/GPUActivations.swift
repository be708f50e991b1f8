/// The activations of a batch of windows in a GPU's memory: one batch after another has them, in the order in
/// which they are submitted.
final class GPUActivations {
  /// Most windows.
  let windows: Int
  private let plan: GPUPlan
  private let slots: [GPUBuffer]

  init(_ weights: GPUWeights, windows: Int) throws(ModelError) {
    plan = weights.plan
    self.windows = windows
    var slots: [GPUBuffer] = []
    for count in weights.plan.slotCounts {
      slots.append(
        try GPUBuffer(weights.device, bytes: windows * count * weights.device.elementBytes))
    }
    self.slots = slots
  }

  var byteCount: Int { slots.reduce(0) { $0 + $1.bytes } }

  func slot(of activation: Activation) -> GPUBuffer {
    guard let slot = plan.slots[activation.number] else { preconditionFailure("no slot") }
    return slots[slot]
  }
}
