import CVulkan

/// The way of one batch of windows through a GPU, used again once it has ended: its commands, what it sends
/// and what it gets back. Activations are its executor's.
final class GPUBatch {
  /// Windows that are under way.
  private(set) var count = 0
  let weights: GPUWeights
  let activations: GPUActivations
  let stream: GPUStream
  private let staging: GPUStaging
  private var sets: [Int32] = []  // of each operation
  private let fillSet: Int32

  var device: GPUDevice { weights.device }
  var plan: GPUPlan { weights.plan }
  /// Most windows.
  var windows: Int { activations.windows }

  init(_ weights: GPUWeights, _ activations: GPUActivations) throws(ModelError) {
    (self.weights, self.activations) = (weights, activations)
    stream = try GPUStream(weights.device, sets: weights.plan.operations.count + 1)
    staging = try GPUStaging(weights, windows: activations.windows)
    fillSet = try stream.bind(staging.fillBindings(activations))
    for operation in weights.plan.operations {
      sets.append(try stream.bind(staging.bindings(of: operation, weights, activations)))
    }
  }

  var byteCount: Int { staging.byteCount }

  /// Submits `windows`, which the GPU computes behind what was submitted before.
  func start(_ windows: [[Sample]]) throws(ModelError) {
    staging.write(windows)
    try stream.begin()
    try fill(windows.count)
    for index in plan.operations.indices { try record(index, windows: windows.count) }
    try stream.submit()
    count = windows.count
  }

  /// Waits for what was started.
  func finish() throws(ModelError) -> [Prediction] {
    defer { count = 0 }
    try stream.wait()
    return (0..<count).map { staging.prediction(of: $0) }
  }

  /// Looks the 8-bit samples up.
  private func fill(_ windows: Int) throws(ModelError) {
    let plane = plan.sampleSide * plan.sampleSide
    let pixels = windows * plan.frames * plane
    guard let window = plan.operations.first?.input else { return }
    try inParts(of: (pixels + 63) / 64, most: device.facts.groups) { (first, count) throws(ModelError) in
      try stream.dispatch(
        r2_gpu_kernel(R2_GPU_FILL), fillSet, [plane, pixels, first, plan.groups(window)], groups: (count, 1))
    }
  }

  /// Records an operation for so many windows, behind what went before.
  func record(_ index: Int, windows: Int) throws(ModelError) {
    stream.barrier()
    let operation = plan.operations[index]
    let (input, output) = (operation.input, operation.output)
    switch operation.kind {
    case .convolution(let conv, let residual):
      try GPUConvolution(conv, input, adds: residual != nil).record(
        on: stream, set: sets[index], windows: windows)
    case .pool:
      let count = windows * plan.groups(input)
      try stream.dispatch(
        r2_gpu_kernel(R2_GPU_POOL), sets[index],
        [input.positions, plan.groups(input), count], groups: ((count + 63) / 64, 1))
    case .linear:
      try inParts(of: (output.channels + 63) / 64, most: device.facts.groups) {
        (first, count) throws(ModelError) in
        try stream.dispatch(
          r2_gpu_kernel(R2_GPU_LINEAR), sets[index],
          [input.channels, plan.groups(input) * 4, output.channels, first], groups: (count, windows))
      }
    }
  }

  /// The activations of every step of one window.
  func trace(_ window: [Sample]) throws(ModelError) -> [(name: String, values: [Float])] {
    var steps: [(name: String, values: [Float])] = []
    staging.write([window])
    try stream.begin()
    try fill(1)
    try stream.finish()
    for (index, operation) in plan.operations.enumerated() {
      guard case .convolution = operation.kind else { break }
      let host = try GPUBuffer(
        device, bytes: plan.paddedCount(operation.output) * device.elementBytes, R2_GPU_READ_BACK)
      try stream.begin()
      try record(index, windows: 1)
      stream.barrier()
      stream.copy(host.bytes, from: activations.slot(of: operation.output), to: host)
      try stream.finish()
      if steps.last?.name == operation.module { steps.removeLast() }
      steps.append((operation.module, host.planar(operation.output, of: plan, isHalf: device.isHalf)))
    }
    return steps
  }
}
