import Crypto
import Foundation
import Inference

/// All that is known of a model, as lines of `name: value`.
public struct ModelInfo: Sendable {
  public let facts: [(name: String, value: String)]

  /// Loads the model and hashes its file.
  public init(_ source: ModelSource, folders: ModelFolders = ModelFolders()) throws(ClassifierError) {
    let loaded = try LoadedModel(source, folders: folders)
    let network = loaded.model.network
    let labels = try loaded.labels(from: nil)
    var facts = [
      ("name", loaded.name),
      ("architecture", network.name),
      ("parameters", "\(network.parameterCount)"),
      ("classes", "\(network.classes)"),
      ("labels", Self.describe(labels)),
      ("features", "\(network.features)"),
      ("multiply-adds a window", "\(network.multiplyAdds(frames: loaded.traits.frames))"),
      ("frames", "\(loaded.traits.frames)"),
      ("fps", loaded.traits.rate.description),
      ("batch norm epsilon", "\(loaded.traits.batchNormEpsilon)"),
    ]
    if loaded.file == nil, let checkpoint = loaded.checkpoint {
      facts += [("file", "built in, \(checkpoint.byteCount) bytes")]
      facts += [("container", checkpoint.container.rawValue)]
    }
    if let file = loaded.file, let checkpoint = loaded.checkpoint {
      facts += [("file", file.printable), ("container", checkpoint.container.rawValue)]
      facts += [("sha-256", try Self.sha256(file, published: loaded.entry?.sha256))]
    }
    if let entry = loaded.entry {
      facts += [("origin", entry.address)]
      if entry.accuracy.count == 2 {
        facts += [("accuracy", "top 1 \(entry.accuracy[0]) %, top 5 \(entry.accuracy[1]) % on Kinetics-400")]
      }
    }
    self.facts = facts.map { (name: $0.0, value: $0.1) }
  }

  /// One line a fact.
  public var text: String {
    facts.map { "\($0.name): \(FilePath($0.value).printable)\n" }.joined()
  }

  private static func describe(_ labels: LabelSet) -> String {
    if labels == .kinetics400 { return "Kinetics-400" }
    return "\(labels.names.first ?? "") … \(labels.names.last ?? "")"
  }

  /// The file's SHA-256, and whether it is the published one (of which only the start may be known).
  private static func sha256(_ path: FilePath, published: String?) throws(ClassifierError) -> String {
    let digits = try path.sha256()
    guard let published else { return digits }
    return digits
      + (digits.hasPrefix(published) ? " (as published)" : " (not the published file, which is \(published))")
  }
}
