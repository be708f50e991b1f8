import CKernels

/// What the scalar reference needs of a model: its operations on windows of one length, and BatchNorm as
/// factor and addend. The weights stay where they are.
final class ReferenceWeights: Sendable {
  let model: Model
  let operations: [Operation]
  let norms: [String: (scale: [Float], bias: [Float])]
  /// The numbers of the values that no operation needs behind the one of this number.
  let lastUses: [Int: [Int]]

  init(_ model: Model, frames: Int) throws(ModelError) {
    self.model = model
    var norms: [String: (scale: [Float], bias: [Float])] = [:]
    for conv in model.network.convolutions {
      let norm = try model.foldedNorm(conv)
      norms[conv.name] = (norm.scale.map { Float($0) }, norm.bias.map { Float($0) })
    }
    self.norms = norms
    operations = try model.network.operations(frames: frames)
    var lastUses: [Int: Int] = [:]
    for operation in operations {
      lastUses[operation.input.number] = operation.output.number
      if case .convolution(_, let residual?) = operation.kind {
        lastUses[residual.number] = operation.output.number
      }
    }
    self.lastUses = Dictionary(grouping: lastUses.keys) { lastUses[$0] ?? 0 }
  }
}

/// Runs a network by the plain loops of the scalar reference: minutes a window, and what right means.
final class ReferenceExecutor: Executor {
  private let weights: ReferenceWeights

  init(_ weights: ReferenceWeights) { self.weights = weights }

  var byteCount: Int? { nil }

  func table() -> PlanTable? { nil }

  func run(_ windows: [[Sample]]) -> [Prediction] {
    windows.map { window in
      var (features, logits): ([Float], [Float]) = ([], [])
      forward(window) { operation, values in
        if case .pool = operation.kind { features = values }
        logits = values
      }
      return Prediction(logits: logits, features: features)
    }
  }

  func trace(_ window: [Sample]) -> [(name: String, values: [Float])] {
    var steps: [(name: String, values: [Float])] = []
    forward(window) { operation, values in
      guard case .convolution = operation.kind else { return }
      if steps.last?.name == operation.module { steps.removeLast() }
      steps.append((operation.module, values))
    }
    return steps
  }

  private func forward(_ window: [Sample], done: (Operation, [Float]) -> Void) {
    var values = [0: (0..<3).flatMap { channel in window.flatMap { $0.plane(channel) } }]
    for operation in weights.operations {
      let result = apply(operation, values[operation.input.number] ?? [], values)
      values[operation.output.number] = result
      for number in weights.lastUses[operation.output.number] ?? [] { values[number] = nil }
      done(operation, result)
    }
  }

  private func apply(_ operation: Operation, _ x: [Float], _ values: [Int: [Float]]) -> [Float] {
    let (input, output) = (operation.input, operation.output)
    let size = output.size
    var result = [Float](repeating: 0, count: output.channels * size.t * size.y * size.x)
    switch operation.kind {
    case .convolution(let conv, let residual):
      guard let norm = weights.norms[conv.name] else { return [] }
      var geometry = conv.geometry
      weights.model.withTensor("\(conv.name).weight") { weight in
        r2_reference_conv(
          &geometry, x, Int32(input.size.t), Int32(input.size.y), Int32(input.size.x), weight.baseAddress,
          norm.scale, norm.bias, residual.flatMap { values[$0.number] }, conv.relu ? 1 : 0, &result)
      }
    case .pool:
      let count = input.size.t * input.size.y * input.size.x
      r2_reference_pool(x, Int32(input.channels), Int32(count), &result)
    case .linear:
      r2_reference_linear(
        x, weights.model.values("fc.weight"), weights.model.values("fc.bias"), Int32(output.channels),
        Int32(input.channels), &result)
    }
    return result
  }
}
