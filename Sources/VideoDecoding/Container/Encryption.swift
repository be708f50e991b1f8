import CFFmpeg

// What says that the pictures of a video cannot be had without a key. Decoders do not know: of some encrypted
// packets they make pictures, which show nothing.

extension AVPacket {
  /// Whether it is encrypted (Common Encryption, ISO/IEC 23001-7), as FFmpeg hands it over where it has no
  /// key.
  var isEncrypted: Bool {
    UnsafeBufferPointer(start: side_data, count: Int(max(side_data_elems, 0))).contains {
      $0.type == AV_PKT_DATA_ENCRYPTION_INFO
    }
  }
}

extension AVStream {
  /// Whether the container says so of the whole stream: Matroska and WebM (ContentEncryption), or a sample
  /// entry of MP4 and QuickTime that stands for one that is encrypted.
  var isEncrypted: Bool {
    if av_dict_get(metadata, "enc_key_id", nil, 0) != nil { return true }
    guard let parameters = codecpar?.pointee, parameters.codec_id == AV_CODEC_ID_NONE else { return false }
    return ["encv", "drmi", "drmv"].contains(parameters.tagName)
  }
}

extension AVCodecParameters {
  /// The container's own four characters for the codec; nil where it has none that can be read.
  var tagName: String? {
    let characters = (0..<4).map { UInt8(truncatingIfNeeded: codec_tag >> (8 * $0)) }
    guard characters.allSatisfy({ (0x21..<0x7F).contains($0) }) else { return nil }
    return String(decoding: characters, as: UTF8.self)
  }
}

/// Packets of a transport stream whose payload is scrambled (ISO/IEC 13818-1, 2.4.3.3).
enum TransportScrambling {
  /// Whether the first packets of `stream` (its PID) are, or most of them; of a broadcast no more is seen.
  static func isSeen(in bytes: UnsafeRawBufferPointer, stream: Int32) -> Bool {
    guard let (first, size) = packets(in: bytes) else { return false }
    let controls = Swift.stride(from: first, through: bytes.count - 4, by: size).compactMap { at -> UInt8? in
      let identifier = Int32(bytes[at + 1] & 0x1F) << 8 | Int32(bytes[at + 2])
      return bytes[at] == sync && identifier == stream ? bytes[at + 3] >> 6 : nil
    }
    return controls.count { $0 != 0 } * 2 > controls.count
  }

  private static let sync: UInt8 = 0x47

  /// Where the first whole packet begins, and how far they lie apart: 188 bytes, with a time before each 192,
  /// with a checksum behind each 204.
  private static func packets(in bytes: UnsafeRawBufferPointer) -> (first: Int, size: Int)? {
    for size in [188, 192, 204] where bytes.count >= packetsHeld * size {
      for first in 0..<size where (0..<packetsHeld).allSatisfy({ bytes[first + $0 * size] == sync }) {
        return (first, size)
      }
    }
    return nil
  }

  /// So many in a row have to begin as packets do.
  private static let packetsHeld = 6
}
