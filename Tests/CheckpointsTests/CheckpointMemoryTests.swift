import Foundation
import TestSupport
import Testing

@testable import Checkpoints

@Suite struct CheckpointMemoryTests {
  @Test("Aligned float32 is handed over where it lies, anything else as a copy")
  func zeroCopy() throws {
    func isInPlace(_ tensor: StoredTensor?) -> Bool? {
      tensor.map { tensor in
        tensor.withElements { elements in
          tensor.withFloats { UnsafeRawPointer($0.baseAddress) == elements.baseAddress }
        }
      }
    }
    let zip = try Checkpoint(contentsOf: Golden.path("zip.pth"))
    #expect(isInPlace(zip.tensors["fc.weight"]) == true)
    #expect(isInPlace(zip.tensors["stem.1.num_batches_tracked"]) == false)
    let safetensors = try Checkpoint(contentsOf: Golden.path("plain.safetensors"))
    #expect(isInPlace(safetensors.tensors["fc.weight"]) == true)
    // A name one byte longer moves the data by one: of four files, one is aligned.
    var inPlace = 0
    for name in ["a", "ab", "abc", "abcd"] {
      let bytes = Pickled.file(Pickled.dictionary([(name, Pickled.tensor([4]))]))
      let tensor = try Checkpoint(bytes: bytes, path: "test.pth").tensors[name]
      #expect(tensor?.floats == [1, 2, 3, 4])
      inPlace += isInPlace(tensor) == true ? 1 : 0
    }
    #expect(inPlace == 1)
  }

  @Test("Released pages come back from the file, and a copy in memory is left alone")
  func release() throws {
    let folder = try TemporaryFolder()
    let values = (0..<100_000).map { Float($0) }
    let path = folder.path("big.safetensors")
    try Checkpoint.write([StoredTensor(name: "a", shape: [100_000], values: values)], to: path)
    for checkpoint in [
      try Checkpoint(contentsOf: path),
      try Checkpoint(bytes: Array(Data(contentsOf: URL(filePath: path))), path: path),
    ] {
      let tensor = try #require(checkpoint.tensors["a"])
      #expect(tensor.floats == values)
      checkpoint.release(tensor)
      #expect(tensor.floats == values)
    }
  }

  @Test("Opening reads no tensors: a file of 16 GB, all of it a hole, opens at once")
  func sparse() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("sparse.safetensors")
    let size = 1 << 34
    let json = #"{"a":{"dtype":"F32","shape":[4294967296],"data_offsets":[0,17179869184]}}"#
    try Data(Pickled.littleEndian(UInt64(json.utf8.count)) + Array(json.utf8)).write(to: URL(filePath: path))
    let file = try FileHandle(forWritingTo: URL(filePath: path))
    try file.truncate(atOffset: UInt64(8 + json.utf8.count + size))
    try file.close()
    var count = 0
    let time = try ContinuousClock().measure {
      count = try Checkpoint(contentsOf: path).tensors["a"]?.count ?? 0
    }
    #expect(count == size / 4)
    // Reading 16 GB takes longer than this on any machine; opening takes a millisecond, on a busy one more.
    #expect(time < .seconds(1))
  }

  @Test("A tensor keeps its checkpoint's memory")
  func lifetime() throws {
    func tensor() throws -> StoredTensor? {
      try Checkpoint(contentsOf: Golden.path("zip.pth")).tensors["fc.bias"]
    }
    #expect(try tensor()?.floats == Golden.state["fc.bias"])
  }

  @Test("Memory that lasts is read in place")
  func lasting() throws {
    let bytes = try Golden.bytes("plain.safetensors")
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 8)
    defer { memory.deallocate() }
    memory.copyBytes(from: bytes)
    let checkpoint = try Checkpoint(lasting: UnsafeRawBufferPointer(memory), path: "built in")
    #expect(checkpoint.tensors.mapValues(\.floats) == Golden.state)
    let address = try #require(checkpoint.tensors["fc.weight"]).withFloats {
      UnsafeRawPointer($0.baseAddress)
    }
    let start = try #require(memory.baseAddress)
    #expect(address.map { $0 > start && $0 < start + bytes.count } == true)
  }
}
