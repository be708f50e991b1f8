import Inference

extension Sample {
  /// Its three planes as packed pixels, row by row.
  package var packedRGB: [UInt8] {
    let plane = side * side
    return [UInt8](unsafeUninitializedCapacity: 3 * plane) { pixels, count in
      for colour in 0..<3 {
        for place in 0..<plane { pixels[3 * place + colour] = bytes[colour * plane + place] }
      }
      count = 3 * plane
    }
  }
}
