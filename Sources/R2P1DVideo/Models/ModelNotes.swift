import Checkpoints

/// What one should know of the weights that were read, and from what file.
public struct ModelNotes: Sendable, Equatable {
  /// The file's path, or the model's name.
  public let subject: String
  public let notes: [ModelNote]
}

/// One thing that one should know of the weights that were read. `description` is one line.
public enum ModelNote: Sendable, Equatable {
  /// The checkpoint holds other weights too, and nobody said which are meant.
  case others(read: String, all: [String])
  /// Tensors that the network has no use for.
  case unused([String])
  case allZero
  /// The network's answer does not depend on the video, because this tensor is all zeros.
  case constant(tensor: String)
  /// Means of 0 and variances of 1, as BatchNorm begins.
  case untrained
  /// Counters of 0 beside other statistics.
  case uncounted

  /// Whether it says that the labels may mean nothing.
  public var isDoubt: Bool {
    switch self {
    case .others, .unused: false
    case .allZero, .constant, .untrained, .uncounted: true
    }
  }
}

extension ModelNote: CustomStringConvertible {
  public var description: String {
    switch self {
    case .others(let read, let all):
      "holds the weights of \(all.count) networks (\(Self.list(all))), of which \(quote(read)) is read"
    case .unused(let names):
      names.count == 1
        ? "holds a tensor that is not the network's and is not used: \(Self.list(names))"
        : "holds \(names.count.counted("tensor")) that the network does not use: \(Self.list(names))"
    case .allZero:
      "all its tensors are zeros: its labels mean nothing"
    case .constant(let tensor):
      "\(quote(tensor)) is all zeros: its labels do not depend on the video"
    case .untrained:
      "its BatchNorm was never trained (every mean is 0, every variance 1): its labels mean nothing"
    case .uncounted:
      "its BatchNorm counted no batch (every num_batches_tracked is 0): unless its statistics come from"
        + " elsewhere, it was never trained, and its labels mean nothing"
    }
  }

  /// The first few names.
  private static func list(_ names: [String]) -> String {
    names.prefix(4).map(quote).joined(separator: ", ") + (names.count > 4 ? ", …" : "")
  }
}

/// A name from a file between quotes, on one line.
private func quote(_ name: String) -> String {
  let shown = BytePath(name).printable
  return shown.count > 120 ? "'\(shown.prefix(120))…'" : "'\(shown)'"
}

extension LoadedModel {
  /// What one should know of the weights. `wasChosen`: somebody said which are meant.
  func notes(wasChosen: Bool) -> ModelNotes {
    var notes: [ModelNote] = []
    if let checkpoint {
      if let read = checkpoint.weights, checkpoint.allWeights.count > 1, !wasChosen {
        notes.append(.others(read: read, all: checkpoint.allWeights))
      }
      if !checkpoint.unusedTensors.isEmpty { notes.append(.unused(checkpoint.unusedTensors)) }
      if let doubt = doubt(checkpoint) { notes.append(doubt) }
    }
    return ModelNotes(subject: file?.printable ?? name, notes: notes)
  }

  /// Whether the weights are published ones, or were converted from them.
  private var isPublished: Bool {
    entry != nil || checkpoint?.metadata["published"].flatMap(PublishedModel.named) != nil
  }

  /// Why the labels may mean nothing, although every number is in order.
  private func doubt(_ checkpoint: Checkpoint) -> ModelNote? {
    func isAll(_ value: Float, _ name: String) -> Bool {
      checkpoint.tensors[name]?.withFloats { $0.allSatisfy { $0 == value } } ?? false
    }
    // The last first: a search for something that is not zero ends with its first number.
    let network = model.network
    if network.tensors.reversed().allSatisfy({ isAll(0, $0.name) }) { return .allZero }
    let needed = network.stem.map { "\($0.name).weight" } + ["fc.weight"]
    if let tensor = needed.first(where: { isAll(0, $0) }) { return .constant(tensor: tensor) }
    let norms = network.convolutions.map(\.norm)
    if norms.allSatisfy({ isAll(0, "\($0).running_mean") && isAll(1, "\($0).running_var") }) {
      return .untrained
    }
    // The published models are known to be trained, wherever their statistics were counted.
    let counters = norms.map { "\($0).num_batches_tracked" }
    return !isPublished && counters.allSatisfy { isAll(0, $0) } ? .uncounted : nil
  }
}
