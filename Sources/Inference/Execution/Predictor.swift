import CKernels

/// What the network says of one window.
package struct Prediction: Sendable {
  package let logits: [Float]  // one a class
  package let features: [Float]  // the values before the classifier
  /// Whether a value on the way was larger than float16 holds: then the others mean nothing.
  package var overflows = false
}

/// One worker's way through a network: a model that others may share, and the threads and the memory for
/// activations that it has to itself. Used by one thread at a time.
package final class Predictor {
  package let model: PackedModel
  private let executor: any Executor

  package init(_ model: PackedModel, threads: Int) throws(ModelError) {
    self.model = model
    executor =
      switch model.content {
      case .planned(let weights): try CPUExecutor(weights, ThreadPool(threads: max(1, threads)))
      case .reference(let weights): ReferenceExecutor(weights)
      case .gpu(let weights): try GPUExecutor(weights, windows: model.batch)
      }
  }

  /// A worker with a model of its own.
  package convenience init(
    _ model: Model, frames: Int, batch: Int = 1, options: EngineOptions
  ) throws(ModelError) {
    try self.init(
      try PackedModel(model, frames: frames, batch: batch, options: options), threads: options.threads)
  }

  /// Where the executor computes beside its caller, which then can have several batches under way.
  package var queue: (any PredictionQueue)? { executor as? any PredictionQueue }

  package var frames: Int { model.frames }
  package var precision: PrecisionPolicy { model.precision }

  /// One prediction a window, in order. A window is `frames` samples; any number of windows will do, the
  /// model's `batch` of them are run at a time.
  package func predict(_ windows: [[Sample]]) throws(ModelError) -> [Prediction] {
    var predictions: [Prediction] = []
    for start in stride(from: 0, to: windows.count, by: model.batch) {
      let part = Array(windows[start..<min(start + model.batch, windows.count)])
      check(part)
      predictions += try executor.run(part)
    }
    return predictions
  }

  private func check(_ windows: [[Sample]]) {
    precondition(windows.allSatisfy { $0.count == frames }, "a window has \(frames) samples")
    let side = model.network.sampleSide
    precondition(windows.allSatisfy { $0.allSatisfy { $0.side == side } }, "a sample is \(side) × \(side)")
  }

  /// Begins a batch of at most so many windows as ``queue`` says, which has room.
  package func start(_ windows: [[Sample]], in queue: any PredictionQueue) throws(ModelError) {
    check(windows)
    try queue.start(windows)
  }

  /// Bytes of packed weights, shared or not, activations and scratch; nil for the scalar reference.
  package var byteCount: Int? {
    guard let shared = model.byteCount, let own = executor.byteCount else { return nil }
    return shared + own
  }

  /// The plan, a line a layer; nil for the scalar reference, which has none.
  package var plan: PlanTable? {
    get throws(ModelError) { try executor.table() }
  }

  /// Activations after every step of one window, in torch's order [C, T, H, W]: what golden tests compare
  /// layer by layer.
  package func trace(_ window: [Sample]) throws(ModelError) -> [(name: String, values: [Float])] {
    try executor.trace(window)
  }
}
