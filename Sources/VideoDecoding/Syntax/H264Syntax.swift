import CFFmpeg

/// H.264: decoding begins at IDR pictures. Clauses of ITU-T H.264 (2021) are named.
struct H264Syntax: CodedSyntax {
  private let lengthBytes: Int?
  private var sequences: [Int: SequenceSet] = [:]
  private var pictures: [Int: PictureSet] = [:]
  private var isFirst = true
  private var order = PictureOrder()
  private(set) var header = CodedPacket()

  init(_ parameters: AVCodecParameters) {
    lengthBytes = parameters.unitLengthBytes
    let units =
      lengthBytes == nil
      ? Array(Units(parameters.header, lengthBytes: nil)) : Self.units(ofRecord: parameters.header)
    // What is broken here is broken or absent for the packets too.
    var header = CodedPacket()
    for unit in units { _ = try? note(unit, in: &header) }
    header.isUnclear = false
    self.header = header
  }

  /// The parameter sets of an AVCDecoderConfigurationRecord (ISO 14496-15, 5.3.3.1).
  private static func units(ofRecord bytes: UnsafeBufferPointer<UInt8>) -> [Units.Element] {
    var units: [Units.Element] = []
    var at = 5
    for mask in [UInt8(31), 255] {
      guard at < bytes.count else { return units }
      let count = Int(bytes[at] & mask)
      at += 1
      guard let next = bytes.units(count, at: &at) else { return units }
      units += next
    }
    return units
  }

  mutating func read(_ packet: PacketBytes) throws(BrokenHeader) -> CodedPacket {
    var found = CodedPacket(isEntry: true)
    var fields = 0
    // Of slices the header is enough.
    var units = Units(packet, lengthBytes: lengthBytes) { (1...5).contains($0 & 31) }
    while let unit = units.next() {
      if try note(unit, in: &found) { continue }
      let slice = try SliceHeader(unit, sequences, pictures)
      if slice.isRedundant { continue }
      if !slice.isIDR { found.isEntry = false }
      // Pictures before it that wait for their time would never be shown.
      if slice.dropsEarlier, !isFirst { found.isUnclear = true }
      if slice.isFirst {
        fields += slice.isField ? 1 : 2
        let place = self.place(of: slice)
        found.order = found.order ?? place
      }
    }
    if units.isBroken || fields != 2 { found.isUnclear = true }
    found.frames = fields / 2
    isFirst = false
    return found
  }

  /// Where a picture comes in the order shown, if that is stored. An operation that sets the counter back
  /// without an IDR picture is not followed.
  private mutating func place(of slice: SliceHeader) -> Int? {
    if slice.isIDR { order.beginSequence() }
    guard let stored = slice.lowOrder else { return nil }
    return order.place(stored.value, bits: stored.bits, isBase: slice.isReference) + stored.bottom
  }

  /// Notes a unit that is no slice; false if it is one.
  private mutating func note(_ unit: Units.Element, in found: inout CodedPacket) throws(BrokenHeader) -> Bool
  {
    guard let first = unit.first, first & 0x80 == 0 else { throw BrokenHeader() }
    switch first & 31 {
    case 1, 5: return false
    case 2, 3, 4: throw BrokenHeader()  // data partitions
    case 6:
      if Supplement.isRemembered(unit.dropFirst(), fromBuild: firstSoundBuild) { found.isUnclear = true }
    case 7:
      let (number, sequence) = try SequenceSet.read(unit.dropFirst())
      sequences[number] = sequence
      found.add(unit, as: 7 << 16 | number)
      found.addLayout(unit)
    case 8:
      let (number, picture) = try PictureSet.read(unit.dropFirst(), sequences)
      pictures[number] = picture
      found.add(unit, as: 8 << 16 | number)
    default: break  // delimiters, fillers, further layers, alpha: FFmpeg's decoder looks at none
    }
    return true
  }

  /// FFmpeg's decoder makes up for faults of x264's earlier builds.
  private var firstSoundBuild: Int { sequences.values.contains { $0.isFullColour } ? 151 : 34 }

  /// Whether there are sequence parameter sets, and none allows fields.
  var isOfWholeFrames: Bool { !sequences.isEmpty && sequences.values.allSatisfy(\.onlyFrames) }

