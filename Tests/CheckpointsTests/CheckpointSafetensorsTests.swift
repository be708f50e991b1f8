import Foundation
import TestSupport
import Testing

@testable import Checkpoints

@Suite struct CheckpointSafetensorsTests {
  private func file(_ json: String, data: Int = 16) -> [UInt8] {
    Pickled.littleEndian(UInt64(json.utf8.count)) + Array(json.utf8) + [UInt8](repeating: 0, count: data)
  }

  @Test("A header that contradicts itself or the file is refused")
  func headers() throws {
    let cases: [(String, String)] = [
      (#"{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}"#, "JSON that cannot be read"),
      (
        #"{"a":{"dtype":"F32","shape":[4]}}"#,
        "JSON that cannot be read (a member is missing or of another type)"
      ),
      (#"{"a":{"dtype":"F32","shape":[4.5],"data_offsets":[0,16]}}"#, "JSON that cannot be read"),
      (#"{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,8,16]}}"#, "3 data_offsets, expected 2"),
      (
        #"{"a":{"dtype":"F8_E4M3","shape":[16],"data_offsets":[0,16]}}"#,
        "'a' is of type F8_E4M3, expected a type that is read (float32"
      ),
      (#"{"a":{"dtype":"F32","shape":[5],"data_offsets":[0,16]}}"#, "'a' is [5] from element 0 on"),
      (#"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,16]}}"#, "'a' is [3] in 16 bytes, expected 12"),
      (#"{"a":{"dtype":"F32","shape":[-4],"data_offsets":[0,16]}}"#, "'a' is [-4]"),
      (#"{"a":{"dtype":"F32","shape":[9223372036854775807,2],"data_offsets":[0,16]}}"#, "fits 64 bits"),
      (
        #"{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,17]}}"#,
        "ends inside the tensor 'a': expected 17 bytes, found 16"
      ),
      (
        #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[12,16]}}"#, "found [12, 16], expected to begin at 0"
      ),
      (
        #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, "the tensors' bytes: found 16, expected 4"
      ),
      (#"{"a":{"dtype":"F32","shape":[0],"data_offsets":[16,0]}}"#, "found [16, 0], expected to begin at 0"),
      (
        #"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]},"#
          + #""b":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}"#,
        "found [8, 16], expected to begin at 12"
      ),
      (
        #"{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]},"#
          + #""a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}}"#,
        "holds a name in its header twice"
      ),
      (#"{"__metadata__":{"a":"b"}}"#, "holds no tensors"), ("{}", "holds no tensors"),
      ("{" + String(repeating: "[", count: 100_000), "JSON that cannot be read"),
      (String(repeating: #"{"a":"#, count: 100_000), "JSON that cannot be read"),
    ]
    for (json, text) in cases {
      let reason = try #require(refusal(file(json)), "\(json)")
      #expect("\(reason)".contains(text), "\(json.prefix(100)): \(reason)")
    }
  }

  @Test("A header of impossible length is refused before it is read")
  func lengths() throws {
    let start = Array(#"{"a":1}"#.utf8)
    #expect(
      refusal(Pickled.littleEndian(UInt64(1000)) + start)
        == .truncated(part: "the header", expected: 1000, found: start.count))
    #expect(
      refusal(Pickled.littleEndian(UInt64(99_000_000)) + start)
        == .tooLarge(part: "the header of the safetensors file", found: 99_000_000, limit: 1 << 24))
    let huge = try #require(refusal(Pickled.littleEndian(UInt64.max) + start))
    #expect("\(huge)".hasPrefix("is not a checkpoint (starts with bytes 0xFF"))
  }

  @Test(
    "Of the metadata only strings are read; other values are skipped",
    arguments: [
      ("{}", [:]), ("null", [:]), ("[]", [:]), (#""x""#, [:]), ("7", [:]), (#"{"a":1,"b":"x"}"#, ["b": "x"]),
      (#"{"a":null,"b":"x","c":{"d":[1]}}"#, ["b": "x"]),
    ])
  func oddMetadata(json: String, expected: [String: String]) throws {
    let header = #"{"__metadata__":\#(json),"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}"#
    let checkpoint = try Checkpoint(bytes: file(header), path: "test.safetensors")
    #expect(checkpoint.metadata == expected && checkpoint.names == ["a"])
  }

  @Test("What is written is read back, to the bit, with its types and metadata")
  func roundTrip() throws {
    let folder = try TemporaryFolder()
    for source in [
      "half.pth", "bfloat16-legacy.pth", "double.safetensors", "strided.pth", "integers.pth",
      "big-endian.pth",
    ] {
      let original = try Checkpoint(contentsOf: Golden.path(source))
      let path = folder.path("copy.safetensors")
      try Checkpoint.write(Array(original.tensors.values), metadata: ["from": "ä/\"\n"], to: path)
      let copy = try Checkpoint(contentsOf: path)
      #expect(copy.container == .safetensors)
      #expect(copy.metadata == ["from": "ä/\"\n"])
      #expect(copy.names.count == original.names.count)
      for (name, tensor) in original.tensors {
        let other = try #require(copy.tensors[name])
        #expect(other.elementType == tensor.elementType && other.shape == tensor.shape, "\(source) \(name)")
        let same = tensor.withElements { mine in other.withElements { mine.elementsEqual($0) } }
        #expect(same, "\(source) \(name)")
        #expect(other.start.isMultiple(of: other.elementType.size))
      }
    }
    #expect(folder.names == ["copy.safetensors"])
  }

  @Test("A name given twice is refused before the first byte is written")
  func duplicates() throws {
    let twice = try StoredTensor(name: "a", shape: [], values: [3])
    var count = 0
    let error = #expect(throws: CheckpointError.Reason.self) {
      try Checkpoint.encode([twice, twice], metadata: [:]) { count += $0.count }
    }
    #expect(error == .duplicate("the tensor 'a'"))
    #expect(count == 0)
  }

  @Test("Values that do not fill the shape are refused")
  func shapes() {
    for (shape, count) in [([2, 3], 5), ([2], 3), ([-1], 1), ([.max, .max], 1)] as [([Int], Int)] {
      #expect(throws: CheckpointError.self) {
        try StoredTensor(name: "a", shape: shape, values: [Float](repeating: 0, count: count))
      }
    }
  }
}
