/// Runs a network's operations on a GPU, two batches of windows at a time: while one is computed, the next
/// one is uploaded and waits behind it.
final class GPUExecutor: Executor, PredictionQueue {
  /// Most windows in a batch: what was asked for, or as many as the GPU has memory for.
  let windows: Int
  private let activations: GPUActivations
  private let batches: [GPUBatch]
  /// Of `batches`, those under way, in their order.
  private var underWay: [Int] = []

  init(_ weights: GPUWeights, windows wanted: Int) throws(ModelError) {
    let most = weights.plan.windows(
      bindingBytes: weights.device.facts.bindingBytes, elementBytes: weights.device.elementBytes)
    guard most > 0 else {
      throw .gpu(
        GPUFailure(
          .limit,
          "a window of \(weights.plan.frames) samples does not fit the \(weights.device.facts.bindingBytes) "
            + "bytes that the GPU's shaders see at once"))
    }
    (activations, batches) = try Self.memory(weights, windows: min(wanted, most))
    windows = activations.windows
  }

  /// For so many windows, or half as many, and so on down to one, as the GPU has memory for.
  private static func memory(
    _ weights: GPUWeights, windows: Int
  ) throws(ModelError) -> (GPUActivations, [GPUBatch]) {
    var windows = windows
    while true {
      do {
        let activations = try GPUActivations(weights, windows: windows)
        return (activations, [try GPUBatch(weights, activations), try GPUBatch(weights, activations)])
      } catch {
        guard case .gpu(let failure) = error, failure.kind == .outOfMemory || failure.kind == .limit,
          windows > 1
        else { throw error }
        windows /= 2
      }
    }
  }

  /// Of what it does not share.
  var byteCount: Int? { batches.reduce(activations.byteCount) { $0 + $1.byteCount } }

  func table() throws(ModelError) -> PlanTable? { try batches[0].table() }

  var isFull: Bool { underWay.count == batches.count }

  func start(_ windows: [[Sample]]) throws(ModelError) {
    precondition(!isFull && !windows.isEmpty && windows.count <= self.windows, "no room for a batch")
    guard let free = batches.indices.first(where: { !underWay.contains($0) }) else { return }
    try batches[free].start(windows)
    underWay.append(free)
  }

  func finish() throws(ModelError) -> [Prediction] {
    precondition(!underWay.isEmpty, "no batch is under way")
    return try batches[underWay.removeFirst()].finish()
  }

  func run(_ windows: [[Sample]]) throws(ModelError) -> [Prediction] {
    // What is under way when a batch fails is nobody's any more.
    defer { while !underWay.isEmpty { _ = try? finish() } }
    var predictions: [Prediction] = []
    for start in stride(from: 0, to: windows.count, by: self.windows) {
      if isFull { predictions += try finish() }
      try self.start(Array(windows[start..<min(start + self.windows, windows.count)]))
    }
    while !underWay.isEmpty { predictions += try finish() }
    guard !predictions.contains(where: \.overflows) else { throw .gpu(.overflow) }
    return predictions
  }

  func trace(_ window: [Sample]) throws(ModelError) -> [(name: String, values: [Float])] {
    try batches[0].trace(window)
  }
}
