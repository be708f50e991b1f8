@testable import Checkpoints

#if canImport(TestSupport)
  import TestSupport
#endif

/// Checkpoints damaged at random.
enum CheckpointMutation {
  /// Damages one of `originals`, perhaps with parts of the others; the same seed gives the same bytes
  /// everywhere.
  static func of(_ originals: [[UInt8]], seed: Int) -> [UInt8] {
    var random = SplitMix64(seed: UInt64(seed))
    var bytes = originals[Int.random(in: 0..<originals.count, using: &random)]
    for _ in 0..<Int.random(in: 1...4, using: &random) where bytes.count > 8 {
      let index = Int.random(in: 0..<(bytes.count - 8), using: &random)
      let end = min(bytes.count, index + Int.random(in: 1...24, using: &random))
      switch Int.random(in: 0..<8, using: &random) {
      case 0: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 1: bytes[index] = .random(in: .min ... .max, using: &random)
      case 2: bytes[index] = Array("().}]hjqrcRbQtuesalNKMJX\u{5}".utf8).randomElement(using: &random) ?? 0
      case 3:
        let value = [0, 1, 0x7F, 0xFF, 0xFFFF, 0x7FFF_FFFF, 0xFFFF_FFFF, Int.max, -1, Int.min].randomElement(
          using: &random)
        let width = [1, 2, 4, 8].randomElement(using: &random) ?? 8
        bytes.replaceSubrange(index..<(index + width), with: Pickled.littleEndian(value ?? 0).prefix(width))
      case 4: bytes.removeSubrange(index..<end)
      case 5: bytes.insert(contentsOf: bytes[index..<end], at: index)
      case 6:
        let other = originals[Int.random(in: 0..<originals.count, using: &random)]
        let from = Int.random(in: 0..<other.count, using: &random)
        bytes.replaceSubrange(index..<end, with: other[from..<min(other.count, from + end - index)])
      default: bytes.removeSubrange(index...)
      }
    }
    return bytes
  }
}
