import Foundation

/// A safetensors file, read as its specification says.
package enum SafetensorsFile {
  /// The header, and the bytes of the tensors.
  package static func parts(of file: Data) throws -> (header: [String: Any], values: Data) {
    let length = file.prefix(8).enumerated().reduce(0) { $0 + Int($1.element) << (8 * $1.offset) }
    let header = try JSONSerialization.jsonObject(with: file.dropFirst(8).prefix(length))
    return (header as? [String: Any] ?? [:], Data(file.dropFirst(8 + length)))
  }

  /// The floats of a tensor of type F32.
  package static func floats(_ name: String, of file: Data) throws -> [Float] {
    let (header, values) = try parts(of: file)
    guard let range = (header[name] as? [String: Any])?["data_offsets"] as? [Int] else { return [] }
    return values[range[0]..<range[1]].floats
  }
}

extension Data {
  /// The float32 values that the bytes are.
  package var floats: [Float] {
    withUnsafeBytes { bytes in
      stride(from: 0, to: bytes.count, by: 4).map {
        Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: $0, as: UInt32.self)))
      }
    }
  }
}
