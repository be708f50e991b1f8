import Checkpoints

/// A network and its weights by name, as they come: not folded, not packed, not planned.
package struct Model: Sendable {
  package let network: VideoResNet
  /// Added to BatchNorm's running variance: 1e-5 in torchvision, 1e-3 in the authors' own checkpoints. No
  /// checkpoint stores it.
  package let batchNormEpsilon: Double
  let weights: Weights

  indirect enum Weights: Sendable {
    case checkpoint(Checkpoint)
    /// `fc.…` of the one, all else of the other.
    case head(Checkpoint, on: Weights)
    case random(seed: UInt64, zeroInitResidual: Bool)
  }

  /// The network of `checkpoint`, its every tensor's presence and shape checked.
  package init(checkpoint: Checkpoint, batchNormEpsilon: Double = 1e-5) throws(ModelError) {
    let shapes = checkpoint.tensors.mapValues(\.shape)
    guard let network = VideoResNet(shapes: shapes) else {
      let example = shapes.keys.filter { $0.hasSuffix("stem.0.weight") }.min() ?? shapes.keys.min()
      throw .notAVideoResNet(
        source: checkpoint.path, tensors: shapes.count, example: example,
        missing: Self.missing(Set(shapes.keys)))
    }
    let problems = Self.problems(network, shapes)
    if !problems.isEmpty { throw .tensors(source: checkpoint.path, problems: problems) }
    self.network = network
    self.batchNormEpsilon = batchNormEpsilon
    weights = .checkpoint(checkpoint)
  }

  /// `backbone` with the classifier of another checkpoint, whose inputs have to be as many.
  package init(_ backbone: Model, head: Checkpoint) throws(ModelError) {
    var shapes = Dictionary(backbone.network.tensors.map { ($0.name, $0.shape) }) { first, _ in first }
    for name in ["fc.weight", "fc.bias"] { shapes[name] = head.tensors[name]?.shape }
    guard let network = VideoResNet(shapes: shapes) else {
      throw .tensors(source: head.path, problems: ["'fc.weight' is missing, or no matrix"])
    }
    let others = head.tensors.keys.filter { !$0.hasPrefix("fc.") }.sorted()
    let problems =
      Self.problems(network, shapes) + others.map { "\(quoted($0)) is not part of a classifier" }
    if !problems.isEmpty { throw .tensors(source: head.path, problems: problems) }
    self.network = network
    batchNormEpsilon = backbone.batchNormEpsilon
    weights = .head(head, on: backbone.weights)
  }

  /// The network called `name` with weights drawn from `seed` as torchvision initialises them.
  ///
  /// `zeroInitResidual` sets the weight of the last BatchNorm of each block to zero.
  package init(
    random name: String, seed: UInt64, classes: Int = 400, zeroInitResidual: Bool = false
  ) throws(ModelError) {
    guard let network = VideoResNet(named: name, classes: classes) else {
      throw .unknownNetwork(name: name, known: VideoResNet.names)
    }
    self.init(random: network, seed: seed, zeroInitResidual: zeroInitResidual)
  }

  /// `network` with random weights.
  init(random network: VideoResNet, seed: UInt64, zeroInitResidual: Bool = false) {
    self.network = network
    batchNormEpsilon = 1e-5
    weights = .random(seed: seed, zeroInitResidual: zeroInitResidual)
  }

  /// All that keeps tensors of `shapes` from being `network`'s: misshaped, missing, then unexpected ones.
  private static func problems(_ network: VideoResNet, _ shapes: [String: [Int]]) -> [String] {
    let expected = network.tensors
    let names = Set(expected.map(\.name))
    let misshaped = expected.compactMap { tensor -> String? in
      guard let shape = shapes[tensor.name], shape != tensor.shape else { return nil }
      return "'\(tensor.name)' is \(shape), expected \(tensor.shape)"
    }
    let missing = expected.filter { shapes[$0.name] == nil }.map { "'\($0.name)' \($0.shape) is missing" }
    let unexpected = shapes.keys.filter { !names.contains($0) && !$0.hasSuffix(".num_batches_tracked") }
      .sorted()
      .map { "\(quoted($0)) is not part of \(network.name)" }
    return misshaped + missing + unexpected
  }

  /// What a network of the family lacks among `names`, behind the prefix that its stem or its classifier has;
  /// empty where it lacks nothing or all.
  private static func missing(_ names: Set<String>) -> [String] {
    let ends = ["stem.0.weight", "fc.weight"]
    let marks = ends.compactMap { end in names.filter { $0.hasSuffix(end) }.min()?.dropLast(end.count) }
    guard let prefix = marks.first else { return [] }
    let needed = [ends[0]] + (1...4).map { "layer\($0).0." } + [ends[1]]
    let missing = needed.map { prefix + $0 }.filter { name in
      name.hasSuffix(".") ? !names.contains { $0.hasPrefix(name) } : !names.contains(name)
    }
    return missing.map { $0.hasSuffix(".") ? String($0.dropLast()) : $0 }
  }

  /// Calls `body` with the values of tensor `name`, row-major.
  func withTensor<R>(_ name: String, _ body: (UnsafeBufferPointer<Float>) throws -> R) rethrows -> R {
    try withTensor(name, of: weights, body)
  }

  private func withTensor<R>(
    _ name: String, of weights: Weights, _ body: (UnsafeBufferPointer<Float>) throws -> R
  ) rethrows -> R {
    switch weights {
    case .head(let head, let backbone):
      return try withTensor(name, of: name.hasPrefix("fc.") ? .checkpoint(head) : backbone, body)
    case .checkpoint(let checkpoint):
      guard let tensor = checkpoint.tensors[name] else { preconditionFailure("checked at init: \(name)") }
      return try tensor.withFloats(body)
    case .random(let seed, let zeroInitResidual):
      let values = network.randomTensor(name, seed: seed, zeroInitResidual: zeroInitResidual)
      return try values.withUnsafeBufferPointer(body)
    }
  }

  /// The tensors as a checkpoint holds them: those of the file, in its types, or the random ones in float32.
  package var tensors: [StoredTensor] {
    get throws(CheckpointError) { try tensors(of: weights) }
  }

  private func tensors(of weights: Weights) throws(CheckpointError) -> [StoredTensor] {
    switch weights {
    case .checkpoint(let checkpoint): return checkpoint.names.compactMap { checkpoint.tensors[$0] }
    case .head(let head, let backbone):
      return try tensors(of: backbone).filter { !$0.name.hasPrefix("fc.") } + tensors(of: .checkpoint(head))
    case .random:
      var tensors: [StoredTensor] = []
      for tensor in network.tensors {
        tensors.append(try StoredTensor(name: tensor.name, shape: tensor.shape, values: values(tensor.name)))
      }
      return tensors
    }
  }

  func values(_ name: String) -> [Float] { withTensor(name) { Array($0) } }

  /// Why what was made of `tensors` is not finite: the first that holds NaN or infinity, else that BatchNorm
  /// cannot be folded in.
  func notFinite(_ tensors: [String]) -> ModelError {
    for tensor in tensors {
      let values = values(tensor)
      if let element = values.firstIndex(where: { !$0.isFinite }) {
        let value = values[element].isNaN ? "NaN" : values[element] > 0 ? "infinity" : "-infinity"
        return .notFinite(source: source, tensor: tensor, element: element, value: value)
      }
    }
    return .notFoldable(source: source, tensor: tensors[0])
  }

  /// The mapped pages of tensor `name` are no longer needed.
  func release(_ name: String) {
    var weights = weights
    while case .head(_, let backbone) = weights, !name.hasPrefix("fc.") { weights = backbone }
    if case .checkpoint(let checkpoint) = weights, let tensor = checkpoint.tensors[name] {
      checkpoint.release(tensor)
    }
  }

  /// Where the weights come from, for messages.
  var source: String {
    switch weights {
    case .checkpoint(let checkpoint), .head(let checkpoint, _): checkpoint.path
    case .random(let seed, _): "random:\(network.name):\(seed)"
    }
  }
}
