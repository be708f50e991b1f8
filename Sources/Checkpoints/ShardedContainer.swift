/// A model in several files, read as one.
struct ShardedContainer: WeightContainer {
  let tables: [WeightTable]
  let metadata: [String: String]
  let memories: [CheckpointMemory]
  private let shards: [(container: any WeightContainer, file: String)]
  /// By the tensors' numbers here.
  private let places: [(shard: Int, id: Int)]

  var emptiness: CheckpointError.Reason { .noTensors(found: "no tensors") }

  /// - Parameters:
  ///   - open: reads a file beside the index.
  init(
    _ index: ShardIndex,
    open: (String) throws(CheckpointError.Reason) -> (
      container: any WeightContainer, memory: CheckpointMemory
    )
  ) throws(CheckpointError.Reason) {
    var table = WeightTable()
    var fileOfTensor: [String: String] = [:]
    var (metadata, memories, shards, places): ([String: String], [CheckpointMemory], _, [(Int, Int)]) =
      ([:], [], [(any WeightContainer, String)](), [])
    for file in index.files {
      do throws(CheckpointError.Reason) {
        let (container, memory) = try open(file)
        metadata.merge(container.metadata) { first, _ in first }
        memories.append(memory)
        for (name, id) in container.tables.first?.tensors ?? [] {
          if let other = fileOfTensor.updateValue(file, forKey: name) {
            throw CheckpointError.Reason.duplicate("the tensor \(quoted(name)), in \(quoted(other)) too,")
          }
          table.tensors.append((name, places.count))
          places.append((shards.count, id))
        }
        shards.append((container, file))
        try index.check(Set(container.tables.first?.tensors.map(\.name) ?? []), of: file)
      } catch {
        throw .shard(quoted(file), error)
      }
    }
    tables = [table]
    self.metadata = metadata
    self.memories = memories
    self.shards = shards
    self.places = places
  }

  func tensor(_ id: Int, named name: String) throws(CheckpointError.Reason) -> StoredTensor {
    let (container, file) = shards[places[id].shard]
    do throws(CheckpointError.Reason) {
      return try container.tensor(places[id].id, named: name)
    } catch {
      throw .shard(quoted(file), error)
    }
  }
}
