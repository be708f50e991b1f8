import CKernels

package struct EngineOptions: Sendable {
  /// Threads of the network, at least 1.
  package var threads: Int
  package var precision: Precision
  /// nil: `$R2P1D_ISA`, else the best of this CPU.
  package var instructionSet: InstructionSet?

  package init(threads: Int, precision: Precision = .f32, instructionSet: InstructionSet? = nil) {
    self.threads = max(1, threads)
    self.precision = precision
    self.instructionSet = instructionSet
  }
}

/// What the network says of one window.
package struct Prediction: Sendable {
  package let logits: [Float]  // one a class
  package let features: [Float]  // the values before the classifier
}

/// A network ready to run on windows of one length: plan, packed weights, threads and the one workspace. Used by one
/// thread at a time.
package final class Predictor {
  package let frames: Int
  package let batch: Int
  package let instructionSet: InstructionSet
  package let threads: Int
  /// What is used; f32 where the instruction set lacks what was asked for.
  package let precision: Precision
  private let engine: Engine

  private enum Engine {
    case planned(PlannedForward)
    case reference(ReferenceForward)
  }

  /// - Parameters:
  ///   - frames: samples in a window.
  ///   - batch: most windows in one call of ``predict(_:)``.
  package init(_ model: Model, frames: Int, batch: Int = 1, options: EngineOptions) throws(ModelError) {
    let set: InstructionSet
    if let wanted = options.instructionSet { set = wanted } else { set = try .current() }
    instructionSet = set
    self.frames = frames
    self.batch = max(1, batch)
    threads = options.threads
    guard frames > 0 else { throw .frames(frames, network: model.network.name) }
    precision = options.precision.isAvailable(on: set) ? options.precision : .f32
    if set == .scalar {
      engine = .reference(try ReferenceForward(model, frames: frames))
    } else {
      guard let kernels = set.kernels else { throw .instructionSetMissing(set.rawValue) }
      engine = .planned(
        try PlannedForward(
          model, frames: frames, windows: self.batch, precision: precision, kernels: kernels,
          threads: options.threads))
    }
  }

  /// One prediction a window, in order. A window is `frames` samples; any number of windows will do, `batch` of them
  /// are run at a time.
  package func predict(_ windows: [[Sample]]) -> [Prediction] {
    stride(from: 0, to: windows.count, by: batch).flatMap { start in
      let part = Array(windows[start..<min(start + batch, windows.count)])
      precondition(part.allSatisfy { $0.count == frames }, "a window has \(frames) samples")
      return switch engine {
      case .planned(let forward): forward.run(part)
      case .reference(let forward): part.map { forward.run($0) }
      }
    }
  }

  /// Bytes of packed weights, activations and scratch that this predictor holds; nil for the scalar reference.
  package var byteCount: Int? {
    if case .planned(let forward) = engine { return forward.byteCount }
    return nil
  }

  /// The plan, a line a layer; nil for the scalar reference, which has none.
  package var plan: PlanTable? {
    get throws(ModelError) {
      if case .planned(let forward) = engine { return try forward.table() }
      return nil
    }
  }

  /// Activations after every step of one window, in torch's order [C, T, H, W]: what golden tests compare layer by layer.
  package func trace(_ window: [Sample]) -> [(name: String, values: [Float])] {
    switch engine {
    case .planned(let forward): forward.trace(window)
    case .reference(let forward): forward.trace(window)
    }
  }
}
