import Foundation
import TestSupport
import Testing

@testable import Checkpoints

/// Damaged files are read or refused; nothing else may happen. `R2P1D_FUZZ=5000000` sets the number of
/// mutations.
@Suite struct CheckpointFuzzTests {
  static let files = [
    "zip.pth", "legacy.pth", "plain.safetensors", "strided.pth", "strided-legacy.pth", "training-2.pth",
    "training-4-legacy.pth", "training-1-legacy.pth", "python2.pth", "half.pth", "integers.safetensors",
    "big-endian.pth",
    "nested.pth", "beside-2-legacy.pth", "negative-legacy.pth", "deflated.pth", "attack-legacy.pth",
    "attack-4.pkl",
  ]

  @Test("A file cut short at any byte is refused, and never read past its end", arguments: files)
  func truncation(file: String) throws {
    let bytes = try Golden.bytes(file)
    for count in 0..<bytes.count {
      #expect(refusal(Array(bytes[..<count])) != nil, "\(file) cut to \(count) bytes")
    }
  }

  @Test("A file with any one byte changed is read or refused", .slow, arguments: files)
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
      let mutated = CheckpointMutation.of(originals, seed: seed)
      if refusal(mutated) == nil { outcomes.read += 1 } else { outcomes.refused += 1 }
    }
    // Both happen often: else the mutations reach nothing, or break everything at the door.
    #expect(outcomes.read > count / 50 && outcomes.refused > count / 50, "\(outcomes)")
  }
}
