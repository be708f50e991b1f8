/// H.263 and what was made after it: decoding begins at any intra picture, and frames are shown as they are
/// decoded.
struct H263Syntax: CodedSyntax {
  enum Variant {
    /// ITU-T H.263 (5.1), with and without PLUSPTYPE.
    case standard
    /// Sorenson's, of Flash video.
    case sorenson
    /// MS MPEG-4 versions 2 and 3, the latter also as DivX 3, and Windows Media Video 7.
    case microsoft
    case windowsMedia8
  }

  let variant: Variant

  func read(_ packet: PacketBytes) throws(BrokenHeader) -> CodedPacket {
    var reader = BitReader(packet.prefix(16), escaped: false)
    let isIntra =
      switch variant {
      case .standard: try Self.isIntra(&reader)
      case .sorenson: try Self.isSorensonIntra(&reader)
      case .microsoft: try Self.isMicrosoftIntra(&reader)
      case .windowsMedia8: try !reader.flag()
      }
    return CodedPacket(frames: 1, isEntry: isIntra)
  }

  private static func isIntra(_ reader: inout BitReader) throws(BrokenHeader) -> Bool {
    guard try reader.bits(22) == 0x20 else { throw BrokenHeader() }
    try reader.skip(8)
    guard try reader.bits(2) == 2 else { throw BrokenHeader() }
    try reader.skip(3)
    guard try reader.bits(3) == 7 else { return try !reader.flag() }
    // Without all its modes (OPPTYPE) a picture keeps those of the one before.
    guard try reader.bits(3) == 1 else { return false }
    try reader.skip(18)
    return try reader.bits(3) == 0
  }

  private static func isSorensonIntra(_ reader: inout BitReader) throws(BrokenHeader) -> Bool {
    guard try reader.bits(17) == 1 else { throw BrokenHeader() }
    try reader.skip(5 + 8)
    switch try reader.bits(3) {
    case 0: try reader.skip(2 * 8)
    case 1: try reader.skip(2 * 16)
    default: break
    }
    return try reader.bits(2) == 0
  }

  private static func isMicrosoftIntra(_ reader: inout BitReader) throws(BrokenHeader) -> Bool {
    let type = try reader.bits(2)
    guard type < 2 else { throw BrokenHeader() }
    return type == 0
  }
}
