import CFFmpeg

/// H.265: decoding begins at IDR, BLA and CRA pictures. Clauses of ITU-T H.265 (2021) are named.
///
/// What follows an intra random access point in the order shown must not refer to what lies before it: of a
/// picture that does, FFmpeg's decoder says that its reference is missing.
struct H265Syntax: CodedSyntax {
  private let lengthBytes: Int?
  /// By identifier, `sps_max_num_reorder_pics` of the highest layer.
  private var reorderings: [Int: Int] = [:]
  /// By identifier, the bits of the picture order count that slices store, and whether they name a plane.
  private var orders: [Int: (bits: Int, hasPlanes: Bool)] = [:]
  /// By identifier, the sequence of a picture parameter set, and bits that its slices' headers hold besides.
  private var pictures: [Int: (sequence: Int, extraBits: Int)] = [:]
  private var order = PictureOrder()
  /// By identifier, whether its frames are in one temporal layer.
  private var layers: [Int: Bool] = [:]
  private var isFirst = true
  private var isAfterEnd = false
  /// Whether leading pictures that may refer to what lies before the last random access point are not shown.
  private(set) var dropsLeading = false
  private(set) var header = CodedPacket()

  init(_ parameters: AVCodecParameters) {
    lengthBytes = parameters.unitLengthBytes
    let units =
      lengthBytes == nil
      ? Array(Units(parameters.header, lengthBytes: nil)) : Self.units(ofRecord: parameters.header)
    var header = CodedPacket()
    for unit in units { _ = try? note(unit, in: &header) }
    self.header = header
  }

  /// The units of an HEVCDecoderConfigurationRecord (ISO 14496-15, 8.3.3.1).
  private static func units(ofRecord bytes: UnsafeBufferPointer<UInt8>) -> [Units.Element] {
    var units: [Units.Element] = []
    var at = 23
    for _ in 0..<bytes[22] {
      guard at + 3 <= bytes.count else { return units }
      let count = Int(bytes[at + 1]) << 8 | Int(bytes[at + 2])
      at += 3
      guard let next = bytes.units(count, at: &at) else { return units }
      units += next
    }
    return units
  }

  mutating func read(_ packet: PacketBytes) throws(BrokenHeader) -> CodedPacket {
    var found = CodedPacket(isEntry: true)
    // Of slices the header is enough.
    var units = Units(packet, lengthBytes: lengthBytes) { $0 >> 1 & 63 < 32 }
    while let unit = units.next() {
      if try note(unit, in: &found) { continue }
      let type = unit[unit.startIndex] >> 1 & 63
      var reader = BitReader(unit.dropFirst(2).prefix(24), escaped: true)
      guard try reader.flag() else { continue }
      let begins = (16...23).contains(type) && (type < 21 || isFirst || isAfterEnd)
      found.frames += 1
      // Where a sequence ends, pictures before it may be dropped.
      if isAfterEnd { found.isUnclear = true }
      if (16...23).contains(type) {
        // Pictures before it that wait for their time would never be shown.
        if try reader.flag(), !isFirst { found.isUnclear = true }
        if begins { order.beginSequence() }
        dropsLeading = type < 19 || type == 21 && isFirst
      } else {
        found.isEntry = false
      }
      found.order = try place(&reader, type: type, layer: unit[unit.startIndex + 1] & 7)
      if type == 8 || type == 9, dropsLeading { found.isUnclear = true }
      isFirst = false
    }
    if units.isBroken || found.frames != 1 { found.isUnclear = true }
    return found
  }

