import Testing

extension Lies {
  /// An MP4 of H.264 in Main profile whose sequence parameter set (ITU-T H.264, 7.3.2.1.1) ends before its
  /// usability information, in which the reordering would be named.
  static func withoutUsability(_ bytes: [UInt8]) throws -> [UInt8] {
    var bytes = bytes
    let tag = Array("avcC".utf8)
    let record = try #require(bytes.indices.first { bytes[$0...].starts(with: tag) }) + tag.count
    let length = Int(bytes[record + 6]) << 8 | Int(bytes[record + 7])
    let set = record + 8..<record + 8 + length
    var bits = SequenceBits(bytes[set])
    bits.skip(32)  // type, profile, constraints, level
    for _ in 0..<2 { bits.golomb() }
    if bits.golomb() == 0 { bits.golomb() }  // how the order shown is stored
    bits.golomb()
    bits.skip(1)
    for _ in 0..<2 { bits.golomb() }
    if bits.flag() == 0 { bits.skip(1) }
    bits.skip(1)
    if bits.flag() == 1 { for _ in 0..<4 { bits.golomb() } }
    try #require(bits.flag() == 1)
    bytes.replaceSubrange(set, with: bits.endingBeforeLast(length))
    return bytes
  }
}

/// Bits of a parameter set that needs no escapes.
private struct SequenceBits {
  private let bits: [UInt8]
  private var at = 0

  init(_ bytes: ArraySlice<UInt8>) {
    bits = bytes.flatMap { byte in (0..<8).map { byte >> (7 - $0) & 1 } }
  }

  mutating func skip(_ count: Int) { at += count }

  mutating func flag() -> UInt8 {
    at += 1
    return bits[at - 1]
  }

  @discardableResult mutating func golomb() -> Int {
    var zeros = 0
    while flag() == 0 { zeros += 1 }
    return (0..<zeros).reduce(1) { value, _ in value << 1 | Int(flag()) } - 1
  }

  /// What was read, its last flag as 0, and the end mark, in so many bytes.
  func endingBeforeLast(_ count: Int) -> [UInt8] {
    let kept = bits[..<(at - 1)] + [0, 1]
    let all = kept + [UInt8](repeating: 0, count: count * 8 - kept.count)
    return (0..<count).map { byte in all[(8 * byte)..<(8 * byte + 8)].reduce(0) { $0 << 1 | $1 } }
  }
}
