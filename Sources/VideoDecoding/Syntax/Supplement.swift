/// Supplemental enhancement information that FFmpeg's decoders keep from one packet to later ones.
enum Supplement {
  /// `payload` is the unit behind its header. x264's word of itself counts if its build is below
  /// `firstSoundBuild`.
  static func isRemembered(_ payload: some Sequence<UInt8>, fromBuild firstSoundBuild: Int = 0) -> Bool {
    var reader = BitReader(payload, escaped: true, limit: mostBytes)
    while reader.left > 16 {
      guard let type = try? reader.supplementNumber(),
        let size = try? reader.supplementNumber()
      else { return true }
      switch type {
      // Film grain, which is drawn with seeds that are counted on; how the frame is turned.
      case 19, 47: return true
      case 5: if let build = build(reader, size), build < firstSoundBuild { return true }
      default: break
      }
      do { try reader.skip(8 * size) } catch { return true }
    }
    return false
  }

  /// Cameras (AVC-Intra) write as much as 6 kB of ancillary data beside each frame.
  static let mostBytes = 1 << 16

  /// The build of x264, if that is what the text says.
  private static func build(_ reader: BitReader, _ size: Int) -> Int? {
    var reader = reader
    guard size > 16, (try? reader.skip(128)) != nil else { return nil }
    var text = ""
    while text.utf8.count < min(size - 16, 40), let byte = try? reader.bits(8) {
      text.unicodeScalars.append(Unicode.Scalar(UInt8(byte)))
    }
    guard text.hasPrefix("x264 - core ") else { return nil }
    return Int(text.dropFirst(12).prefix { $0.isNumber })
  }
}
