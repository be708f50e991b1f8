import Foundation
import Testing

@testable import Checkpoints

@Suite struct CheckpointContainerTests {
  @Test(
    "Every container, element type, protocol, wrapper and prefix gives the same five tensors",
    arguments: [
      "zip.pth", "legacy.pth", "plain.safetensors", "half.pth", "half-legacy.pth", "half.safetensors",
      "bfloat16.pth",
      "bfloat16-legacy.pth", "bfloat16.safetensors", "double.pth", "double-legacy.pth", "double.safetensors",
      "wrapped-state_dict.pth", "wrapped-model_state.pth", "wrapped-model_state_dict.pth",
      "wrapped-model.pth",
      "training-2.pth", "training-3.pth", "training-4.pth", "training-5.pth", "training-1-legacy.pth",
      "training-2-legacy.pth", "training-4-legacy.pth", "parameters.pth", "big-endian.pth",
      "compiled.pth", "compiled-legacy.pth", "student.safetensors", "nested.pth", "averaged.pth", "pair.pth",
      "lightning.ckpt", "attributes.pth", "beside-2.pth", "beside-4.pth", "beside-2-legacy.pth",
      "negative.pth", "negative-legacy.pth", "negative-half.pth", "negative-bfloat16.pth",
      "negative-double.pth",
    ])
  func sameTensors(file: String) throws {
    let checkpoint = try Checkpoint(contentsOf: Golden.path(file))
    // The formula's values are exact in every type, so the comparison needs no tolerance.
    #expect(checkpoint.tensors.mapValues(\.floats) == Golden.state)
    for (name, shape) in Golden.shapes { #expect(checkpoint.tensors[name]?.shape == shape) }
    #expect(Set(checkpoint.names) == Set(checkpoint.tensors.keys))
  }

  @Test("A container is told by its bytes, and torch.save's names keep their order")
  func containers() throws {
    #expect(try Checkpoint(contentsOf: Golden.path("zip.pth")).container == .zip)
    #expect(try Checkpoint(contentsOf: Golden.path("legacy.pth")).container == .legacyPickle)
    #expect(try Checkpoint(contentsOf: Golden.path("plain.safetensors")).container == .safetensors)
    #expect(try Checkpoint(contentsOf: Golden.path("legacy.pth")).names == Golden.shapes.map(\.name))
    #expect(
      try Checkpoint(contentsOf: Golden.path("plain.safetensors")).metadata == [
        "format": "pt", "labels": "a\nb",
      ])
  }

  @Test("What Python 2 wrote is read: byte strings, pairs, and storages of which a view is meant")
  func python2() throws {
    var expected = Golden.state
    expected["stem.1.num_batches_tracked"] = nil
    let checkpoint = try Checkpoint(contentsOf: Golden.path("python2.pth"))
    #expect(checkpoint.tensors.mapValues(\.floats) == expected)
  }

  @Test("Strides are followed, to the element", arguments: ["strided.pth", "strided-legacy.pth"])
  func strides(file: String) throws {
    let tensors = try Checkpoint(contentsOf: Golden.path(file)).tensors
    let base = Golden.elements([6, 8], salt: 0)
    let volume = Golden.elements([2, 3, 4, 5], salt: 1)
    func rows(_ rows: [Int], _ columns: [Int]) -> [Float] {
      rows.flatMap { r in columns.map { base[r * 8 + $0] } }
    }
    var permuted: [Float] = []
    for w in 0..<5 {
      for n in 0..<2 {
        for h in 0..<4 { for c in 0..<3 { permuted.append(volume[((n * 3 + c) * 4 + h) * 5 + w]) } }
      }
    }
    let expected: [String: [Float]] = [
      "whole": base, "transposed": (0..<8).flatMap { c in (0..<6).map { base[$0 * 8 + c] } },
      "sliced": rows([1, 2, 3], [2, 3, 4, 5, 6]), "stepped": rows([0, 2, 4], [0, 3, 6]), "permuted": permuted,
      "repeated": [Float](repeating: Golden.elements([1], salt: 2)[0], count: 12), "empty": [],
      "column": rows(Array(0..<6), [3]),
    ]
    #expect(tensors.mapValues(\.floats) == expected)
    #expect(tensors["permuted"]?.shape == [5, 2, 4, 3])
    #expect(tensors["empty"]?.shape == [0, 8])
  }

  @Test("Integers and bools become their values", arguments: ["integers.pth", "integers.safetensors"])
  func integers(file: String) throws {
    let tensors = try Checkpoint(contentsOf: Golden.path(file)).tensors
    #expect(tensors["bool"]?.floats == [0, 1, 1, 1])
    for name in ["int8", "uint8", "int16", "int32", "int64"] {
      #expect(tensors[name]?.floats == [0, 1, 2, 100])
    }
    #expect(tensors["int64"]?.elementType == .int64)
  }

  @Test("A shared storage serves both its tensors, and an untyped one those of its own type")
  func sharedStorage() throws {
    let untyped = Pickled.tuple([
      Pickled.text("storage"), Pickled.global("torch.storage", "UntypedStorage"), Pickled.text("0"),
      Pickled.text("cpu"),
      Pickled.integer(4), Array("N".utf8),
    ])
    let typed =
      Pickled.global("torch._utils", "_rebuild_tensor_v3")
      + Pickled.tuple([
        untyped + Array("Q".utf8), Pickled.integer(0), Pickled.tuple([Pickled.integer(2)]),
        Pickled.tuple([Pickled.integer(1)]), [0x89], Array("}".utf8), Pickled.global("torch", "uint16"),
      ]) + Array("R".utf8)
    let head = Pickled.file(Pickled.dictionary([("a", typed)]), elements: [], count: 4)
    #expect(try Checkpoint(bytes: head + [1, 0, 2, 1], path: "test.pth").tensors["a"]?.floats == [1, 258])

    let shared = Pickled.file(
      Pickled.dictionary([("a", Pickled.tensor([4])), ("b", Pickled.tensor([2], offset: 2))]))
    let tensors = try Checkpoint(bytes: shared, path: "test.pth").tensors.mapValues(\.floats)
    #expect(tensors == ["a": [1, 2, 3, 4], "b": [3, 4]])
  }
}
