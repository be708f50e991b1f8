/// The named tensors of a checkpoint file: torch.save's legacy and zip containers, or safetensors, told apart
/// by their bytes and never by the name.
///
/// The file is mapped, not read: opening costs the reading of its directory, and a tensor's bytes come from
/// the disk when they are first used. A pickle is read and never run.
package final class Checkpoint: Sendable {
  package enum Container: String, Sendable {
    case legacyPickle = "legacy torch.save"
    case zip = "zip torch.save"
    case safetensors
  }

  package let path: String
  package let container: Container
  /// By name, without wrappers and without a prefix such as `module.`; never empty.
  package let tensors: [String: StoredTensor]
  /// The tensors' names in the order of the file.
  package let names: [String]
  /// What safetensors keeps under `__metadata__`; empty in the other containers.
  package let metadata: [String: String]
  /// Which of the file's weights these are, as `WeightSet.name` says it; nil where it holds no network.
  package let weights: String?
  /// The names of all networks' weights in the file, the plainest first.
  package let allWeights: [String]
  /// Tensors that no network has a use for, as the file calls them.
  package let unusedTensors: [String]
  /// The files that it was read from: one, or the index and its shards.
  package var fileCount: Int { memories.count }
  /// The bytes of the whole file, or of all files.
  package var byteCount: Int { memories.reduce(0) { $0 + $1.bytes.count } }

  private let memories: [CheckpointMemory]

  /// Maps the file at `path`.
  package convenience init(contentsOf path: String, weights: String? = nil) throws(CheckpointError) {
    try self.init(contentsOf: Array(path.utf8), named: path, weights: weights)
  }

  /// Maps the file whose path is `bytes`, which need not be UTF-8; `path` stands for it in errors. An index
  /// of shards, or the folder of one, stands for all its files.
  ///
  /// `weights` says which of several networks' weights are meant; nil means the plainest.
  package convenience init(
    contentsOf bytes: [UInt8], named path: String, weights: String? = nil
  ) throws(CheckpointError) {
    let index = CheckpointFolder(namesInFolder(bytes)).index.map { Array("/\($0)".utf8) } ?? []
    try self.init(CheckpointMemory(mapping: bytes + index, named: path), weights: weights)
  }

  /// Reads a copy of `bytes`. `path` stands for them in errors.
  package convenience init(bytes: [UInt8], path: String, weights: String? = nil) throws(CheckpointError) {
    let memory = bytes.withUnsafeBytes { CheckpointMemory(copying: $0, path: path) }
    try self.init(memory, weights: weights)
  }

  /// Reads memory in place that is never freed and never changes, such as a model in the binary. `path`
  /// stands for it in errors.
  package convenience init(
    lasting bytes: UnsafeRawBufferPointer, path: String, weights: String? = nil
  ) throws(CheckpointError) {
    try self.init(CheckpointMemory(lasting: bytes, path: path), weights: weights)
  }

  private init(_ memory: CheckpointMemory, weights: String?) throws(CheckpointError) {
    defer { withExtendedLifetime(memory) {} }
    do {
      let contents = try Contents(memory)
      let choice = try WeightChoice(contents.weights, key: weights)
      container = contents.container
      metadata = contents.weights.metadata
      memories = contents.memories
      self.weights = choice.chosen?.name
      allWeights = choice.sets.map(\.name)
      unusedTensors = choice.unused
      names = choice.tensors.map(\.name)
      tensors = try choice.read(from: contents.weights)
    } catch {
      throw CheckpointError(path: memory.path, reason: Self.explain(error, memory))
    }
    path = memory.path
  }

  /// The reason, in better words where the file's name says what it is a part of.
  private static func explain(_ reason: CheckpointError.Reason, _ memory: CheckpointMemory)
    -> CheckpointError.Reason
  {
    guard let file = memory.file else { return reason }
    let isShard = file.suffix(7).elementsEqual(".distcp".utf8)
    return isShard ? .distributed("a shard of a distributed checkpoint") : reason
  }

  /// Calls `body` with all bytes of the file or files, piece by piece, without keeping them in memory.
  package func readThrough(_ body: (UnsafeRawBufferPointer) -> Void) {
    let piece = 1 << 22
    for memory in memories {
      for start in stride(from: 0, to: memory.bytes.count, by: piece) {
        let range = start..<min(start + piece, memory.bytes.count)
        body(memory.bytes.slice(range))
        memory.release(range)
      }
      withExtendedLifetime(memory) {}
    }
  }

  /// Gives the memory of this tensor's bytes back to the system, once they have been used; only of whole
  /// pages that hold nothing else. Harmless: bytes that are used again come from the file again.
  package func release(_ tensor: StoredTensor) {
    guard memories.contains(where: { $0 === tensor.memory }) else { return }
    tensor.memory.release(tensor.extentInMemory)
  }
}

