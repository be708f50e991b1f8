import CVulkan

/// What the host sends to a GPU for a batch of windows, and what it gets back.
final class GPUStaging {
  private let plan: GPUPlan
  private let samples: GPUBuffer  // [sample][3][plane] bytes
  private let index: GPUBuffer  // a frame's sample, and its table
  private let tables: GPUBuffer  // [table][3][256]
  private let features: GPUBuffer
  private let logits: GPUBuffer
  private let flags: GPUBuffer  // a word a window: whether a value did not fit float16

  private var last: (pool: Operation, linear: Operation) { plan.last }

  /// For at most so many windows.
  init(_ weights: GPUWeights, windows: Int) throws(ModelError) {
    let (device, plan) = (weights.device, weights.plan)
    self.plan = plan
    let frames = windows * plan.frames
    let sampleBytes = 3 * plan.sampleSide * plan.sampleSide
    samples = try GPUBuffer(device, bytes: (frames * sampleBytes + 3) & ~3, R2_GPU_WRITTEN)
    index = try GPUBuffer(device, bytes: frames * 8, R2_GPU_WRITTEN)
    tables = try GPUBuffer(device, bytes: frames * 3 * 256 * 4, R2_GPU_WRITTEN)
    flags = try GPUBuffer(device, bytes: windows * 4, R2_GPU_READ_BACK)
    let (pool, linear) = plan.last
    features = try GPUBuffer(device, bytes: windows * plan.paddedCount(pool.output) * 4, R2_GPU_READ_BACK)
    logits = try GPUBuffer(device, bytes: windows * linear.output.channels * 4, R2_GPU_READ_BACK)
  }

  var byteCount: Int {
    [samples, index, tables, features, logits, flags].reduce(0) { $0 + $1.bytes }
  }

  // MARK: what shaders see

  func fillBindings(_ activations: GPUActivations) -> GPUStream.Bindings {
    guard let window = plan.operations.first?.input else { preconditionFailure("no operation") }
    return GPUStream.Bindings(
      input: samples, weights: index, finish: tables, output: activations.slot(of: window))
  }

  func bindings(
    of operation: Operation, _ weights: GPUWeights, _ activations: GPUActivations
  ) -> GPUStream.Bindings {
    switch operation.kind {
    case .convolution(let conv, let residual):
      guard let own = weights.convolutions[conv.name] else { preconditionFailure("\(conv.name): no weights") }
      return GPUStream.Bindings(
        input: activations.slot(of: operation.input), weights: own.weights, finish: own.finish,
        residual: residual.map(activations.slot), output: activations.slot(of: operation.output),
        flags: flags)
    case .pool:
      return GPUStream.Bindings(input: activations.slot(of: operation.input), output: features)
    case .linear:
      return GPUStream.Bindings(
        input: features, weights: weights.classifier, finish: weights.classifierBias, output: logits)
    }
  }

  // MARK: what the host writes and reads

  /// Each sample once, however many windows hold it.
  func write(_ windows: [[Sample]]) {
    let bytes = 3 * plan.sampleSide * plan.sampleSide
    let (place, table) = (samples.memory(of: UInt8.self), tables.memory(of: Float.self))
    var next = index.memory(of: UInt32.self)
    var samplePlaces: [ObjectIdentifier: Int] = [:]
    var tablePlaces: [ObjectIdentifier: Int] = [:]
    for sample in windows.joined() {
      let values = sample.values
      if tablePlaces[ObjectIdentifier(values)] == nil {
        (table + tablePlaces.count * 768).update(from: values.table, count: 768)
        tablePlaces[ObjectIdentifier(values)] = tablePlaces.count
      }
      if samplePlaces[ObjectIdentifier(sample)] == nil {
        (place + samplePlaces.count * bytes).update(from: sample.bytes, count: bytes)
        samplePlaces[ObjectIdentifier(sample)] = samplePlaces.count
      }
      next[0] = UInt32(samplePlaces[ObjectIdentifier(sample)] ?? 0)
      next[1] = UInt32(tablePlaces[ObjectIdentifier(values)] ?? 0)
      next += 2
    }
    flags.memory(of: UInt32.self).update(repeating: 0, count: windows.count)
  }

  func prediction(of window: Int) -> Prediction {
    let (pool, linear) = last
    func values(_ buffer: GPUBuffer, _ pitch: Int, _ count: Int) -> [Float] {
      Array(UnsafeBufferPointer(start: buffer.memory(of: Float.self) + window * pitch, count: count))
    }
    return Prediction(
      logits: values(logits, linear.output.channels, linear.output.channels),
      features: values(features, plan.paddedCount(pool.output), pool.output.channels),
      overflows: flags.memory(of: UInt32.self)[window] != 0)
  }
}

extension GPUBuffer {
  /// The activation that the host reads here, in torch's order [C, T, H, W].
  func planar(_ activation: Activation, of plan: GPUPlan, isHalf: Bool) -> [Float] {
    let pitch = plan.groups(activation) * 4
    let count = plan.paddedCount(activation)
    var values = [Float](repeating: 0, count: count)
    if isHalf {
      r2_gpu_widen(memory(of: UInt16.self), count, &values)
    } else {
      values = Array(UnsafeBufferPointer(start: memory(of: Float.self), count: count))
    }
    return (0..<activation.channels).flatMap { channel in
      (0..<activation.positions).map { values[$0 * pitch + channel] }
    }
  }
}
