import CFFmpeg

/// MPEG-4 part 2: decoding begins at I-VOPs. Clauses of ISO 14496-2 (2004) are named.
struct MPEG4Syntax: CodedSyntax {
  private(set) var header = CodedPacket()
  private var layer: Layer?
  private var order = AnchorOrder()
  /// Whether planes may be predicted from fields, somewhere in what was read so far.
  private(set) var hasFields = false
  var reordering: Int? { 1 }

  /// Of a video object layer (6.2.3), what its planes depend on.
  private struct Layer {
    let timeBits: Int
    let isInterlaced: Bool
    let hasSprites: Bool
  }

  init(_ parameters: AVCodecParameters) {
    var header = CodedPacket()
    for unit in Units(parameters.header, lengthBytes: nil) { _ = try? note(unit, in: &header) }
    self.header = header
  }

  mutating func read(_ packet: PacketBytes) throws(BrokenHeader) -> CodedPacket {
    var found = CodedPacket()
    var units = Units(packet, lengthBytes: nil)
    while let unit = units.next() {
      guard try !note(unit, in: &found), unit.first == 0xB6 else { continue }
      // Interlacing (whose direct mode remembers the first time) and sprites are not followed.
      guard let layer, !layer.isInterlaced, !layer.hasSprites else { throw BrokenHeader() }
      var reader = BitReader(unit.dropFirst().prefix(64), escaped: false)
      let type = try reader.bits(2)
      while try reader.flag() {}
      try reader.skip(1 + layer.timeBits + 1)
      // A plane that is not coded stands for one that came packed with another, or for nothing.
      guard try reader.flag() else { throw BrokenHeader() }
      found.frames += 1
      found.isEntry = type == 0
      if found.frames == 1 { found.order = order.place(isBidirectional: type == 2) }
    }
    if found.frames != 1 { found.isUnclear = true }
    return found
  }

  /// Notes what all planes depend on; false if it is something else.
  private mutating func note(_ unit: Units.Element, in found: inout CodedPacket) throws(BrokenHeader) -> Bool
  {
    let code = Int(unit[unit.startIndex])
    switch code {
    case 0x20...0x2F:
      let read = try Self.layer(unit.dropFirst())
      layer = read
      hasFields = hasFields || read.isInterlaced
      found.add(unit, as: code)
      found.addLayout(unit)
    // User data among them: FFmpeg's decoder makes up for faults of the encoder that it names.
    case 0...0x1F, 0xB0, 0xB2, 0xB5: found.add(unit, as: code)
    case 0xB3: found.add([] as [UInt8], as: code)  // The time of the group is counted on from here.
    default: return false
    }
    return true
  }

  private static func layer(_ payload: some Sequence<UInt8>) throws(BrokenHeader) -> Layer {
    var reader = BitReader(payload, escaped: false)
    try reader.skip(9)
    var version = 1
    if try reader.flag() {
      version = try reader.bits(4)
      try reader.skip(3)
    }
    if try reader.bits(4) == 15 { try reader.skip(16) }
    if try reader.flag() {
      try reader.skip(3)
      if try reader.flag() { try reader.skip(79) }
    }
    // Shapes are not followed.
    guard try reader.bits(2) == 0 else { throw BrokenHeader() }
    try reader.skip(1)
    let resolution = try reader.bits(16)
    try reader.skip(1)
    let timeBits = max(1, Int.bitWidth - max(resolution - 1, 0).leadingZeroBitCount)
    if try reader.flag() { try reader.skip(timeBits) }
    try reader.skip(1 + 13 + 1 + 13 + 1)
    let isInterlaced = try reader.flag()
    try reader.skip(1)
    let hasSprites = try reader.bits(version == 1 ? 1 : 2) != 0
    return Layer(timeBits: timeBits, isInterlaced: isInterlaced, hasSprites: hasSprites)
  }
}