extension WeightChoice {
  /// The chosen tensors by their names.
  fileprivate func read(
    from container: some WeightContainer
  ) throws(CheckpointError.Reason) -> [String: StoredTensor] {
    if let chosen { try container.refuseOthers(in: table, behind: chosen.prefix) }
    var read: [String: StoredTensor] = [:]
    read.reserveCapacity(tensors.count)
    for (name, id) in tensors {
      guard read.updateValue(try container.tensor(id, named: name), forKey: name) == nil else {
        throw .duplicate("the tensor \(quoted(name))")
      }
    }
    return read
  }
}

/// What a checkpoint holds, by the container that its first bytes announce.
private struct Contents {
  let container: Checkpoint.Container
  let weights: any WeightContainer
  let memories: [CheckpointMemory]

  init(_ memory: CheckpointMemory, followsIndex: Bool = true) throws(CheckpointError.Reason) {
    let bytes = memory.bytes
    guard let first = bytes.first else { throw .empty }
    var memories = [memory]
    if bytes.starts(with: [0x50, 0x4B, 3, 4]) || bytes.starts(with: [0x50, 0x4B, 5, 6]) {
      container = .zip
      weights = try ZipContainer(memory)
    } else if let length = SafetensorsContainer.headerLength(bytes) {
      container = .safetensors
      weights = try SafetensorsContainer(memory, headerLength: length)
    } else if first == 0x80 {
      container = .legacyPickle
      weights = try LegacyContainer(memory)
    } else if bytes.count > 262, bytes.slice(257..<262).elementsEqual("ustar".utf8) {
      throw .unsupported(
        kind: "a tar archive, as torch before 0.2 wrote it",
        remedy: "load and save it with a later torch, or unpack it if it holds a checkpoint")
    } else if "(LIc]}".utf8.contains(first) {
      container = .legacyPickle
      weights = try Self.earlyPickle(memory)
    } else if let file = memory.file, let index = try ShardIndex(bytes) {
      guard followsIndex else {
        throw .unsupported(
          kind: "an index itself", remedy: "an index names the files of tensors beside it, no index")
      }
      let sharded = try Self.shards(of: index, in: file)
      container = sharded.container
      weights = sharded.weights
      memories += sharded.weights.memories
    } else {
      throw .notACheckpoint(start: Array(bytes.prefix(64)))
    }
    self.memories = memories
  }

  /// The files that the index `file` names, all in its folder.
  private static func shards(
    of index: ShardIndex, in file: [UInt8]
  ) throws(CheckpointError.Reason) -> (container: Checkpoint.Container, weights: ShardedContainer) {
    let folder = file.prefix((file.lastIndex(of: UInt8(ascii: "/")) ?? -1) + 1)
    var container = Checkpoint.Container.safetensors
    let weights = try ShardedContainer(index) { (name) throws(CheckpointError.Reason) in
      do {
        let memory = try CheckpointMemory(mapping: folder + Array(name.utf8), named: name)
        let contents = try Contents(memory, followsIndex: false)
        container = contents.container
        return (contents.weights, memory)
      } catch let error as CheckpointError {
        throw error.reason
      } catch let reason as CheckpointError.Reason {
        throw reason
      } catch {
        throw .cannotOpen("\(error)")
      }
    }
    return (container, weights)
  }

  /// Pickles of protocols 0 and 1 begin with a letter, as any text may; only a refusal shows that it was a
  /// pickle.
  private static func earlyPickle(
    _ memory: CheckpointMemory
  ) throws(CheckpointError.Reason) -> LegacyContainer {
    do {
      return try LegacyContainer(memory)
    } catch {
      if case .refusedName = error { throw error }
      if memory.bytes.first == UInt8(ascii: "L"), memory.bytes.dropFirst().first == UInt8(ascii: "1") {
        throw error
      }
      throw .notACheckpoint(start: Array(memory.bytes.prefix(64)))
    }
  }
}