  /// Frames by which the order shown may differ from the order decoded, if the stream says so for certain.
  var reordering: Int? {
    sequences.values.map(\.reordering).reduce(0) { most, next in
      guard let most, let next else { return nil }
      return max(most, next)
    }
  }
}

extension H264Syntax {
  /// Of a slice header (7.3.3), what comes before its prediction.
  fileprivate struct SliceHeader {
    let isIDR: Bool
    let isReference: Bool
    let isField: Bool
    /// What is stored of the picture order count, in so many bits, and how much earlier its bottom field is.
    var lowOrder: (bits: Int, value: Int, bottom: Int)?
    /// Whether it is the first of its frame or field.
    let isFirst: Bool
    var isRedundant = false
    var dropsEarlier = false

    init(_ unit: Units.Element, _ sequences: [Int: SequenceSet], _ pictures: [Int: PictureSet])
      throws(BrokenHeader)
    {
      let type = unit[unit.startIndex] & 31
      isReference = unit[unit.startIndex] >> 5 & 3 != 0
      isIDR = type == 5
      var reader = BitReader(unit.dropFirst().prefix(64), escaped: true)
      isFirst = try reader.golomb() == 0
      _ = try reader.golomb()
      guard let picture = pictures[try reader.golomb()], let sequence = sequences[picture.sequence] else {
        throw BrokenHeader()
      }
      try reader.skip((sequence.hasSeparatePlanes ? 2 : 0) + sequence.frameNumberBits)
      isField = sequence.onlyFrames ? false : try reader.flag()
      if isField { try reader.skip(1) }
      if isIDR { _ = try reader.golomb() }
      lowOrder = try Self.readOrder(&reader, sequence, picture, isField: isField)
      if picture.hasRedundantSlices { isRedundant = try reader.golomb() > 0 }
      // An IDR picture holds intra slices alone: nothing lies between this and the marking of references.
      if isIDR, isReference { dropsEarlier = try reader.flag() }
    }

    private static func readOrder(
      _ reader: inout BitReader, _ sequence: SequenceSet, _ picture: PictureSet, isField: Bool
    ) throws(BrokenHeader) -> (bits: Int, value: Int, bottom: Int)? {
      let hasBottom = picture.hasBottomOrder && !isField
      switch sequence.order {
      case .stored(let bits):
        let value = try reader.bits(bits)
        return (bits, value, hasBottom ? min(0, try reader.signedGolomb()) : 0)
      case .cycle(let isStored):
        if isStored { _ = try reader.golomb() }
        if isStored, hasBottom { _ = try reader.golomb() }
      case .decoding: break
      }
      return nil
    }
  }

  /// Of a picture parameter set (7.3.2.2), what slice headers depend on.
  fileprivate struct PictureSet {
    let sequence: Int
    let hasBottomOrder: Bool
    let hasRedundantSlices: Bool

    static func read(_ unit: some Sequence<UInt8>, _ sequences: [Int: SequenceSet]) throws(BrokenHeader)
      -> (Int, PictureSet)
    {
      var reader = BitReader(unit, escaped: true)
      let number = try reader.golomb()
      let sequence = try reader.golomb()
      guard number < 256 else { throw BrokenHeader() }
      try reader.skip(1)
      let hasBottomOrder = try reader.flag()
      // SliceHeader groups, of the extended and baseline profiles, are not decoded by FFmpeg.
      guard try reader.golomb() == 0 else { throw BrokenHeader() }
      for _ in 0..<2 { _ = try reader.golomb() }
      try reader.skip(3)
      for _ in 0..<3 { _ = try reader.golomb() }
      try reader.skip(2)
      return (
        number,
        PictureSet(sequence: sequence, hasBottomOrder: hasBottomOrder, hasRedundantSlices: try reader.flag())
      )
    }
  }

