import Checkpoints
import FoundationEssentials
import Glibc
import Inference

/// All that is known of a model, as lines of `name: value`.
public struct ModelInfo: Sendable {
  public let facts: [(name: String, value: String)]

  /// Loads the model and hashes its file.
  public static func load(
    _ source: ModelSource, weights: String? = nil, folders: ModelStore = ModelStore()
  ) async throws(ClassifierError) -> ModelInfo {
    try await StreamThread.value(model: "\(source)") { (_) throws(ClassifierError) in
      try ModelInfo(source, weights, folders)
    }
  }

  private init(
    _ source: ModelSource, _ weights: String?, _ folders: ModelStore
  ) throws(ClassifierError) {
    let loaded = try LoadedModel(source, weights: weights, folders: folders)
    let network = loaded.model.network
    let labels = try loaded.labels(from: nil)
    let facts =
      [("name", loaded.name)] + Self.network(network, labels, frames: loaded.traits.frames)
      + Self.memory(loaded) + Self.input(loaded.traits) + (try Self.origin(loaded))
      + Self.teaching(loaded.traits)
      + Self.notes(loaded.notes(wasChosen: weights != nil).notes)
    self.facts = facts.map { (name: $0.0, value: $0.1) }
  }

  /// One line a fact.
  public var text: String {
    facts.map { "\($0.name): \(BytePath($0.value).printable)\n" }.joined()
  }

  private typealias Facts = [(String, String)]

  private static func network(_ network: VideoResNet, _ labels: LabelSet, frames: Int) -> Facts {
    let cost = (try? network.multiplyAdds(frames: frames)).map { ("multiply-adds a window", "\($0)") }
    return [
      ("architecture", network.name), ("parameters", "\(network.parameterCount)"),
      ("classes", "\(network.classes)"), ("labels", describe(labels)), ("features", "\(network.features)"),
    ] + (cost.map { [$0] } ?? [])
  }

  private static func describe(_ labels: LabelSet) -> String {
    if labels == .kinetics400 { return "Kinetics-400" }
    if labels == .numbered(labels.names.count) { return "none, so they are numbered" }
    return "\(labels.names.first ?? "") … \(labels.names.last ?? "")"
  }

  /// What a classifier with the default options holds.
  private static func memory(_ loaded: LoadedModel) -> Facts {
    let threads = ClassifierOptions().threads
    let packed = try? loaded.packed(frames: loaded.traits.frames, threads: threads, precision: .f32)
    let predictor = packed.flatMap { try? loaded.predictor($0, threads: threads) }
    guard let bytes = predictor?.byteCount else { return [] }
    return [("memory", String(format: "%.0f MB, with %d threads", Double(bytes) / 1e6, threads))]
  }

  private static func input(_ traits: ModelMetadata) -> Facts {
    [
      ("frames", "\(traits.frames)"), ("fps", traits.rate.description),
      ("picture", "resized to 171×128, centre 112×112"),
      ("mean", SampleNormalization.text(traits.normalization.mean)),
      ("deviation", SampleNormalization.text(traits.normalization.deviation)),
      ("batch norm epsilon", "\(traits.batchNormEpsilon)"),
    ]
  }

  private static func origin(_ loaded: LoadedModel) throws(ClassifierError) -> Facts {
    guard let checkpoint = loaded.checkpoint, let hash = try loaded.sha256 else {
      return [("file", "none, the weights are random")]
    }
    var facts = [
      ("file", loaded.file?.printable ?? "built in"), ("bytes", "\(checkpoint.byteCount)"),
      ("container", Self.container(checkpoint)),
      ("sha-256", compare(hash, published: published(loaded))),
    ]
    if let weights = checkpoint.weights, weights != "." || checkpoint.allWeights.count > 1 {
      facts.append(("weights", weights))
      facts += checkpoint.allWeights.filter { $0 != weights }.map { ("other weights", $0) }
    }
    if let entry = loaded.entry {
      facts.append(("origin", entry.address))
      if entry.accuracy.count == 2 {
        facts.append(
          ("accuracy", "top 1 \(entry.accuracy[0]) %, top 5 \(entry.accuracy[1]) % on Kinetics-400"))
      }
    } else if let origin = checkpoint.metadata["origin"] {
      let hash = checkpoint.metadata["origin_sha256"].map { " (sha-256 \($0))" } ?? ""
      facts.append(("origin", origin + hash))
    }
    return facts
  }

  private static func teaching(_ traits: ModelMetadata) -> Facts {
    guard let taught = traits.teaching else { return [] }
    let hash = taught.backboneHash.map { " (sha-256 \($0))" } ?? ""
    var facts = [
      ("taught on", "\(taught.backbone)\(hash)"),
      ("holds", taught.isHeadOnly ? "the head alone" : "backbone and head"),
      ("resize", taught.resize.rawValue),
    ]
    if traits.decision.isMultiLabel { facts.append(("labels of a video", "any number")) }
    if let score = traits.decision.minimumScore { facts.append(("uncertain below", "\(score)")) }
    if let thresholds = traits.decision.thresholds {
      facts.append(("thresholds", thresholds.map { "\($0)" }.joined(separator: " ")))
    }
    return facts
  }

  private static func container(_ checkpoint: Checkpoint) -> String {
    let shards = checkpoint.fileCount - 1
    return checkpoint.container.rawValue
      + (shards == 0 ? "" : ", an index and \(shards.counted("file"))")
  }

  /// All that is not used, by name, and doubts.
  private static func notes(_ notes: [ModelNote]) -> Facts {
    notes.flatMap { note -> Facts in
      switch note {
      case .others: []
      case .unused(let names): names.map { ("unused tensor", $0) }
      default: [("warning", "\(note)")]
      }
    }
  }

  /// The published hash, where the file is called as the published one is; one of another name is another
  /// file.
  private static func published(_ loaded: LoadedModel) -> String? {
    loaded.entry.flatMap { $0.file == loaded.file?.name.string ? $0.sha256 : nil }
  }

  /// Whether the file is the published one, of whose hash only the start may be known.
  private static func compare(_ digits: String, published: String?) -> String {
    guard let published else { return digits }
    return digits
      + (digits.hasPrefix(published) ? " (as published)" : " (not the published file, which is \(published))")
  }
}
