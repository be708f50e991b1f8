import Foundation
import Testing

@testable import Inference

/// Damaged files are read or refused; nothing else may happen. `R2P1D_FUZZ=5000000` sets the number of
/// mutations.
@Suite struct CheckpointFuzzTests {
  static let files = [
    "zip.pth", "legacy.pth", "plain.safetensors", "strided.pth", "strided-legacy.pth", "training-2.pth",
    "training-4-legacy.pth", "training-1-legacy.pth", "python2.pth", "half.pth", "integers.safetensors",
    "big-endian.pth",
    "deflated.pth", "attack-legacy.pth", "attack-4.pkl",
  ]

  @Test("A file cut short at any byte is refused, and never read past its end", arguments: files)
  func truncation(file: String) throws {
    let bytes = try Golden.bytes(file)
    for count in 0..<bytes.count {
      #expect(refusal(Array(bytes[..<count])) != nil, "\(file) cut to \(count) bytes")
    }
  }

  @Test("A file with any one byte changed is read or refused", arguments: files)
  func singleBytes(file: String) throws {
    let bytes = try Golden.bytes(file)
    for index in bytes.indices {
      for value in [0xFF, bytes[index] ^ 1] {
        var changed = bytes
        changed[index] = value
        _ = refusal(changed)
      }
    }
  }

  @Test("Seeded mutations of all kinds are read or refused")
  func mutations() throws {
    let count = ProcessInfo.processInfo.environment["R2P1D_FUZZ"].flatMap { Int($0) } ?? 6000
    let originals = try Self.files.map(Golden.bytes)
    var outcomes = (read: 0, refused: 0)
    for seed in 0..<count {
      var random = SplitMix(state: UInt64(seed))
      let mutated = mutate(originals, &random)
      if refusal(mutated) == nil { outcomes.read += 1 } else { outcomes.refused += 1 }
    }
    // Both happen often: else the mutations reach nothing, or break everything at the door.
    #expect(outcomes.read > count / 50 && outcomes.refused > count / 50, "\(outcomes)")
  }

  private func mutate(_ originals: [[UInt8]], _ random: inout SplitMix) -> [UInt8] {
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

/// Steele, Lea and Flood's SplitMix64: the same mutations on every machine.
private struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
