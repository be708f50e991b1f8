import Checkpoints
import FoundationEssentials
import Glibc

/// What a conversion changes; a nil keeps what the model says of itself.
public struct ConversionOptions: Sendable {
  /// A file with the names of the classes, one a line.
  public var labels: BytePath?
  /// Which weights, of a checkpoint with those of several networks; nil for the plain ones.
  public var weights: String?
  /// Samples in a window, from 1 to 512.
  public var frames: Int?
  /// Samples a second.
  public var rate: SampleRate?
  /// What BatchNorm adds to the variance, from 1e-12 to less than 1.
  public var batchNormEpsilon: Double?

  public init() {}
}

/// A model as one safetensors file: its tensors as they are, bit for bit and in their own type, and in the
/// metadata all that they do not say: network, labels, frames, rate, BatchNorm's epsilon, normalisation, the
/// SHA-256 of its origin.
///
/// Whoever reads that file needs no entry and no option to run the network as it was meant.
public struct ModelConversion: Sendable {
  public let name: String
  /// What goes into `__metadata__`.
  public let metadata: [String: String]
  /// What one should know of the weights.
  public let notes: ModelNotes
  private let tensors: [StoredTensor]
  // The tensors' memory.
  private let loaded: LoadedModel

  /// Loads the model, whose every tensor is checked.
  public static func load(
    _ source: ModelSource, options: ConversionOptions = ConversionOptions(),
    folders: ModelStore = ModelStore(), absent: MissingModelPolicy = .refused
  ) async throws(ClassifierError) -> ModelConversion {
    try await StreamThread.value(model: "\(source)") { (_) throws(ClassifierError) in
      try ModelConversion(source, options, folders, absent)
    }
  }

  private init(
    _ source: ModelSource, _ options: ConversionOptions, _ folders: ModelStore, _ absent: MissingModelPolicy
  ) throws(ClassifierError) {
    loaded = try LoadedModel(source, weights: options.weights, folders: folders, absent: absent)
    notes = loaded.notes(wasChosen: options.weights != nil)
    name = loaded.name
    metadata = try Self.metadata(loaded, options)
    do {
      tensors = try loaded.model.tensors
    } catch {
      throw .checkpoint(BytePath(name), cause: "\(error.reason)")
    }
  }

  /// Hands over the bytes of the file in order, on the caller's thread.
  public func write(_ body: (UnsafeRawBufferPointer) throws(ClassifierError) -> Void) throws(ClassifierError)
  {
    do {
      try Checkpoint.encode(tensors, metadata: metadata, to: body)
    } catch let error as ClassifierError {
      throw error
    } catch {
      throw .checkpoint(BytePath(name), cause: "\(error)")
    }
  }

  package static func metadata(
    _ loaded: LoadedModel, _ options: ConversionOptions = ConversionOptions()
  ) throws(ClassifierError) -> [String: String] {
    let traits = loaded.traits
    let labels = try loaded.labels(from: options.labels)
    var facts = loaded.checkpoint?.metadata ?? [:]
    facts["format"] = "pt"
    facts["architecture"] = loaded.model.network.name
    facts["frames"] = "\(options.frames ?? traits.frames)"
    facts["fps"] = (options.rate ?? traits.rate).description
    facts["batch_norm_eps"] = "\(options.batchNormEpsilon ?? traits.batchNormEpsilon)"
    facts["mean"] = SampleNormalization.text(traits.normalization.mean)
    facts["std"] = SampleNormalization.text(traits.normalization.deviation)
    // Numbers in place of names are no names.
    facts["classes"] = labels == .numbered(labels.names.count) ? nil : labels.names.joined(separator: "\n")
    // A conversion is whole, and what was taught stays what it was taught with.
    facts[TaughtKey.headOnly] = nil
    var sampling = SamplingOptions()
    (sampling.frames, sampling.rate) = (options.frames, options.rate)
    try traits.check(sampling, model: loaded.name)
    // Kept through conversions of conversions.
    if let entry = loaded.entry { facts["published"] = entry.name }
    facts["origin"] = loaded.file?.name.printable ?? loaded.name
    facts["origin_weights"] = loaded.chosenWeights
    facts["origin_sha256"] = try loaded.sha256
    return facts
  }
}

extension LoadedModel {
  /// Which weights were read, where the checkpoint has those of several networks.
  var chosenWeights: String? {
    checkpoint.flatMap { $0.allWeights.count > 1 ? $0.weights : nil }
  }

  /// The SHA-256 of the checkpoint's bytes, of all its files one behind the other; nil for random weights.
  var sha256: String? {
    get throws(ClassifierError) {
      if let file, checkpoint?.fileCount == 1 { return try file.sha256() }
      return checkpoint?.sha256
    }
  }
}
