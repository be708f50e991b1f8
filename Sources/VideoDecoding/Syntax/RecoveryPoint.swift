import CFFmpeg

/// H.264's recovery points (D.1.8): pictures from which decoding can begin though they are no IDR pictures,
/// as the I pictures of open groups are.
enum RecoveryPoint {
  /// So many frames behind `packet` all is as it would be if decoding had begun earlier; nil where nothing
  /// says so.
  static func frames(in packet: PacketBytes, lengthBytes: Int?) -> Int? {
    var units = Units(packet, lengthBytes: lengthBytes)
    while let unit = units.next() {
      guard let first = unit.first, first & 31 == 6 else { continue }
      if let frames = frames(of: unit.dropFirst()) { return frames }
    }
    return nil
  }

  private static func frames(of payload: some Sequence<UInt8>) -> Int? {
    var reader = BitReader(payload, escaped: true, limit: Supplement.mostBytes)
    while reader.left > 16, let type = try? reader.supplementNumber(),
      let size = try? reader.supplementNumber()
    {
      if type == 6 { return try? reader.golomb() }
      guard (try? reader.skip(8 * size)) != nil else { return nil }
    }
    return nil
  }
}

extension BitReader {
  /// The type or the size of a message of supplemental information (H.264, 7.3.2.3.1).
  mutating func supplementNumber() throws(BrokenHeader) -> Int {
    var sum = 0
    while true {
      let byte = try bits(8)
      sum += byte
      if byte != 255 { return sum }
    }
  }
}
