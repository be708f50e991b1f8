import CFFmpeg

extension AVPacket {
  var bytes: UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(start: data, count: data == nil ? 0 : Int(max(size, 0)))
  }
}

extension AVCodecParameters {
  /// What the container says once for all packets.
  var header: UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(start: extradata, count: extradata == nil ? 0 : Int(max(extradata_size, 0)))
  }

  /// Of how many bytes the lengths before the units of H.264 and H.265 are; nil where start codes part them.
  var unitLengthBytes: Int? {
    let header = header
    switch codec_id {
    case AV_CODEC_ID_H264: return header.count >= 7 && header[0] == 1 ? Int(header[4] & 3) + 1 : nil
    case AV_CODEC_ID_HEVC:
      let hasLengths = header.count >= 23 && (header[0] != 0 || header[1] != 0 || header[2] > 1)
      return hasLengths ? Int(header[21] & 3) + 1 : nil
    default: return nil
    }
  }
}

/// The units of a packet, each from its first byte after the length or the start code to its last that is not
/// zero.
struct Units: Sequence, IteratorProtocol {
  typealias Element = Slice<UnsafeBufferPointer<UInt8>>

  private let packet: PacketBytes
  private var bytes: UnsafeBufferPointer<UInt8> { packet.bytes }
  private let lengthBytes: Int?
  /// Whether of a unit that begins with this byte the beginning is enough.
  private let isHeaderEnough: (UInt8) -> Bool
  private var at = 0
  /// Whether a length points past the packet.
  private(set) var isBroken = false

  /// What of a unit is there in any case.
  private static let headerBytes = 80

  init(_ bytes: UnsafeBufferPointer<UInt8>, lengthBytes: Int?) {
    self.init(PacketBytes(bytes), lengthBytes: lengthBytes)
  }

  /// Behind a length of so many bytes each, or behind start codes where nil. Of units that lie in a gap, and
  /// of whose first byte `isHeaderEnough`, only the beginning is read, and the final zeros remain.
  init(_ packet: PacketBytes, lengthBytes: Int?, isHeaderEnough: @escaping (UInt8) -> Bool = { _ in false }) {
    self.packet = packet
    self.lengthBytes = lengthBytes
    self.isHeaderEnough = isHeaderEnough
    // Start codes may be anywhere.
    if lengthBytes == nil { _ = packet.whole }
    if lengthBytes == nil { at = afterStartCode(from: 0) ?? bytes.count }
  }

  mutating func next() -> Element? {
    while at < bytes.count {
      let unit: Element
      if let lengthBytes {
        guard let length = length(of: lengthBytes), length <= bytes.count - at - lengthBytes else {
          (isBroken, at) = (true, bytes.count)
          return nil
        }
        unit = bytes[at + lengthBytes..<at + lengthBytes + length]
        at += lengthBytes + length
        if packet.isSparse, length > Self.headerBytes {
          packet.load(unit.startIndex..<unit.startIndex + Self.headerBytes)
          if unit[unit.startIndex] != 0, isHeaderEnough(unit[unit.startIndex]) { return unit }
        }
        packet.load(unit.startIndex..<unit.endIndex)
      } else {
        let next = afterStartCode(from: at)
        unit = bytes[at..<(next.map { $0 - 3 } ?? bytes.count)]
        at = next ?? bytes.count
      }
      let whole = unit.withoutFinalZeros
      if !whole.isEmpty { return whole }
    }
    return nil
  }

  /// Whether bytes that begin a packet of H.264 in start codes reach into its first slice, far enough for the
  /// slice's header.
  static func slice(beginsIn bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    var units = Units(bytes, lengthBytes: nil)
    while let unit = units.next() {
      if let first = unit.first, (1...5).contains(first & 31) {
        return unit.startIndex + headerBytes <= bytes.count
      }
    }
    return false
  }

  private func length(of count: Int) -> Int? {
    guard count <= bytes.count - at else { return nil }
    packet.load(at..<at + count + Self.headerBytes)
    return bytes[at..<at + count].reduce(0) { $0 << 8 | Int($1) }
  }

  /// Where the unit behind the next 00 00 01 begins.
  private func afterStartCode(from start: Int) -> Int? {
    var end = start + 2
    while end < bytes.count {
      switch bytes[end] {
      case 0: end += 1
      case 1 where bytes[end - 1] == 0 && bytes[end - 2] == 0: return end + 1
      default: end += 3
      }
    }
    return nil
  }
}

extension Slice<UnsafeBufferPointer<UInt8>> {
  var withoutFinalZeros: Self {
    guard let last = lastIndex(where: { $0 != 0 }) else { return self[startIndex..<startIndex] }
    return self[...last]
  }
}

extension UnsafeBufferPointer<UInt8> {
  /// The next `count` units of a decoder configuration record (ISO 14496-15), each behind its length in 16
  /// bits; `place` is left behind them. Nil if the record ends before they do.
  func units(_ count: Int, at place: inout Int) -> [Units.Element]? {
    var units: [Units.Element] = []
    for _ in 0..<count {
      guard place + 2 <= self.count else { return nil }
      let end = place + 2 + (Int(self[place]) << 8 | Int(self[place + 1]))
      guard end <= self.count else { return nil }
      units.append(self[place + 2..<end].withoutFinalZeros)
      place = end
    }
    return units
  }
}
