#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Initialisation as torchvision's `VideoResNet` does it: Kaiming normal (fan out, ReLU) for convolutions, 1
/// and 0 for BatchNorm, normal with deviation 0.01 for the classifier's weights.
extension VideoResNet {
  /// The values of tensor `name`; the same for the same seed on every machine and for every thread count.
  func randomTensor(_ name: String, seed: UInt64, zeroInitResidual: Bool) -> [Float] {
    guard let shape = tensors.first(where: { $0.name == name })?.shape else { return [] }
    let count = shape.reduce(1, *)
    if shape.count == 5 {
      let fanOut = shape[0] * shape[2] * shape[3] * shape[4]
      return normals(count, deviation: (2 / Double(fanOut)).squareRoot(), seed: seed, name)
    }
    if name == "fc.weight" { return normals(count, deviation: 0.01, seed: seed, name) }
    let last = zeroInitResidual ? blocks.compactMap { $0.conv2.last.map { "\($0.norm).weight" } } : []
    let one = (name.hasSuffix(".weight") && !last.contains(name)) || name.hasSuffix(".running_var")
    return Array(repeating: one ? 1 : 0, count: count)
  }

  /// Box–Muller over SplitMix64 (Steele et al. 2014), each tensor with a stream of its own.
  private func normals(_ count: Int, deviation: Double, seed: UInt64, _ name: String) -> [Float] {
    var state = name.utf8.reduce(seed &+ 0x9E37_79B9_7F4A_7C15) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    func uniform() -> Float {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return (Float((z ^ (z >> 31)) >> 40) + 0.5) * 0x1p-24
    }
    return [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      for i in stride(from: 0, to: count, by: 2) {
        let radius = Float(deviation) * (-2 * logf(uniform())).squareRoot()
        let angle = 2 * Float.pi * uniform()
        buffer[i] = radius * cosf(angle)
        if i + 1 < count { buffer[i + 1] = radius * sinf(angle) }
      }
      initialized = count
    }
  }
}
