/// FNV-1a, 64 bits: the same on every machine and in every version, which Swift's own hashes are not.
package struct StableHash {
  package private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

  package init(_ bytes: some Sequence<UInt8>) {
    add(bytes)
  }

  package mutating func add(_ bytes: some Sequence<UInt8>) {
    for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }
  }

  /// Sixteen hexadecimal digits.
  package static func text(_ bytes: some Sequence<UInt8>) -> String {
    let digits = String(StableHash(bytes).value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
