import CFFmpeg

/// The bytes of one packet. Of those that a sparse scan left in the source, `load` reads what is looked at.
struct PacketBytes {
  /// All of them; what lies in a gap that was not loaded is whatever was in memory.
  let bytes: UnsafeBufferPointer<UInt8>
  private let gap: PacketGap?

  /// A packet that is all there, or but for `gap`.
  init(_ packet: AVPacket, gap: PacketGap? = nil) {
    self.init(packet.bytes, gap: gap)
  }

  init(_ bytes: UnsafeBufferPointer<UInt8>, gap: PacketGap? = nil) {
    (self.bytes, self.gap) = (bytes, gap)
  }

  var count: Int { bytes.count }

  /// Whether some of it may not be there.
  var isSparse: Bool { gap != nil }

  /// Makes sure of the part of `range` that lies within the packet.
  func load(_ range: Range<Int>) {
    gap?.load(range.clamped(to: 0..<bytes.count))
  }

  /// The first bytes, fewer in a shorter packet.
  func prefix(_ count: Int) -> Slice<UnsafeBufferPointer<UInt8>> {
    load(0..<max(count, 0))
    return bytes.prefix(count)
  }

  /// All bytes, loaded.
  var whole: UnsafeBufferPointer<UInt8> {
    load(0..<bytes.count)
    return bytes
  }
}

/// What is missing in a packet, and where in the source it is.
final class PacketGap {
  private let memory: UnsafeMutablePointer<UInt8>
  private let missing: Range<Int>
  /// Where the packet's first byte is.
  private let offset: Int64
  private unowned let source: any PlacedBytes
  private var loaded: [Range<Int>] = []
  /// Whether the source did not give what was asked for.
  private(set) var hasFailed = false

  /// `memory` holds the packet, whose first byte is at `offset` of the source.
  init(
    _ memory: UnsafeMutablePointer<UInt8>, missing: Range<Int>, at offset: Int64, of source: any PlacedBytes
  ) {
    (self.memory, self.missing, self.offset, self.source) = (memory, missing, offset, source)
  }

  func load(_ range: Range<Int>) {
    let wanted = range.clamped(to: missing)
    guard !wanted.isEmpty, !loaded.contains(where: { $0.contains(wanted) }) else { return }
    let part = UnsafeMutableRawBufferPointer(start: memory + wanted.lowerBound, count: wanted.count)
    if source.fill(part, at: offset + Int64(wanted.lowerBound)) {
      loaded.append(wanted)
    } else {
      hasFailed = true
      part.initializeMemory(as: UInt8.self, repeating: 0)
    }
  }
}

extension Range<Int> {
  fileprivate func contains(_ other: Range<Int>) -> Bool {
    lowerBound <= other.lowerBound && other.upperBound <= upperBound
  }
}
