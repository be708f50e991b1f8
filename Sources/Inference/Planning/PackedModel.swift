import CKernels

/// A network made ready to run on windows of one length, for any number of workers at once: planned, its
/// weights packed for one instruction set and one precision. Nothing of it changes; what a worker writes to
/// is its ``Predictor``'s.
package final class PackedModel: Sendable {
  package let network: VideoResNet
  /// Samples in a window.
  package let frames: Int
  /// Most windows in one run.
  package let batch: Int
  package let instructionSet: InstructionSet
  /// What is used; f32 where the instruction set lacks what was asked for.
  package let precision: PrecisionPolicy
  let content: Content
  /// The GPU that computes; nil for the CPU.
  package var gpu: GPUDevice? {
    if case .gpu(let weights) = content { return weights.device }
    return nil
  }

  enum Content: Sendable {
    case planned(PlannedWeights)
    case reference(ReferenceWeights)
    case gpu(GPUWeights)
  }

  /// - Parameters:
  ///   - frames: samples in a window.
  ///   - batch: most windows in one run.
  package init(_ model: Model, frames: Int, batch: Int = 1, options: EngineOptions) throws(ModelError) {
    let set: InstructionSet
    if let wanted = options.instructionSet { set = wanted } else { set = try .current() }
    network = model.network
    instructionSet = set
    self.frames = frames
    self.batch = max(1, batch)
    let precision = options.precision
    guard precision.runs(onGPU: options.gpu != nil) else {
      throw .precision(precision, onGPU: options.gpu != nil)
    }
    if let gpu = options.gpu {
      precondition(gpu.isHalf == (precision == .f16), "a GPU is opened for one precision")
      self.precision = precision
      let plan = try GPUPlan(network, frames: frames, channelStep: gpu.path.channelStep)
      content = .gpu(try GPUWeights(model, plan, gpu))
      return
    }
    self.precision = precision.isAvailable(on: set) ? precision : .f32
    if set == .scalar {
      content = .reference(try ReferenceWeights(model, frames: frames))
    } else {
      guard let kernels = set.kernels else { throw .instructionSetMissing(set.rawValue) }
      let plan = try Plan(network, frames: frames, windows: self.batch, precision: self.precision)
      content = .planned(try PlannedWeights(model, plan, kernels, ThreadPool(threads: options.threads)))
    }
  }

  /// Bytes of packed weights; nil for the scalar reference, which reads the checkpoint's.
  package var byteCount: Int? {
    switch content {
    case .planned(let weights): weights.byteCount
    case .gpu(let weights): weights.byteCount
    case .reference: nil
    }
  }
}

/// A plan with its weights packed for the kernels that run it.
final class PlannedWeights: @unchecked Sendable {  // C reads what it points to, and writes none of it
  let plan: Plan
  let kernels: UnsafePointer<r2_kernels>
  let classifier: Arena  // fc.weight, then fc.bias
  let convolutions: Arena

  init(
    _ model: Model, _ plan: Plan, _ kernels: UnsafePointer<r2_kernels>, _ threads: ThreadPool
  ) throws(ModelError) {
    self.plan = plan
    self.kernels = kernels
    convolutions = try Self.pack(plan.convolutions, of: model, for: kernels, threads)
    classifier = try Self.classifier(of: model)
  }

  var byteCount: Int { (convolutions.count + classifier.count) * MemoryLayout<Float>.stride }

  private static func pack(
    _ convolutions: [PlannedConv], of model: Model, for kernels: UnsafePointer<r2_kernels>,
    _ threads: ThreadPool
  ) throws(ModelError) -> Arena {
    let sizes = convolutions.map { (Int(r2_conv_weight_floats($0.kernel)) + 15) & ~15 }
    let arena = try Arena(floats: sizes.reduce(0, +))
    var place = arena.base
    for (conv, size) in zip(convolutions, sizes) {
      r2_conv_place(conv.kernel, place)
      place += size
      let norm = try model.foldedNorm(conv.conv)
      let name = "\(conv.conv.name).weight"
      let finite = model.withTensor(name) { weights in
        threads.run(Int(conv.kernel.pointee.panels)) { panel, _ in
          conv.pack(weights, scale: norm.scale, bias: norm.bias, panel: panel, for: kernels)
        }
      }
      guard finite else { throw model.notFinite([name]) }
      model.release(name)
    }
    return arena
  }

  private static func classifier(of model: Model) throws(ModelError) -> Arena {
    let arena = try Arena(floats: model.network.classes * (model.network.features + 1))
    var at = arena.base
    for name in ["fc.weight", "fc.bias"] {
      let finite = model.withTensor(name) { values in
        at.update(from: values.baseAddress ?? UnsafePointer(at), count: values.count)
        at += values.count
        return values.allSatisfy(\.isFinite)
      }
      guard finite else { throw model.notFinite([name]) }
    }
    return arena
  }
}
