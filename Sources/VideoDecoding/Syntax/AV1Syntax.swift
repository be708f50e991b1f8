import CFFmpeg

/// AV1: decoding begins at a temporal unit with a sequence header and a shown key frame. Clauses of the AV1
/// specification (version 1.0.0) are named.
struct AV1Syntax: CodedSyntax {
  /// The sequence header last read.
  private var sequence: AV1Sequence?
  private(set) var header = CodedPacket()

  /// What is looked at of each unit: its own header and the beginning of a frame's.
  private static let unitBytes = 32

  init(_ parameters: AVCodecParameters) {
    // An AV1CodecConfigurationRecord: four bytes, then units.
    let record = parameters.header
    guard record.count > 4, record[0] == 0x81 else { return }
    var header = CodedPacket()
    _ = try? note(PacketBytes(UnsafeBufferPointer(rebasing: record[4...])), in: &header)
    self.header = header
    // The stream's own may be another: of the container's, only whether it is of a picture alone counts.
    sequence?.layout = nil
    self.header.layout = nil
  }

  mutating func read(_ packet: PacketBytes) throws(BrokenHeader) -> CodedPacket {
    var found = CodedPacket()
    let frames = try note(packet, in: &found)
    found.frames = frames.count { $0.isShown }
    found.isEntry = frames.first.map { $0.isShown && $0.isKey } ?? false && !found.parameters.isEmpty
    if found.frames > 1 { found.isUnclear = true }
    return found
  }

  /// Whether all other frames decode to the same bits without this packet, because it leaves nothing behind:
  /// what frames hand on, from pixels and vectors to probabilities, goes by the slots that they refresh
  /// (7.20).
  mutating func isDisposable(_ packet: PacketBytes) throws(BrokenHeader) -> Bool {
    var found = CodedPacket()
    let frames = try note(packet, in: &found)
    return !frames.isEmpty && found.parameters.isEmpty && frames.allSatisfy { $0.refreshed == 0 }
  }

  /// Reads the units (5.3), and gives the frames that begin in them.
  private mutating func note(
    _ packet: PacketBytes, in found: inout CodedPacket
  ) throws(BrokenHeader) -> [AV1FrameHeader] {
    let bytes = packet.bytes[...]
    var at = bytes.startIndex
    var frames: [AV1FrameHeader] = []
    while at < bytes.endIndex {
      packet.load(at..<at + Self.unitBytes)
      let start = bytes[at]
      let type = start >> 3 & 15
      // Further spatial layers are not for us to judge.
      let isOfLayer = start & 4 != 0 && at + 1 < bytes.endIndex && bytes[at + 1] >> 3 & 3 != 0
      at += start & 4 == 0 ? 1 : 2
      let size = start & 2 == 0 ? bytes.endIndex - at : try Self.length(bytes, &at)
      guard start & 0x80 == 0, size >= 0, size <= bytes.endIndex - at else { throw BrokenHeader() }
      let payload = bytes[at..<at + size]
      at += size
      switch type {
      case 1:
        packet.load(payload.startIndex..<payload.endIndex)
        sequence = try AV1Sequence(payload)
        found.add(payload, as: 1)
        found.addLayout(payload)
      case 3, 6:  // a frame's header, alone or with the frame
        var frame = try AV1FrameHeader(payload.prefix(Self.unitBytes), of: sequence)
        if isOfLayer { frame.refreshed = nil }
        frames.append(frame)
      default: break
      }
    }
    return frames
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

/// What a sequence header (5.5) says of the headers of its frames.
struct AV1Sequence {
  let isStill: Bool
  /// How the fields before the refreshed slots are laid out; nil where it is not followed: pictures alone,
  /// and streams with a decoder model.
  var layout: Layout?

  struct Layout {
    /// Bits of a frame's identifier; 0 where it has none.
    var identifierBits = 0
    var orderBits = 0
    /// Whether the sequence leaves to each frame if it is of screen content, and of whole vectors.
    var choosesScreenContent = true
    var choosesWholeVectors = true
    /// Where the sequence says that itself.
    var isScreenContent = false
  }

  init(_ payload: some Sequence<UInt8>) throws(BrokenHeader) {
    var reader = BitReader(payload, escaped: false)
    try reader.skip(4)
    isStill = try reader.flag()
    if !isStill { layout = try? Self.layout(&reader) }
  }

  private static func layout(_ reader: inout BitReader) throws(BrokenHeader) -> Layout? {
    if try reader.flag() {  // timing_info
      try reader.skip(64)
      if try reader.flag() { _ = try reader.golomb() }
      if try reader.flag() { return nil }  // decoder_model_info
    }
    let hasDelays = try reader.flag()
    for _ in 0...(try reader.bits(5)) {  // operating points
      try reader.skip(12)
      if try reader.bits(5) > 7 { try reader.skip(1) }
      if hasDelays, try reader.flag() { try reader.skip(4) }
    }
    let widthBits = try reader.bits(4) + 1
    let heightBits = try reader.bits(4) + 1
    try reader.skip(widthBits + heightBits)
    var layout = Layout()
    if try reader.flag() {
      let deltaBits = try reader.bits(4) + 2
      layout.identifierBits = try reader.bits(3) + deltaBits + 1
    }
    try reader.skip(7)  // from use_128x128_superblock to enable_dual_filter
    let isOrdered = try reader.flag()
    if isOrdered { try reader.skip(2) }
    layout.choosesScreenContent = try reader.flag()
    if !layout.choosesScreenContent { layout.isScreenContent = try reader.flag() }
    if layout.choosesScreenContent || layout.isScreenContent {
      layout.choosesWholeVectors = try reader.flag()
      if !layout.choosesWholeVectors { try reader.skip(1) }
    }
    if isOrdered { layout.orderBits = try reader.bits(3) + 1 }
    return layout
  }
}

/// The beginning of a frame's header (5.9.2).
struct AV1FrameHeader {
  let isShown, isKey: Bool
  /// A bit for each slot that is overwritten with the frame; nil where that is not known.
  var refreshed: Int?

  init(_ payload: some Sequence<UInt8>, of sequence: AV1Sequence?) throws(BrokenHeader) {
    if sequence?.isStill ?? false {
      (isShown, isKey) = (true, true)
      return
    }
    var reader = BitReader(payload, escaped: false)
    if try reader.flag() {  // show_existing_frame
      (isShown, isKey) = (true, false)
      return
    }
    let type = try reader.bits(2)
    isKey = type == 0
    isShown = try reader.flag()
    if let layout = sequence?.layout { refreshed = try? Self.refreshed(&reader, type, isShown, layout) }
  }

  private static func refreshed(
    _ reader: inout BitReader, _ type: Int, _ isShown: Bool, _ layout: AV1Sequence.Layout
  ) throws(BrokenHeader) -> Int? {
    let isIntra = type == 0 || type == 2
    // Shown key frames, and switches, refresh all.
    if type == 3 || type == 0 && isShown { return nil }
    if !isShown { try reader.skip(1) }
    let isResilient = try reader.flag()
    try reader.skip(1)  // disable_cdf_update
    let isScreenContent = layout.choosesScreenContent ? try reader.flag() : layout.isScreenContent
    if isScreenContent, layout.choosesWholeVectors { try reader.skip(1) }
    try reader.skip(layout.identifierBits + 1 + layout.orderBits)  // and frame_size_override_flag
    if !isIntra, !isResilient { try reader.skip(3) }  // primary_ref_frame
    return try reader.bits(8)
  }
}
