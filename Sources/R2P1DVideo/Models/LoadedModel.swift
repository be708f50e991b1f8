import Checkpoints
import Inference

/// A network, its name and its traits.
package struct LoadedModel: Sendable {
  package let name: String
  package let model: Model
  package let traits: ModelMetadata
  /// The published entry that the checkpoint is, or stands for.
  package let entry: PublishedModel?
  /// Nil for random weights and for a built-in model.
  package let file: BytePath?
  /// Nil for random weights.
  package let checkpoint: Checkpoint?

  /// Finds and reads the checkpoint, or draws the random weights. `weights` says which ones are meant where
  /// the checkpoint holds those of several networks.
  package init(
    _ source: ModelSource, weights: String? = nil, folders: ModelStore, absent: MissingModelPolicy = .refused,
    zeroInitResidual: Bool = false
  ) throws(ClassifierError) {
    switch source {
    case .random(let name, let seed):
      if let weights { throw .network("\(source)", cause: "has no weights '\(BytePath(weights).printable)'") }
      try self.init(random: name, seed: seed, zeroInitResidual: zeroInitResidual)
    case .file(let path):
      try self.init(path, name: path.modelName, entry: .of(path), weights, folders, absent)
    case .named(let name):
      if let checkpoint = try BuiltInModel.checkpoint(named: name, weights: weights) {
        try self.init(checkpoint, BytePath(name), name: name, entry: nil, file: nil)
        return
      }
      let path = try folders.find(name, absent: absent)
      try self.init(path, name: name, entry: .of(path) ?? .named(name), weights, folders, absent)
    }
  }

  private init(random name: String, seed: UInt64, zeroInitResidual: Bool) throws(ClassifierError) {
    self.name = "random:\(name):\(seed)"
    do {
      model = try Model(random: name, seed: seed, zeroInitResidual: zeroInitResidual)
    } catch {
      throw .network(self.name, cause: "\(error)", kind: FailureKind(error.kind))
    }
    traits = ModelMetadata()
    entry = nil
    file = nil
    checkpoint = nil
  }

  private init(
    _ path: BytePath, name: String, entry: PublishedModel?, _ weights: String?, _ folders: ModelStore,
    _ absent: MissingModelPolicy
  ) throws(ClassifierError) {
    let checkpoint = try Checkpoint.open(path, weights: weights)
    var backbone: Model?
    if let facts = TaughtFacts(checkpoint.metadata), facts.isHeadOnly {
      backbone = try facts.findBackbone(of: path, folders, absent).model
    }
    try self.init(checkpoint, path, name: name, entry: entry, file: path, backbone: backbone)
  }

  private init(
    _ checkpoint: Checkpoint, _ path: BytePath, name: String, entry: PublishedModel?, file: BytePath?,
    backbone: Model? = nil
  ) throws(ClassifierError) {
    traits = ModelMetadata(entry, metadata: checkpoint.metadata)
    do {
      model = try Self.model(checkpoint, traits, on: backbone)
    } catch {
      if let file, let problem = Checkpoint.shardProblem(file.bytes) {
        throw .checkpoint(path, cause: problem, kind: FailureKind(error.kind))
      }
      if case .tensors(_, let problems) = error { throw .tensors(path, problems: problems) }
      throw .checkpoint(path, cause: error.cause(without: path), kind: FailureKind(error.kind))
    }
    self.name = entry?.name ?? name
    self.entry = entry
    self.checkpoint = checkpoint
    self.file = file
  }

  /// The checkpoint's, or that of `backbone` where the checkpoint is a head alone.
  private static func model(
    _ checkpoint: Checkpoint, _ traits: ModelMetadata, on backbone: Model?
  ) throws(ModelError) -> Model {
    if let backbone { return try Model(backbone, head: checkpoint) }
    return try Model(checkpoint: checkpoint, batchNormEpsilon: traits.batchNormEpsilon)
  }

  package var summary: ModelSummary {
    ModelSummary(name: name, architecture: model.network.name, classes: model.network.classes)
  }

  /// The classes' names: those in `file` if one is given, else the model's own, else Kinetics-400's for 400
  /// classes, else numbers.
  package func labels(from file: BytePath?) throws(ClassifierError) -> LabelSet {
    let classes = model.network.classes
    let names =
      try file.map { (path) throws(ClassifierError) in try LabelSet(contentsOf: path) } ?? traits.labels
    guard let names else {
      return classes == LabelSet.kinetics400.names.count ? .kinetics400 : .numbered(classes)
    }
    guard names.names.count == classes else {
      throw .labelCount(file ?? self.file ?? BytePath(name), found: names.names.count, expected: classes)
    }
    return names
  }
}

extension LoadedModel {
  /// The network packed for windows of `frames` samples, `batch` at a time; `threads` work on it.
  func packed(
    frames: Int, batch: Int = 1, threads: Int, precision: Network.Precision, gpu: GPU? = nil
  ) throws(ClassifierError) -> PackedModel {
    let device = try gpu.map { (gpu) throws(ClassifierError) in try gpu.device(for: precision) }
    return try namingModel(gpu: device?.facts.name) { () throws(ModelError) in
      var options = EngineOptions(
        threads: threads, precision: precision.engine, instructionSet: try InstructionSet.current())
      options.gpu = device
      return try PackedModel(model, frames: frames, batch: batch, options: options)
    }
  }

  /// A worker of `threads` threads on a model that was packed.
  func predictor(_ packed: PackedModel, threads: Int) throws(ClassifierError) -> Predictor {
    try namingModel(gpu: packed.gpu?.facts.name) { () throws(ModelError) in
      try Predictor(packed, threads: threads)
    }
  }

  /// What `body` gives; its error is this model's, or that of the GPU of this name.
  func namingModel<Value>(
    gpu: String? = nil, _ body: () throws(ModelError) -> Value
  ) throws(ClassifierError) -> Value {
    do {
      return try body()
    } catch {
      let (cause, kind) = (error.cause(without: file ?? BytePath(name)), FailureKind(error.kind))
      switch error {
      case .notFinite, .notFoldable:
        throw file.map { .checkpoint($0, cause: cause, kind: kind) }
          ?? .network(name, cause: cause, kind: kind)
      case .gpu: throw ClassifierError(error, of: gpu ?? name)
      default: throw .network(name, cause: cause, kind: kind)
      }
    }
  }
}

extension ModelError {
  /// The description without the file's name at its front.
  func cause(without path: BytePath) -> String {
    String(description.trimmingPrefix("\(path.string): "))
  }
}

extension BytePath {
  /// What a model is called that lies in this file: its name without the ending, or the folder's.
  fileprivate var modelName: String {
    let path = BytePath(bytes: bytes.prefix(through: bytes.lastIndex { $0 != UInt8(ascii: "/") } ?? 0))
    if path.isFolder { return path.name.string }
    let ending = Array(".index.json".utf8)
    guard path.bytes.suffix(ending.count) == ending[...] else { return path.stem.string }
    return BytePath(bytes: path.bytes.dropLast(ending.count)).stem.string
  }
}
