import CVulkan

/// Runs a network's operations on a GPU: owns its stream and its activations there.
final class GPUExecutor: Executor {
  private let weights: GPUWeights
  private let stream: GPUStream
  private let memory: GPUMemory
  /// Most windows in one run: what was asked for, or as many as the GPU has memory for.
  let windows: Int
  private var sets: [Int32] = []  // of each operation
  private let fillSet: Int32

  private var device: GPUDevice { weights.device }
  private var plan: GPUPlan { weights.plan }

  init(_ weights: GPUWeights, windows wanted: Int) throws(ModelError) {
    self.weights = weights
    let most = weights.plan.windows(
      bindingBytes: weights.device.facts.bindingBytes, elementBytes: weights.device.elementBytes)
    guard most > 0 else {
      throw .gpu(
        GPUFailure(
          .limit,
          "a window of \(weights.plan.frames) samples does not fit the \(weights.device.facts.bindingBytes) "
            + "bytes that the GPU's shaders see at once"))
    }
    memory = try GPUMemory.fitting(weights, windows: min(wanted, most))
    windows = memory.windows
    stream = try GPUStream(weights.device, sets: weights.plan.operations.count + 1)
    fillSet = try stream.bind(memory.fillBindings)
    for operation in weights.plan.operations {
      sets.append(try stream.bind(memory.bindings(of: operation, weights)))
    }
  }

  /// Of what it does not share.
  var byteCount: Int? { memory.byteCount }

  func table() -> PlanTable? { nil }

  func run(_ windows: [[Sample]]) throws(ModelError) -> [Prediction] {
    var predictions: [Prediction] = []
    for start in stride(from: 0, to: windows.count, by: self.windows) {
      let part = Array(windows[start..<min(start + self.windows, windows.count)])
      memory.write(part)
      try stream.begin()
      try fill(part.count)
      for index in plan.operations.indices { try record(index, windows: part.count) }
      try stream.finish()
      guard !memory.hasOverflowed else { throw .gpu(Self.overflow) }
      predictions += part.indices.map { memory.prediction(of: $0) }
    }
    return predictions
  }

  private static let overflow = GPUFailure(.overflow, "a value is larger than float16 holds")

  /// Looks the 8-bit samples up.
  private func fill(_ windows: Int) throws(ModelError) {
    let plane = plan.sampleSide * plan.sampleSide
    let pixels = windows * plan.frames * plane
    let kernel = r2_gpu_kernel(shader: R2_GPU_FILL, rows: 0, columns: 0)
    try inParts(of: (pixels + 63) / 64, most: device.facts.groups) { (first, count) throws(ModelError) in
      try stream.dispatch(kernel, fillSet, [plane, pixels, first], groups: (count, 1))
    }
  }

  /// Records an operation for so many windows, behind what went before.
  private func record(_ index: Int, windows: Int) throws(ModelError) {
    stream.barrier()
    let operation = plan.operations[index]
    let (input, output) = (operation.input, operation.output)
    switch operation.kind {
    case .convolution(let conv, let residual):
      try GPUConvolution(conv, input, adds: residual != nil).record(
        on: stream, set: sets[index], windows: windows)
    case .pool:
      let count = windows * input.groups
      try stream.dispatch(
        r2_gpu_kernel(shader: R2_GPU_POOL, rows: 0, columns: 0), sets[index],
        [input.positions, input.groups, count], groups: ((count + 63) / 64, 1))
    case .linear:
      try inParts(of: (output.channels + 63) / 64, most: device.facts.groups) {
        (first, count) throws(ModelError) in
        try stream.dispatch(
          r2_gpu_kernel(shader: R2_GPU_LINEAR, rows: 0, columns: 0), sets[index],
          [input.channels, input.groups * 4, output.channels, first], groups: (count, windows))
      }
    }
  }

  func trace(_ window: [Sample]) throws(ModelError) -> [(name: String, values: [Float])] {
    var steps: [(name: String, values: [Float])] = []
    memory.write([window])
    try stream.begin()
    try fill(1)
    try stream.finish()
    for (index, operation) in plan.operations.enumerated() {
      guard case .convolution = operation.kind else { break }
      let host = try GPUBuffer(
        device, bytes: operation.output.paddedCount * device.elementBytes, R2_GPU_READ_BACK)
      try stream.begin()
      try record(index, windows: 1)
      stream.barrier()
      stream.copy(host.bytes, from: memory.slot(of: operation.output), to: host)
      try stream.finish()
      if steps.last?.name == operation.module { steps.removeLast() }
      steps.append((operation.module, host.planar(operation.output, isHalf: device.isHalf)))
    }
    return steps
  }
}

/// One convolution as it is dispatched.
struct GPUConvolution {
  let conv: ConvNorm
  let input: Activation
  let adds: Bool

  init(_ conv: ConvNorm, _ input: Activation, adds: Bool) {
    (self.conv, self.input, self.adds) = (conv, input, adds)
  }

  func record(on stream: GPUStream, set: Int32, windows: Int) throws(ModelError) {
    let device = stream.device
    let size = conv.output(of: input.size)
    let outGroups = (conv.outChannels + 3) / 4
    let pixels = windows * size.t * size.y * size.x
    let kernel = device.tile(for: conv.outChannels)
    let (rows, columns) = (Int(kernel.rows), Int(kernel.columns))
    let y = (conv.outChannels + columns - 1) / columns
    let taps = conv.kernel.t * conv.kernel.y * conv.kernel.x
    let groupWork = Double(rows * columns * y) * Double(taps * input.groups * 4)
    let most = min(device.facts.groups, max(Int(device.submitWork / groupWork), 1))
    try inParts(of: (pixels + rows - 1) / rows, most: most) { (first, count) throws(ModelError) in
      let push = [
        pixels, first, input.size.t, input.size.y, input.size.x, size.t, size.y, size.x, input.groups,
        outGroups, conv.kernel.t, conv.kernel.y, conv.kernel.x, conv.stride.t, conv.stride.y, conv.stride.x,
        conv.padding.t, conv.padding.y, conv.padding.x, conv.relu ? 1 : 0, adds ? 1 : 0,
      ]
      try stream.dispatch(kernel, set, push, groups: (count, y), work: groupWork * Double(count))
    }
  }
}

/// Calls `body` with the first and the number of every part of at most `most` of `count` things.
private func inParts(
  of count: Int, most: Int, _ body: (_ first: Int, _ count: Int) throws(ModelError) -> Void
) throws(ModelError) {
  var first = 0
  while first < count {
    let part = min(most, count - first)
    try body(first, part)
    first += part
  }
}
