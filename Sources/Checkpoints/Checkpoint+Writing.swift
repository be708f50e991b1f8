#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif
extension StoredTensor {
  /// A tensor of its own memory, for writing. `values` lie row by row; there must be as many as `shape` asks
  /// for.
  package init(name: String, shape: [Int], values: [Float]) throws(CheckpointError) {
    let path = quoted(name)
    let memory = values.withUnsafeBytes { CheckpointMemory(copying: $0, path: path) }
    do throws(CheckpointError.Reason) {
      try self.init(
        name: name, shape: shape, elementType: .float32, storage: 0..<memory.bytes.count, memory: memory,
        isBigEndian: 1.bigEndian == 1)
      guard count == values.count else {
        throw .tensor(path, found: "\(shape)", expected: "a shape of \(values.count) elements")
      }
    } catch {
      throw CheckpointError(path: path, reason: error)
    }
  }
}

extension Checkpoint {
  /// Hands over the bytes of a safetensors file in which every tensor keeps its element type, and is aligned
  /// for it. Throws `.duplicate` before the first of them for a name given twice, and what `body` throws.
  package static func encode<Failure: Error>(
    _ tensors: [StoredTensor], metadata: [String: String],
    to body: (UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws {
    // Wide elements first: each then begins at a multiple of its size.
    let sorted = tensors.sorted { ($1.elementType.size, $0.name) < ($0.elementType.size, $1.name) }
    let header = try safetensorsHeader(sorted, metadata)
    try header.withUnsafeBytes { (bytes) throws(Failure) in try body(bytes) }
    for tensor in sorted {
      try tensor.withElements { (bytes) throws(Failure) in try body(bytes) }
    }
  }

  /// The length and the JSON, padded with spaces to a multiple of 8 bytes.
  private static func safetensorsHeader(
    _ tensors: [StoredTensor], _ metadata: [String: String]
  ) throws(CheckpointError.Reason) -> [UInt8] {
    var fields: [String: SafetensorsField] =
      metadata.isEmpty ? [:] : [SafetensorsField.metadataKey: .metadata(metadata)]
    var end = 0
    for tensor in tensors {
      let begin = end
      end += tensor.count * tensor.elementType.size
      let entry = SafetensorsEntry(
        dtype: tensor.elementType.rawValue, shape: tensor.shape, begin: begin, end: end)
      guard fields.updateValue(.tensor(entry), forKey: tensor.name) == nil else {
        throw .duplicate("the tensor \(quoted(tensor.name))")
      }
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard var json = try? Array(encoder.encode(fields)) else { throw .cannotWrite("its header is not JSON") }
    json += [UInt8](repeating: UInt8(ascii: " "), count: (8 - json.count % 8) % 8)
    return withUnsafeBytes(of: UInt64(json.count).littleEndian, Array.init) + json
  }
}
