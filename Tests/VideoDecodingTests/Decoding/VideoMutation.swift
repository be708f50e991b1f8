@testable import VideoDecoding

#if canImport(TestSupport)
  import TestSupport
#endif

/// One way to damage a file.
struct VideoMutation {
  private var random: SplitMix64

  init(seed: UInt64) { random = SplitMix64(seed: seed &* 0x9E37_79B9_7F4A_7C15 &+ 1) }

  private mutating func below(_ limit: Int) -> Int { Int(random.next() % UInt64(max(limit, 1))) }

  /// A place, often near the start or the end, where containers keep their tables.
  private mutating func place(in bytes: [UInt8]) -> Int {
    switch below(3) {
    case 0: below(min(bytes.count, 4096))
    case 1: bytes.count - 1 - below(min(bytes.count, 16384))
    default: below(bytes.count)
    }
  }

  mutating func damage(_ original: [UInt8], with others: [[UInt8]]) -> [UInt8] {
    var bytes = original
    for _ in 0...below(3) where !bytes.isEmpty {
      let at = place(in: bytes)
      let length = min(1 << below(12), bytes.count - at)
      switch below(7) {
      case 0: for _ in 0...below(32) { bytes[place(in: bytes)] ^= 1 << below(8) }
      case 1: bytes.removeSubrange(at...)
      case 2: bytes.removeSubrange(at..<at + length)
      case 3:
        let other = others[below(others.count)]
        let from = below(other.count)
        bytes.replaceSubrange(at..<at + length, with: other[from..<min(other.count, from + length)])
      case 4: for index in at..<at + length { bytes[index] = below(2) == 0 ? 0xFF : 0 }
      case 5: for index in at..<at + length { bytes[index] = UInt8(truncatingIfNeeded: random.next()) }
      default:
        let value = [0, 1, 0x7F, 0xFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 0x1000_0000][below(8)]
        for index in 0..<min(4, bytes.count - at) {
          bytes[at + index] = UInt8(value >> (24 - 8 * index) & 0xFF)
        }
      }
    }
    return bytes
  }

  /// Reads eight pictures, as a labelling would; how many came.
  static func sample(
    _ path: String, _ scanning: InputRules.Scanning = .sparse, control: DecodingControl = DecodingControl()
  ) throws -> Int {
    FFmpegGlobals.own()
    var rules = InputRules()
    rules.maxPixels = 1 << 22
    rules.maxFrames = 100_000
    rules.scanning = scanning
    let video = try Video(source: .path(Array(path.utf8)), threads: 2, rules: rules, control: control)
    for _ in 0..<3 {
      let count = try video.timeline().times.count
      let wanted = Set((0..<8).map { $0 * (count - 1) / 7 }).sorted()
      var seen = 0
      do {
        try video.frames(wanted, seeking: true) { _, frame in
          _ = try frame.rgb(rows: [0, frame.height - 1], columns: [0, frame.width - 1])
          seen += 1
        }
        return seen
      } catch VideoError.timelineChanged {}
    }
    return 0
  }
}
