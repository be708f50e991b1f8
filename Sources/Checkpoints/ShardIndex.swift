#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The index of a model that lies in several files, `model.safetensors.index.json` or
/// `pytorch_model.bin.index.json`, as Hugging Face's libraries write it: each tensor's name and the file
/// beside the index that has it.
struct ShardIndex {
  static let nameEnding = ".index.json"
  private static let sizeLimit = 1 << 24
  private static let shardLimit = 1024

  /// The files' names, sorted.
  let files: [String]
  private let fileOfTensor: [String: String]

  private struct Contents: Decodable {
    let fileOfTensor: [String: String]

    private enum CodingKeys: String, CodingKey {
      case fileOfTensor = "weight_map"
    }
  }

  /// nil: no JSON, or another one.
  init?(_ file: UnsafeRawBufferPointer) throws(CheckpointError.Reason) {
    // Some editors put a byte order mark in front.
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let bytes = file.starts(with: mark) ? file.slice(mark.count..<file.count) : file
    let start = bytes.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
    guard start == UInt8(ascii: "{"), bytes.count <= Self.sizeLimit,
      let contents = try? JSONDecoder().decode(Contents.self, from: Data(bytes))
    else { return nil }
    fileOfTensor = contents.fileOfTensor
    files = Set(contents.fileOfTensor.values).sorted()
    if files.isEmpty { throw .noTensors(found: "an index of no tensors") }
    guard files.count <= Self.shardLimit else {
      throw .tooLarge(part: "the shards in the index", found: files.count, limit: Self.shardLimit)
    }
    for file in files where !Self.isInside(file) {
      throw .damaged(
        part: "the index", found: "the shard \(quoted(file))", expected: "files in its own folder")
    }
  }

  /// Whether the name stays in the folder.
  private static func isInside(_ name: String) -> Bool {
    !name.utf8.contains(0)
      && name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).allSatisfy {
        !$0.isEmpty && !$0.elementsEqual(".".utf8) && !$0.elementsEqual("..".utf8)
      }
  }

  /// Refuses a shard that lacks a tensor that the index says it has.
  func check(_ names: Set<String>, of file: String) throws(CheckpointError.Reason) {
    let missing = fileOfTensor.filter { $0.value == file && !names.contains($0.key) }.map(\.key).min()
    if let missing {
      throw .damaged(
        part: "its index", found: "the tensor \(quoted(missing)) in it", expected: "one that it has")
    }
  }
}

extension Checkpoint {
  /// What a file is that has only a part of a model, by the name that Hugging Face's libraries give it; nil
  /// where it has another name.
  package static func shardProblem(_ path: [UInt8]) -> String? {
    let slash = path.lastIndex(of: UInt8(ascii: "/"))
    let name = String(decoding: path[(slash.map { $0 + 1 } ?? 0)...], as: UTF8.self)
    guard name.contains(/-[0-9]{5}-of-[0-9]{5}\./) else { return nil }
    let folder = slash.map { Array(path[...$0]) } ?? Array(".".utf8)
    let index = CheckpointFolder(namesInFolder(folder)).index
    return "is one of several files of a model; give the index of them, "
      + (index.map { "\(quoted($0)) beside it" } ?? "NAME.safetensors.index.json, with all of them beside it")
  }
}
