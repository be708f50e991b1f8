import Foundation
import TestSupport

/// The tensors of a safetensors file as torch.save writes them: float32, each with a storage of its own.
struct TorchFile {
  private let tensors: [(name: String, shape: [Int], bytes: Data)]

  init(safetensors file: Data) throws {
    let (header, values) = try SafetensorsFile.parts(of: file)
    tensors = header.compactMap { name, fields in
      guard let fields = fields as? [String: Any], let shape = fields["shape"] as? [Int],
        let range = fields["data_offsets"] as? [Int]
      else { return nil }
      return (name, shape, values[(values.startIndex + range[0])..<(values.startIndex + range[1])])
    }.sorted { $0.name < $1.name }
  }

  /// The container of 2019: pickles one behind the other, then the storages, each after its number of
  /// elements.
  var legacy: Data {
    var file = Data([0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E])
    file += [0x80, 2, 0x4D, 0xE9, 3, 0x2E, 0x80, 2, 0x7D, 0x2E] + stateDict
    file += [0x80, 2] + "](".utf8 + tensors.indices.flatMap { text("\($0)") } + "e.".utf8
    for tensor in tensors { file += littleEndian(Int64(tensor.bytes.count / 4)) + tensor.bytes }
    return file
  }

  /// Today's container: a zip archive of stored entries.
  var zip: Data {
    var entries = [("archive/data.pkl", Data(stateDict)), ("archive/version", Data("3\n".utf8))]
    entries += tensors.enumerated().map { ("archive/data/\($0)", $1.bytes) }
    var file = Data()
    var directory = Data()
    for (name, bytes) in entries {
      let facts =
        littleEndian(Int16(0)) + [0, 0, 0, 0, 0, 0] + littleEndian(Self.crc(bytes))
        + littleEndian(UInt32(bytes.count)) + littleEndian(UInt32(bytes.count))
        + littleEndian(UInt16(name.utf8.count)) + [0, 0]
      directory += "PK".utf8 + [1, 2, 20, 0, 20, 0] + facts + [UInt8](repeating: 0, count: 10)
      directory += littleEndian(UInt32(file.count)) + Array(name.utf8)
      file += "PK".utf8 + [3, 4, 20, 0] + facts + Array(name.utf8) + bytes
    }
    let count = littleEndian(UInt16(entries.count))
    let place = littleEndian(UInt32(directory.count)) + littleEndian(UInt32(file.count))
    file += directory
    file += "PK".utf8 + [5, 6, 0, 0, 0, 0]
    file += count + count + place + [0, 0]
    return file
  }

  private var stateDict: [UInt8] {
    var pickle: [UInt8] = [0x80, 2] + "}(".utf8
    for (number, tensor) in tensors.enumerated() {
      pickle += text(tensor.name)
      pickle += pickled(tensor.shape, key: "\(number)", count: tensor.bytes.count / 4)
    }
    return pickle + "u.".utf8
  }

  private func pickled(_ shape: [Int], key: String, count: Int) -> [UInt8] {
    let strides = shape.indices.map { shape[($0 + 1)...].reduce(1, *) }
    let storage =
      tuple([text("storage"), global("torch", "FloatStorage"), text(key), text("cpu"), integer(count)])
      + "Q".utf8
    let facts = [storage, integer(0), tuple(shape.map(integer)), tuple(strides.map(integer)), [0x89]]
    return global("torch._utils", "_rebuild_tensor_v2")
      + tuple(facts + [global("collections", "OrderedDict") + ")R".utf8]) + "R".utf8
  }

  private func tuple(_ items: [[UInt8]]) -> [UInt8] { "(".utf8 + items.flatMap { $0 } + "t".utf8 }

  private func global(_ module: String, _ name: String) -> [UInt8] { Array("c\(module)\n\(name)\n".utf8) }

  private func text(_ value: String) -> [UInt8] {
    [0x58] + littleEndian(UInt32(value.utf8.count)) + Array(value.utf8)
  }

  private func integer(_ value: Int) -> [UInt8] { [0x8A, 8] + littleEndian(value) }

  private func littleEndian<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian, Array.init)
  }

  /// CRC-32 of ISO 3309.
  private static func crc(_ bytes: Data) -> UInt32 {
    ~bytes.reduce(~0) { sum, byte in table[Int(UInt8(truncatingIfNeeded: sum) ^ byte)] ^ sum >> 8 }
  }

  private static let table: [UInt32] = (0..<256).map { number in
    (0..<8).reduce(UInt32(number)) { value, _ in value & 1 == 0 ? value >> 1 : value >> 1 ^ 0xEDB8_8320 }
  }
}
