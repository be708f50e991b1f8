import Inference
import Synchronization

/// How a network is found and loaded.
public struct NetworkOptions: Sendable {
  /// Which weights, of a checkpoint with those of several networks, as `ModelInfo` names them; nil for the
  /// plain ones.
  public var weights: String?
  public var folders = ModelStore()
  /// Of a random network: whether the last BatchNorm of each block begins with weight 0, so that the block
  /// passes its input on (torchvision's `zero_init_residual`).
  public var zeroInitResidual = false
  /// Nothing is fetched over the internet unless this says so.
  public var absentModel = MissingModelPolicy.refused

  public init() {}
}

/// A network that is loaded once and shared by as many classifiers as you like, on any threads.
///
/// The weights, most of what a classifier takes, are packed for the length of the windows and the precision
/// that a classifier asks for, once for all classifiers that ask for the same.
public final class Network: Sendable {
  public let summary: ModelSummary
  /// What one should know of the weights that were read.
  public let notes: ModelNotes

  package let loaded: LoadedModel
  package let hash: ModelHash
  /// Which weights were read, where the checkpoint has those of several networks.
  package let chosenWeights: String?
  private let packed = Mutex(PackedModels())

  /// Loads the model that `source` names, on a thread of its own; downloads it first if the options say so.
  public static func load(
    _ source: ModelSource, options: NetworkOptions = NetworkOptions()
  ) async throws(ClassifierError) -> Network {
    try await StreamThread.value(model: "\(source)") { (_) throws(ClassifierError) in
      try Network(source: source, options: options)
    }
  }

  /// A classifier of these weights, which are packed for it on a thread of their own.
  public func classifier(
    _ options: ClassifierOptions = ClassifierOptions()
  ) async throws(ClassifierError) -> Classifier {
    try await StreamThread.value(model: summary.name) { (_) throws(ClassifierError) in
      try Classifier(network: self, options: options)
    }
  }

  /// Loads the model that `source` names on the caller's thread.
  package init(source: ModelSource, options: NetworkOptions = NetworkOptions()) throws(ClassifierError) {
    loaded = try LoadedModel(
      source, weights: options.weights, folders: options.folders, absent: options.absentModel,
      zeroInitResidual: options.zeroInitResidual)
    summary = loaded.summary
    notes = loaded.notes(wasChosen: options.weights != nil)
    hash = ModelHash(loaded.checkpoint)
    chosenWeights = loaded.chosenWeights
  }

  /// Inputs of the network's last layer, 512 in the networks of the paper: what `embed` gives a window.
  public var features: Int { loaded.model.network.features }

  /// Samples in a window that it was trained on.
  package var frames: Int { loaded.traits.frames }

  /// The weights as windows of `frames` samples want them.
  func packed(
    frames: Int, threads: Int, precision: Network.Precision, gpu: GPU? = nil
  ) throws(ClassifierError) -> PackedModel {
    try packed.withLock { (packed) throws(ClassifierError) in
      let key = PackedModels.Key(frames: frames, precision: precision, gpu: gpu.map(ObjectIdentifier.init))
      return try packed.model(key) { () throws(ClassifierError) in
        try loaded.packed(
          frames: frames, batch: gpu?.batch ?? 1, threads: threads, precision: precision, gpu: gpu)
      }
    }
  }
}

/// Packed models by what they were packed for: those in use, and the one last asked for.
private struct PackedModels {
  struct Key: Hashable {
    let frames: Int
    let precision: Network.Precision
    /// Whose memory they lie in; a packed model keeps its GPU open.
    let gpu: ObjectIdentifier?
  }

  private struct Entry {
    weak var model: PackedModel?
  }

  private var entries: [Key: Entry] = [:]
  /// So that a server whose classifiers come and go packs once.
  private var last: PackedModel?

  /// The model of `key`, made by `pack` if there is none.
  mutating func model(
    _ key: Key, pack: () throws(ClassifierError) -> PackedModel
  ) throws(ClassifierError) -> PackedModel {
    if let model = entries[key]?.model {
      last = model
      return model
    }
    last = nil  // makes room, if no one uses it
    entries = entries.filter { $0.value.model != nil }
    let model = try pack()
    entries[key] = Entry(model: model)
    last = model
    return model
  }
}
