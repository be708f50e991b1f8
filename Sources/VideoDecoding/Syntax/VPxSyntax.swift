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
    var found = CodedPacket(frames: isShown ? 1 : 0, isEntry: isShown && !Self.keepsSegments(bytes))
    found.addLayout(bytes[6..<10])
    return found
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
      var reader = BitReader(frame.prefix(Self.headerBytes), escaped: false)
      guard try reader.bits(2) == 2 else { throw BrokenHeader() }
      let (low, high) = (try reader.bits(1), try reader.bits(1))
      let profile = low + 2 * high
      if profile == 3 { try reader.skip(1) }
      if try reader.flag() {  // show_existing_frame
        found.frames += 1
      } else {
        let isKey = try !reader.flag()
        let isShown = try reader.flag()
        found.frames += isShown ? 1 : 0
        found.isEntry = found.isEntry || isFirst && isKey && isShown
        if let size = try? Self.size(&reader, profile, isKey: isKey, isShown: isShown) {
          found.addLayout((0..<4).map { UInt8(truncatingIfNeeded: size >> (8 * $0)) })
        }
      }
      isFirst = false
    }
    if found.frames > 1 { found.isUnclear = true }
    return found
  }

  /// What is looked at of a frame: its header as far as its size.
  private static let headerBytes = 16

  /// Width and height, 16 bits each, from behind `show_frame` (6.2); nil where they are those of a frame
  /// before.
  private static func size(
    _ reader: inout BitReader, _ profile: Int, isKey: Bool, isShown: Bool
  ) throws(BrokenHeader) -> Int? {
    let isResilient = try reader.flag()
    var hasColours = isKey
    if !isKey {
      let isIntra = isShown ? false : try reader.flag()
      if !isResilient { try reader.skip(2) }
      guard isIntra else {
        try reader.skip(8 + 3 * 4)
        // Of which of three frames before, if of any.
        for _ in 0..<3 where try reader.flag() { return nil }
        return try reader.bits(32)
      }
      hasColours = profile > 0
    }
    try reader.skip(24)
    if hasColours { try skipColours(&reader, profile) }
    if !isKey { try reader.skip(8) }
    return try reader.bits(32)
  }

  private static func skipColours(_ reader: inout BitReader, _ profile: Int) throws(BrokenHeader) {
    if profile >= 2 { try reader.skip(1) }
    let isRGB = try reader.bits(3) == 7
    let isSubsampled = profile & 1 == 1
    try reader.skip(isRGB ? (isSubsampled ? 1 : 0) : (isSubsampled ? 4 : 1))
  }

  /// The frames of a packet (annex B: superframes).
  private static func frames(
    _ packet: PacketBytes
  ) throws(BrokenHeader) -> [Slice<UnsafeBufferPointer<UInt8>>] {
    let bytes = packet.bytes
    // The index of a superframe lies at its end: a byte before and behind it, and eight sizes at most.
    packet.load(0..<headerBytes)
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
      packet.load(at..<at + headerBytes)
      if size > 0 { frames.append(bytes[at..<at + size]) }
      at += size
    }
    return frames
  }
}
