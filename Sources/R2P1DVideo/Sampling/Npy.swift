import VideoDecoding

/// NumPy's .npy format, version 1.0.
package enum Npy {
  /// The header of a little-endian float32 array in C order: 128 bytes, whatever the sizes, so that it can be
  /// written again when the last of them is known.
  package static func header(shape: [Int]) -> [UInt8] {
    let sizes = shape.map(String.init).joined(separator: ", ")
    let facts = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(sizes)), }"
    let prefix: [UInt8] = [0x93] + "NUMPY".utf8 + [1, 0, 118, 0]
    let padding = String(repeating: " ", count: max(0, 117 - facts.utf8.count))
    return prefix + Array((facts + padding + "\n").utf8)
  }
}
