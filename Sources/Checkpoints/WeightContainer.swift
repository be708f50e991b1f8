/// The tensors that a container has in one place: in one dict of a pickle, or all of a safetensors file.
struct WeightTable {
  /// In the file's order, each once.
  var tensors: [(name: String, id: Int)] = []
  /// Names of values that are no tensors, as far as they are needed to recognise a network.
  var others: [String] = []
  /// Which dict it is, for its container.
  var place = 0
}

/// What a container holds: its tensors by name, and each of them when it is asked for.
protocol WeightContainer {
  var tables: [WeightTable] { get }
  var metadata: [String: String] { get }

  /// The tensor that a table calls `id`, under the name `name`.
  func tensor(_ id: Int, named name: String) throws(CheckpointError.Reason) -> StoredTensor

  /// The keys of the dicts around a place, the outermost first.
  func path(to place: Int) -> [String]

  /// Other keys that lead to the same place, because one dict stands in several.
  func otherPaths(to place: Int) -> [[String]]

  /// The places around a place.
  func surroundings(of place: Int) -> [Int]

  /// Refuses a value that is no tensor where a network's names, behind `prefix`, expect one.
  func refuseOthers(in table: WeightTable, behind prefix: String) throws(CheckpointError.Reason)

  /// Why there is no table.
  var emptiness: CheckpointError.Reason { get }
}

extension WeightContainer {
  var metadata: [String: String] { [:] }
  func path(to place: Int) -> [String] { [] }
  func otherPaths(to place: Int) -> [[String]] { [] }
  func surroundings(of place: Int) -> [Int] { [] }
  func refuseOthers(in table: WeightTable, behind prefix: String) throws(CheckpointError.Reason) {}
}
