import Foundation

@testable import Checkpoints

extension StoredTensor {
  var floats: [Float] { withFloats { Array($0) } }
}

extension Checkpoint {
  /// Reads every element of every tensor, so that a range that is wrong shows.
  func readAll() -> Int {
    tensors.values.reduce(0) { count, tensor in
      tensor.withFloats { floats in
        // The sum keeps the reads from being dropped.
        count + floats.count + (floats.reduce(0, +).isNaN ? 0 : 1)
      }
    }
  }
}

/// Pickles written by hand, in the opcodes that torch.save uses.
enum Pickled {
  static func text(_ value: String) -> [UInt8] {
    [0x58] + littleEndian(UInt32(value.utf8.count)) + Array(value.utf8)
  }

  static func integer(_ value: Int) -> [UInt8] { [0x8A, 8] + littleEndian(value) }

  static func tuple(_ items: [[UInt8]]) -> [UInt8] {
    Array("(".utf8) + items.flatMap { $0 } + Array("t".utf8)
  }

  static func global(_ module: String, _ name: String) -> [UInt8] { Array("c\(module)\n\(name)\n".utf8) }

  static func dictionary(_ pairs: [(String, [UInt8])]) -> [UInt8] {
    Array("}(".utf8) + pairs.flatMap { text($0.0) + $0.1 } + Array("u".utf8)
  }

  static func storage(key: String = "0", type: String = "FloatStorage", count: Int = 4) -> [UInt8] {
    tuple([text("storage"), global("torch", type), text(key), text("cpu"), integer(count), Array("N".utf8)])
      + Array("Q".utf8)
  }

  static func tensor(
    _ shape: [Int], strides: [Int]? = nil, offset: Int = 0, storage: [UInt8] = storage()
  ) -> [UInt8] {
    global("torch._utils", "_rebuild_tensor_v2")
      + tuple([
        storage, integer(offset), tuple(shape.map(integer)),
        tuple((strides ?? shape.map { _ in 1 }).map(integer)), [0x89],
        global("collections", "OrderedDict") + Array(")R".utf8),
      ])
      + Array("R".utf8)
  }

  static func littleEndian<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian, Array.init)
  }

  /// A legacy file around one pickled value (without its STOP), with one storage.
  static func file(
    _ value: [UInt8], keys: [String] = ["0"], elements: [Float] = [1, 2, 3, 4], count: Int64? = nil
  ) -> [UInt8] {
    let head: [UInt8] =
      [0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E]
      + [0x80, 2, 0x4D, 0xE9, 3, 0x2E, 0x80, 2, 0x7D, 0x2E]
    let list = Array("](".utf8) + keys.flatMap(text) + Array("e.".utf8)
    let data = keys.flatMap { _ in
      littleEndian(count ?? Int64(elements.count)) + elements.flatMap { littleEndian($0.bitPattern) }
    }
    return head + value + Array(".".utf8) + list + data
  }
}

/// The reason why `bytes` are refused; nil where they are read.
func refusal(_ bytes: [UInt8]) -> CheckpointError.Reason? {
  do {
    _ = try Checkpoint(bytes: bytes, path: "test.pth").readAll()
    return nil
  } catch {
    return error.reason
  }
}

extension Checkpoint {
  /// A safetensors file of `tensors` at `path`.
  static func write(_ tensors: [StoredTensor], metadata: [String: String] = [:], to path: String) throws {
    var bytes: [UInt8] = []
    try encode(tensors, metadata: metadata) { bytes += $0 }
    try Data(bytes).write(to: URL(filePath: path), options: .atomic)
  }
}