  /// Of a sequence parameter set (7.3.2.1.1), what the rest depends on.
  fileprivate struct SequenceSet {
    enum Order {
      case stored(bits: Int)
      case cycle(isStored: Bool)
      case decoding
    }
    /// 4:4:4.
    let isFullColour: Bool
    let hasSeparatePlanes: Bool
    let frameNumberBits: Int
    let order: Order
    let onlyFrames: Bool
    let reordering: Int?

    private static let highProfiles = [100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]

    static func read(_ unit: some Sequence<UInt8>) throws(BrokenHeader) -> (Int, SequenceSet) {
      var reader = BitReader(unit, escaped: true)
      let profile = try reader.bits(8)
      try reader.skip(16)
      let number = try reader.golomb()
      guard number < 32 else { throw BrokenHeader() }
      let format =
        try highProfiles.contains(profile) ? skipFormat(&reader) : (isFull: false, areSeparate: false)
      let frameNumberBits = try reader.golomb() + 4
      let order = try readOrder(&reader)
      _ = try reader.golomb()
      try reader.skip(1)
      for _ in 0..<2 { _ = try reader.golomb() }
      let onlyFrames = try reader.flag()
      try reader.skip(onlyFrames ? 1 : 2)
      if try reader.flag() { for _ in 0..<4 { _ = try reader.golomb() } }
      var reordering = try reader.flag() ? readReordering(&reader) : nil
      // Neither knows pictures shown in another order than that of decoding.
      if case .decoding = order { reordering = reordering ?? 0 }
      if profile == 66 { reordering = reordering ?? 0 }
      return (
        number,
        SequenceSet(
          isFullColour: format.isFull, hasSeparatePlanes: format.areSeparate,
          frameNumberBits: frameNumberBits,
          order: order, onlyFrames: onlyFrames, reordering: reordering)
      )
    }

    /// Skips the scaling lists too.
    private static func skipFormat(
      _ reader: inout BitReader
    ) throws(BrokenHeader) -> (isFull: Bool, areSeparate: Bool) {
      let format = try reader.golomb()
      let planes = (isFull: format == 3, areSeparate: format == 3 ? try reader.flag() : false)
      for _ in 0..<2 { _ = try reader.golomb() }
      try reader.skip(1)
      guard try reader.flag() else { return planes }
      for list in 0..<(format == 3 ? 12 : 8) where try reader.flag() {
        var (last, next) = (8, 8)
        for _ in 0..<(list < 6 ? 16 : 64) {
          if next != 0 { next = (last + (try reader.signedGolomb())) & 255 }
          if next != 0 { last = next }
        }
      }
      return planes
    }

    private static func readOrder(_ reader: inout BitReader) throws(BrokenHeader) -> Order {
      switch try reader.golomb() {
      case 0:
        let bits = try reader.golomb() + 4
        guard bits <= 16 else { throw BrokenHeader() }
        return .stored(bits: bits)
      case 1:
        let isStored = try !reader.flag()
        for _ in 0..<2 { _ = try reader.golomb() }
        let count = try reader.golomb()
        guard count < 256 else { throw BrokenHeader() }
        for _ in 0..<count { _ = try reader.golomb() }
        return .cycle(isStored: isStored)
      case 2: return .decoding
      default: throw BrokenHeader()
      }
    }

    /// `max_num_reorder_frames` of the usability information (E.1.1).
    private static func readReordering(_ reader: inout BitReader) throws(BrokenHeader) -> Int? {
      if try reader.flag(), try reader.bits(8) == 255 { try reader.skip(32) }
      if try reader.flag() { try reader.skip(1) }
      if try reader.flag() {
        try reader.skip(4)
        if try reader.flag() { try reader.skip(24) }
      }
      if try reader.flag() { for _ in 0..<2 { _ = try reader.golomb() } }
      if try reader.flag() { try reader.skip(65) }
      var hasBuffer = false
      for _ in 0..<2 where try reader.flag() {
        hasBuffer = true
        let count = try reader.golomb() + 1
        guard count <= 32 else { throw BrokenHeader() }
        try reader.skip(8)
        for _ in 0..<count {
          for _ in 0..<2 { _ = try reader.golomb() }
          try reader.skip(1)
        }
        try reader.skip(20)
      }
      try reader.skip(hasBuffer ? 2 : 1)
      guard try reader.flag() else { return nil }
      try reader.skip(1)
      for _ in 0..<4 { _ = try reader.golomb() }
      return try reader.golomb()
    }
  }
}
