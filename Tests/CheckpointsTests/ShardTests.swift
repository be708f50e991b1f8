import Foundation
import TestSupport
import Testing

@testable import Checkpoints

/// A model in several files with an index, as Hugging Face's libraries write it.
@Suite struct ShardTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// The golden tensors over `count` files, and their index.
  private func write(
    _ count: Int = 3, change: (inout [String: String]) -> Void = { _ in }
  ) throws -> String {
    let tensors = try Checkpoint(contentsOf: Golden.path("zip.pth"))
    var index: [String: String] = [:]
    for shard in 0..<count {
      let file = Self.name(shard, count)
      let names = tensors.names.enumerated().filter { $0.offset % count == shard }.map(\.element)
      for name in names { index[name] = file }
      try Checkpoint.write(
        names.compactMap { tensors.tensors[$0] }, metadata: ["format": "pt", "shard \(shard)": "x"],
        to: folder.path(file))
    }
    change(&index)
    let path = folder.path("model.safetensors.index.json")
    try JSONSerialization.data(withJSONObject: ["metadata": ["total_size": 1], "weight_map": index])
      .write(to: URL(filePath: path))
    return path
  }

  private static func name(_ shard: Int, _ count: Int) -> String {
    let numbers = [shard + 1, count].map { String(repeating: "0", count: 5 - "\($0)".count) + "\($0)" }
    return "model-\(numbers[0])-of-\(numbers[1]).safetensors"
  }

  private func refusal(_ path: String) throws -> String {
    let error = #expect(throws: CheckpointError.self) { try Checkpoint(contentsOf: path) }
    return try "\(#require(error))"
  }

  @Test("An index and its files are one model, and so is the folder of them", arguments: [1, 2, 3, 5])
  func oneModel(count: Int) throws {
    let path = try write(count)
    for given in [path, folder.path(""), String(folder.path("").trimmingSuffix("/"))] {
      let checkpoint = try Checkpoint(contentsOf: given)
      #expect(checkpoint.tensors.mapValues(\.floats) == Golden.state)
      #expect(checkpoint.fileCount == count + 1)
      #expect(checkpoint.metadata.count == count + 1 && checkpoint.metadata["format"] == "pt")
      let sizes = try folder.names.map { try Data(contentsOf: URL(filePath: folder.path($0))).count }
      #expect(checkpoint.byteCount == sizes.reduce(0, +))
      var read = 0
      checkpoint.readThrough { read += $0.count }
      #expect(read == checkpoint.byteCount)
    }
  }

  @Test("An index of torch.save's files is read too")
  func otherContainer() throws {
    try FileManager.default.copyItem(atPath: Golden.path("zip.pth"), toPath: folder.path("part.bin"))
    let index = ["weight_map": Dictionary(uniqueKeysWithValues: Golden.shapes.map { ($0.name, "part.bin") })]
    let path = folder.path("pytorch_model.bin.index.json")
    try JSONSerialization.data(withJSONObject: index).write(to: URL(filePath: path))
    #expect(try Checkpoint(contentsOf: path).tensors.mapValues(\.floats) == Golden.state)
  }

  @Test(
    "An index names only files of its own folder",
    arguments: [
      "../other.safetensors", "/etc/passwd", "a/../../b.safetensors", "", ".", "..", "a//b", "./a", "a/",
      "a\u{0}b",
    ])
  func escapes(file: String) throws {
    let path = try write { $0["fc.bias"] = file }
    let text = try refusal(path)
    #expect(
      text.hasPrefix("\(path): the index: found the shard ") && text.contains("in its own folder"), "\(text)")
  }

  @Test("What is wrong with one of the files is said of that file")
  func faults() throws {
    let path = try write()
    let second = folder.path(Self.name(1, 3))
    let bytes = try Data(contentsOf: URL(filePath: second))
    try bytes.dropLast(3).write(to: URL(filePath: second))
    let prefix = "\(path): its shard '\(Self.name(1, 3))': "
    #expect(try refusal(path).hasPrefix(prefix + "ends inside the tensor "))
    try FileManager.default.removeItem(atPath: second)
    #expect(try refusal(path) == prefix + "cannot be opened: No such file or directory")
    try Data("{}".utf8).write(to: URL(filePath: second))
    #expect(try refusal(path).hasPrefix(prefix + "is not a checkpoint"))

    let odd = try write { $0["fc.weight.more"] = Self.name(1, 3) }
    #expect(try refusal(odd).hasPrefix(prefix + "its index: found the tensor 'fc.weight.more' in it"))
    _ = try write()
    try FileManager.default.removeItem(atPath: second)
    try FileManager.default.copyItem(atPath: folder.path(Self.name(0, 3)), toPath: second)
    let twice = try refusal(path)
    #expect(
      twice.hasPrefix(prefix + "holds the tensor '") && twice.contains("in '\(Self.name(0, 3))' too, twice"))
  }

  @Test("An index in an index, of nothing, of too much, and one that has no folder are refused")
  func oddIndices() throws {
    let path = try write { index in for name in index.keys { index[name] = "model.safetensors.index.json" } }
    #expect(try refusal(path).contains("its shard 'model.safetensors.index.json': is an index itself"))
    #expect(try refusal(write { $0 = [:] }).contains("holds an index of no tensors"))
    let many = try write { index in for number in 0..<2000 { index["t\(number)"] = "\(number).safetensors" } }
    #expect(try refusal(many).contains("the shards in the index: found 2003, expected at most 1024"))
    let bytes = try Array(Data(contentsOf: URL(filePath: write())))
    guard case .notACheckpoint = CheckpointsTests.refusal(bytes) else {
      Issue.record("an index in memory was read")
      return
    }
  }

  @Test("A byte order mark before an index is skipped")
  func byteOrderMark() throws {
    let path = try write()
    let bytes = try Data(contentsOf: URL(filePath: path))
    try (Data([0xEF, 0xBB, 0xBF]) + bytes).write(to: URL(filePath: path))
    #expect(try Checkpoint(contentsOf: path).tensors.mapValues(\.floats) == Golden.state)
  }

  @Test("A file of several by itself is known by its name, with the index beside it")
  func single() throws {
    _ = try write()
    let problem = Checkpoint.shardProblem(Array(folder.path(Self.name(0, 3)).utf8))
    #expect(
      problem
        == "is one of several files of a model; give the index of them, 'model.safetensors.index.json' "
        + "beside it"
    )
    let alone = Checkpoint.shardProblem(Array("model-00001-of-00002.safetensors".utf8))
    #expect(alone?.contains("give the index of them, NAME.safetensors.index.json") == true)
    #expect(Checkpoint.shardProblem(Array("model.safetensors".utf8)) == nil)
  }
}

extension String {
  fileprivate func trimmingSuffix(_ suffix: Character) -> Substring {
    hasSuffix(String(suffix)) ? dropLast() : self[...]
  }
}