  /// Where a picture comes in the order shown; `reader` stands before its parameter set's number (7.3.6.1).
  private mutating func place(
    _ reader: inout BitReader, type: UInt8, layer: UInt8
  ) throws(BrokenHeader) -> Int {
    guard let picture = pictures[try reader.golomb()], let sequence = orders[picture.sequence] else {
      throw BrokenHeader()
    }
    try reader.skip(picture.extraBits)
    _ = try reader.golomb()
    if sequence.hasPlanes { try reader.skip(2) }
    let value = type == 19 || type == 20 ? 0 : try reader.bits(sequence.bits)
    // Neither leading pictures nor those that none of their layer refers to.
    let isBase = layer == 1 && type != 7 && type != 9 && (type > 14 || type & 1 == 1)
    return order.place(value, bits: sequence.bits, isBase: isBase)
  }

  /// Notes a unit that is no slice of the base layer; false if it is one.
  private mutating func note(_ unit: Units.Element, in found: inout CodedPacket) throws(BrokenHeader) -> Bool
  {
    guard unit.count >= 3, let first = unit.first, first & 0x80 == 0 else { throw BrokenHeader() }
    let type = Int(first >> 1 & 63)
    // Further layers are not decoded.
    if first & 1 == 1 || unit[unit.startIndex + 1] >> 3 != 0 { return true }
    let payload = unit.dropFirst(2)
    switch type {
    case 0...31: return false
    case 32:
      var reader = BitReader(payload, escaped: true)
      found.add(unit, as: type << 16 | (try reader.bits(4)))
    case 33:
      let (number, reordering, isOfOneLayer, order) = try Self.sequence(payload)
      orders[number] = order
      reorderings[number] = reordering
      layers[number] = isOfOneLayer
      found.add(unit, as: type << 16 | number)
      found.addLayout(unit)
    case 34:
      var reader = BitReader(payload, escaped: true)
      let number = try reader.golomb()
      guard number < 64 else { throw BrokenHeader() }
      found.add(unit, as: type << 16 | number)
      let sequence = try reader.golomb()
      try reader.skip(1)
      // output_flag_present_flag: some pictures are not shown.
      let hasOutputFlag = try reader.flag()
      if hasOutputFlag { found.isUnclear = true }
      // What headers hold besides comes before the type; the flag behind it.
      pictures[number] = (sequence, try reader.bits(3))
    case 36, 37: isAfterEnd = true
    case 39: if Supplement.isRemembered(payload) { found.isUnclear = true }
    default: break
    }
    return true
  }

  /// A sequence parameter set's identifier (7.3.2.2), the reordering in its highest layer, whether that is
  /// the only one, and how the order shown is stored.
  private static func sequence(
    _ payload: some Sequence<UInt8>
  ) throws(BrokenHeader) -> (Int, Int, Bool, order: (bits: Int, hasPlanes: Bool)) {
    var reader = BitReader(payload, escaped: true)
    try reader.skip(4)
    let layers = try reader.bits(3)
    try reader.skip(1 + 88 + 8)
    var skipped = 0
    for _ in 0..<layers { skipped += try reader.bits(1) * 88 + reader.bits(1) * 8 }
    if layers > 0 { try reader.skip(2 * (8 - layers)) }
    try reader.skip(skipped)
    let number = try reader.golomb()
    guard number < 16 else { throw BrokenHeader() }
    let hasPlanes = try reader.golomb() == 3 ? reader.flag() : false
    for _ in 0..<2 { _ = try reader.golomb() }
    if try reader.flag() { for _ in 0..<4 { _ = try reader.golomb() } }
    for _ in 0..<2 { _ = try reader.golomb() }
    let orderBits = try reader.golomb() + 4
    guard orderBits <= 16 else { throw BrokenHeader() }
    var reordering = 0
    for _ in try (reader.flag() ? 0 : layers)...layers {
      _ = try reader.golomb()
      reordering = try reader.golomb()
      _ = try reader.golomb()
    }
    return (number, reordering, layers == 0, (orderBits, hasPlanes))
  }

  var reordering: Int? { reorderings.values.max() }

  /// Whether there are sequence parameter sets, and none has further temporal layers.
  var isOfOneLayer: Bool { !layers.isEmpty && layers.values.allSatisfy { $0 } }
}
