/// A header that ends early, or says what is not followed here.
struct BrokenHeader: Error {}

/// The bits of a coded header, most significant first.
struct BitReader {
  private let bytes: [UInt8]
  private var at = 0

  /// `escaped` units of H.264 and H.265 hold a byte 3 after two zeros that is no part of the header. A header
  /// is far shorter than `limit` bytes; what lies behind these is not read.
  init(_ unit: some Sequence<UInt8>, escaped: Bool, limit: Int = 4096) {
    var bytes: [UInt8] = []
    var zeros = 0
    for byte in unit.prefix(limit) {
      if escaped, zeros >= 2, byte == 3 {
        zeros = 0
        continue
      }
      zeros = byte == 0 ? zeros + 1 : 0
      bytes.append(byte)
    }
    self.bytes = bytes
  }

  var left: Int { 8 * bytes.count - at }

  /// The next `count` bits, at most 32, as a number.
  mutating func bits(_ count: Int) throws(BrokenHeader) -> Int {
    guard count <= left else { throw BrokenHeader() }
    var value = 0
    for _ in 0..<count {
      value = value << 1 | Int(bytes[at >> 3] >> (7 - at & 7) & 1)
      at += 1
    }
    return value
  }

  mutating func flag() throws(BrokenHeader) -> Bool { try bits(1) == 1 }

  mutating func skip(_ count: Int) throws(BrokenHeader) {
    guard count >= 0, count <= left else { throw BrokenHeader() }
    at += count
  }

  /// An Exp-Golomb number (H.264 and H.265, 9.1 and 9.2).
  mutating func golomb() throws(BrokenHeader) -> Int {
    var zeros = 0
    while try bits(1) == 0 {
      zeros += 1
      guard zeros <= 31 else { throw BrokenHeader() }
    }
    return try 1 << zeros - 1 + bits(zeros)
  }

  mutating func signedGolomb() throws(BrokenHeader) -> Int {
    let code = try golomb()
    return code & 1 == 1 ? (code + 1) / 2 : -code / 2
  }
}
