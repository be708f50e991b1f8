import CFFmpeg

/// VP8 (RFC 6386): a key frame sets everything back; frames that are not shown come in packets of their own.
struct VP8Syntax: CodedSyntax {
  func read(_ packet: PacketBytes) throws(BrokenHeader) -> CodedPacket {
    packet.load(0..<13)
    let bytes = packet.bytes
    guard bytes.count >= 3 else { throw BrokenHeader() }
    let isShown = bytes[0] & 16 != 0
    guard bytes[0] & 1 == 0 else { return CodedPacket(frames: isShown ? 1 : 0) }
    guard bytes.count > 12, bytes[3] == 0x9D, bytes[4] == 1, bytes[5] == 0x2A else { throw BrokenHeader() }
    return CodedPacket(frames: isShown ? 1 : 0, isEntry: isShown && !Self.keepsSegments(bytes))
  }

  /// Whether a key frame's macroblocks stay in the segments that they were in before (19.2:
  /// `segmentation_enabled` without `update_mb_segmentation_map`), read from the bool decoder (7.3) at even
  /// odds.
  private static func keepsSegments(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    var value = Int(bytes[10]) << 16 | Int(bytes[11]) << 8 | Int(bytes[12])
    var range = 255
    var flags: [Bool] = []
    for _ in 0..<4 {
      let split = 1 + (range - 1) >> 1
      let isSet = value >= split << 16
      value -= isSet ? split << 16 : 0
      range = isSet ? range - split : split
      while range < 128 {
        range <<= 1
        value <<= 1
      }
      flags.append(isSet)
    }
    return flags[2] && !flags[3]
  }
}

/// VP9: a shown key frame sets everything back; a packet is a frame, or several behind one another of which
/// one is shown.
struct VP9Syntax: CodedSyntax {
  func read(_ packet: PacketBytes) throws(BrokenHeader) -> CodedPacket {
    var found = CodedPacket()
    var isFirst = true
    for frame in try Self.frames(packet) {
      var reader = BitReader(frame.prefix(2), escaped: false)
      guard try reader.bits(2) == 2 else { throw BrokenHeader() }
      if try reader.bits(2) == 3 { try reader.skip(1) }
      if try reader.flag() {  // show_existing_frame
        found.frames += 1
      } else {
        let isKey = try !reader.flag()
        let isShown = try reader.flag()
        found.frames += isShown ? 1 : 0
        found.isEntry = found.isEntry || isFirst && isKey && isShown
      }
      isFirst = false
    }
    if found.frames > 1 { found.isUnclear = true }
    return found
  }

  /// The frames of a packet (annex B: superframes).
  private static func frames(
    _ packet: PacketBytes
  ) throws(BrokenHeader) -> [Slice<UnsafeBufferPointer<UInt8>>] {
    let bytes = packet.bytes
    // The index of a superframe lies at its end: a byte before and behind it, and eight sizes at most.
    packet.load(0..<2)
    packet.load(bytes.count - 34..<bytes.count)
    guard let last = bytes.last else { throw BrokenHeader() }
    let count = Int(last & 7) + 1
    let sizeBytes = Int(last >> 3 & 3) + 1
    let index = bytes.count - 2 - count * sizeBytes
    guard last & 0xE0 == 0xC0, index >= 0, bytes[index] == last else { return [bytes[...]] }
    var frames: [Slice<UnsafeBufferPointer<UInt8>>] = []
    var at = 0
    for frame in 0..<count {
      let size = (0..<sizeBytes).reduce(0) { $0 | Int(bytes[index + 1 + frame * sizeBytes + $1]) << (8 * $1) }
      guard size <= index - at else { throw BrokenHeader() }
      packet.load(at..<at + 2)
      if size > 0 { frames.append(bytes[at..<at + size]) }
      at += size
    }
    return frames
  }
}

/// AV1: decoding begins at a temporal unit with a sequence header and a shown key frame. Clauses of the AV1
/// specification (version 1.0.0) are named.
struct AV1Syntax: CodedSyntax {
  private var isStill = false
  private(set) var header = CodedPacket()

  init(_ parameters: AVCodecParameters) {
    // An AV1CodecConfigurationRecord: four bytes, then units.
    let record = parameters.header
    guard record.count > 4, record[0] == 0x81 else { return }
    var header = CodedPacket()
    _ = try? note(PacketBytes(UnsafeBufferPointer(rebasing: record[4...])), in: &header)
    self.header = header
  }

  mutating func read(_ packet: PacketBytes) throws(BrokenHeader) -> CodedPacket {
    var found = CodedPacket()
    let isEntry = try note(packet, in: &found)
    found.isEntry = isEntry && !found.parameters.isEmpty
    if found.frames > 1 { found.isUnclear = true }
    return found
  }

  /// Reads the units (5.3); true if the first frame is a shown key frame.
  private mutating func note(
    _ packet: PacketBytes, in found: inout CodedPacket
  ) throws(BrokenHeader) -> Bool {
    let bytes = packet.bytes[...]
    var at = bytes.startIndex
    var isKey: Bool?
    while at < bytes.endIndex {
      packet.load(at..<at + 9)
      let start = bytes[at]
      let type = start >> 3 & 15
      at += start & 4 == 0 ? 1 : 2
      let size = start & 2 == 0 ? bytes.endIndex - at : try Self.length(bytes, &at)
      guard start & 0x80 == 0, size >= 0, size <= bytes.endIndex - at else { throw BrokenHeader() }
      let payload = bytes[at..<at + size]
      at += size
      switch type {
      case 1:
        packet.load(payload.startIndex..<payload.endIndex)
        var reader = BitReader(payload, escaped: false)
        try reader.skip(4)
        isStill = try reader.flag()
        found.add(payload, as: 1)
      case 3, 6:  // a frame's header, alone or with the frame
        let frame = try shown(payload)
        found.frames += frame.isShown ? 1 : 0
        isKey = isKey ?? (frame.isShown && frame.isKey)
      default: break
      }
    }
    return isKey ?? false
  }

  /// The beginning of a frame's header (5.9.2).
  private func shown(_ payload: some Sequence<UInt8>) throws(BrokenHeader) -> (isShown: Bool, isKey: Bool) {
    if isStill { return (true, true) }
    var reader = BitReader(payload.prefix(2), escaped: false)
    if try reader.flag() { return (true, false) }
    let isKey = try reader.bits(2) == 0
    return (try reader.flag(), isKey)
  }

  /// A number in groups of seven bits, the lowest first (4.10.5).
  private static func length(
    _ bytes: Slice<UnsafeBufferPointer<UInt8>>, _ at: inout Int
  ) throws(BrokenHeader) -> Int {
    var value = 0
    for group in 0..<5 {
      guard at < bytes.endIndex else { throw BrokenHeader() }
      let byte = Int(bytes[at])
      at += 1
      value |= (byte & 127) << (7 * group)
      if byte < 128 { return value }
    }
    throw BrokenHeader()
  }
}
