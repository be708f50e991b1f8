/// What a folder is that was given in place of a file.
struct CheckpointFolder {
  private let names: Set<String>
  private static let nameLimit = 10_000
  /// Of files that hold weights.
  static let endings = [".safetensors", ".pth", ".pt", ".ckpt", ".bin"]

  init(_ names: some Sequence<String>) {
    self.names = Set(names.prefix(Self.nameLimit))
  }

  /// The one index of shards in it.
  var index: String? {
    let indices = names.filter { $0.hasSuffix(ShardIndex.nameEnding) }
    return indices.count == 1 ? indices.first : nil
  }

  /// Why it cannot be read.
  var reason: CheckpointError.Reason {
    if names.contains(".metadata"), names.contains(where: { $0.hasSuffix(".distcp") }) {
      return .distributed("a distributed checkpoint (DCP)")
    }
    return .notAFile("a directory", remedy: remedy)
  }

  private var remedy: String? {
    if names.contains("zero_to_fp32.py") {
      return "it holds a DeepSpeed checkpoint: make one file of it, with python zero_to_fp32.py FOLDER OUT"
    }
    if names.contains("saved_model.pb") { return "it holds a TensorFlow SavedModel, which is not read" }
    if names.isSuperset(of: ["data.pkl", "data"]) {
      return "it holds an unpacked checkpoint of torch.save: pack the folder again, with zip -0 -r"
    }
    let indices = names.filter { $0.hasSuffix(ShardIndex.nameEnding) }.sorted()
    // The files that an index names are no models by themselves.
    let files =
      indices.isEmpty
      ? names.filter { name in Self.endings.contains { name.hasSuffix($0) } }.sorted() : indices
    guard !files.isEmpty else { return nil }
    let more = files.count > 3 ? " … (\(files.count))" : ""
    return "it holds " + files.prefix(3).map(quoted).joined(separator: ", ") + more + ": give one of them"
  }
}
