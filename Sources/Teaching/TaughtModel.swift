import Checkpoints
import FoundationEssentials
import Glibc
import R2P1DVideo

/// A network with a head of its own classes, ready to be written as one safetensors file.
public struct TaughtModel: Sendable {
  private let network: Network
  private let sampling: ResolvedSampling
  private let classes: [String]
  private let head: LinearHead
  private let decision: Decision

  init(
    network: Network, sampling: ResolvedSampling, classes: [String], head: LinearHead, decision: Decision
  ) {
    self.network = network
    self.sampling = sampling
    self.classes = classes
    self.head = head
    self.decision = decision
  }

  /// Hands over the bytes of the file in order: the backbone's tensors as they are and the head in float32,
  /// or the head alone, which names the backbone that it belongs to.
  public func write(
    headOnly: Bool = false, to body: (UnsafeRawBufferPointer) throws(ClassifierError) -> Void
  ) throws(ClassifierError) {
    let name = BytePath(network.summary.name)
    do {
      let own = [
        try StoredTensor(
          name: "fc.weight", shape: [classes.count, head.features], values: head.weights.map(Float.init)),
        try StoredTensor(name: "fc.bias", shape: [classes.count], values: head.intercepts.map(Float.init)),
      ]
      let backbone = headOnly ? [] : try network.loaded.model.tensors.filter { !$0.name.hasPrefix("fc.") }
      try Checkpoint.encode(backbone + own, metadata: metadata(headOnly: headOnly), to: body)
    } catch let error as ClassifierError {
      throw error
    } catch {
      throw .checkpoint(name, cause: "\(error)")
    }
  }

  private func metadata(headOnly: Bool) throws(ClassifierError) -> [String: String] {
    var facts = try ModelConversion.metadata(network.loaded)
    facts["classes"] = classes.joined(separator: "\n")
    facts["frames"] = "\(sampling.frames)"
    facts["fps"] = sampling.rate.description
    facts[TaughtKey.resize] = sampling.resize.rawValue
    facts[TaughtKey.backbone] = network.summary.name
    facts[TaughtKey.backboneHash] = network.hash.digits
    if headOnly {
      facts[TaughtKey.headOnly] = "1"
      facts[TaughtKey.backboneFile] = network.loaded.file?.name.printable
    }
    facts[TaughtKey.multiLabel] = decision.isMultiLabel ? "1" : nil
    facts[TaughtKey.minimumScore] = decision.minimumScore.map { "\($0)" }
    facts[TaughtKey.thresholds] = decision.thresholds.map { $0.map { "\($0)" }.joined(separator: " ") }
    return facts
  }
}
