import CFFmpeg

/// MPEG-1 and MPEG-2: decoding begins at an I picture behind a sequence header, which sets all tables back.
struct MPEG2Syntax: CodedSyntax {
  private(set) var header = CodedPacket()
  private var order = AnchorOrder()
  /// One B picture may stand between two that it is predicted from, and those two are the only ones kept.
  var reordering: Int? { 1 }

  init(_ parameters: AVCodecParameters) {
    var units = Units(parameters.header, lengthBytes: nil)
    var isSequence = false
    while let unit = units.next() {
      _ = Self.note(unit, &isSequence, in: &header)
    }
  }

  mutating func read(_ packet: PacketBytes) throws(BrokenHeader) -> CodedPacket {
    var found = CodedPacket()
    var (isSequence, isIntra) = (false, true)
    var (pictures, fields) = (0, 0)
    var units = Units(packet, lengthBytes: nil)
    while let unit = units.next() {
      guard !Self.note(unit, &isSequence, in: &found) else { continue }
      let first = unit.startIndex
      switch unit[first] {
      case 0:  // picture header: ten bits of temporal reference, three of the coding type
        guard unit.count >= 3 else { throw BrokenHeader() }
        pictures += 1
        fields += 2
        let type = unit[first + 2] >> 3 & 7
        isIntra = isIntra && type == 1
        if pictures == 1 { found.order = order.place(isBidirectional: type == 3) }
      case 0xB5 where unit.count >= 4 && unit[first + 1] >> 4 == 8 && unit[first + 3] & 3 != 3:
        fields -= 1  // a field of its own
      case 0xB4: throw BrokenHeader()
      // An encoder whose faults FFmpeg's decoder makes up for, from there on.
      case 0xB2 where unit.dropFirst(2).starts(with: "TMPGEXS".utf8): found.isUnclear = true
      default: break
      }
    }
    if fields != 2 || pictures > 2 { found.isUnclear = true }
    found.frames = fields / 2
    found.isEntry = isIntra && pictures > 0 && !found.parameters.isEmpty
    return found
  }

  /// Notes a sequence header and its extensions; false if it is none.
  private static func note(
    _ unit: Units.Element, _ isSequence: inout Bool, in found: inout CodedPacket
  ) -> Bool {
    let code = unit[unit.startIndex]
    if code == 0xB3 { isSequence = true } else if code != 0xB5 { isSequence = false }
    if isSequence { found.add(unit, as: 0xB3) }
    // Twelve bits of width and of height.
    if code == 0xB3 { found.addLayout(unit.dropFirst().prefix(3)) }
    return isSequence
  }
}
