import CFFmpeg

/// Motion JPEG: decoding begins at any frame that brings all the tables it uses, for tables are kept from
/// frame to frame.
struct JPEGSyntax: CodedSyntax {
  func read(_ packet: PacketBytes) throws(BrokenHeader) -> CodedPacket {
    // As a rule all that comes before the picture itself.
    packet.load(0..<1024)
    let bytes = packet.bytes
    guard bytes.count > 4, bytes[0] == 0xFF, bytes[1] == 0xD8 else { throw BrokenHeader() }
    var found = CodedPacket(frames: 1)
    var quantizations: Set<Int> = []
    var at = 2
    while at + 4 <= bytes.count {
      packet.load(at..<at + 4)
      guard bytes[at] == 0xFF else { throw BrokenHeader() }
      let marker = bytes[at + 1]
      if marker == 0xFF {
        at += 1
        continue
      }
      let length = Int(bytes[at + 2]) << 8 | Int(bytes[at + 3])
      guard length >= 2, length <= bytes.count - at - 2 else { throw BrokenHeader() }
      packet.load(at + 4..<at + 2 + length)
      let segment = Array(bytes[at + 4..<at + 2 + length])
      at += 2 + length
      switch marker {
      case 0xDB: try Self.quantization(segment) { found.add([] as [UInt8], as: $0) }
      case 0xC4: try Self.huffman(segment) { found.add([] as [UInt8], as: $0) }
      case 0xC0, 0xC1:
        guard segment.count >= 6 else { throw BrokenHeader() }
        found.addLayout(segment[1..<5])
        for table in stride(from: 8, to: segment.count, by: 3) {
          quantizations.insert(Int(segment[table] & 3))
        }
      case 0xC2...0xCF: throw BrokenHeader()  // progressive, lossless
      case 0xDA:
        // Where no frame has Huffman tables, those of Motion JPEG in AVI are meant: they need no definition.
        found.isEntry = !quantizations.isEmpty && quantizations.allSatisfy { found.parameters[$0] != nil }
        return found
      default: break
      }
    }
    throw BrokenHeader()
  }

  /// The identifiers of a DQT segment's tables.
  private static func quantization(_ segment: [UInt8], _ found: (Int) -> Void) throws(BrokenHeader) {
    var at = 0
    while at < segment.count {
      found(Int(segment[at] & 3))
      at += segment[at] >> 4 == 0 ? 65 : 129
    }
    guard at == segment.count else { throw BrokenHeader() }
  }

  /// The identifiers of a DHT segment's tables, 0x100 for DC and 0x110 for AC and the number.
  private static func huffman(_ segment: [UInt8], _ found: (Int) -> Void) throws(BrokenHeader) {
    var at = 0
    while at + 17 <= segment.count {
      found(0x100 | Int(segment[at] & 0x13))
      at += 17 + segment[at + 1..<at + 17].reduce(0) { $0 + Int($1) }
    }
    guard at == segment.count else { throw BrokenHeader() }
  }
}
