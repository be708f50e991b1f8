import CFFmpeg

/// The parts of a source that a demuxer asked for and got no bytes of: payload, which it only hands on.
///
/// A read that goes past FFmpeg's buffer straight into a packet gets its first bytes for real, so that
/// whoever looks at the beginning of a packet sees what is there, and the rest is left as it is.
final class Holes {
  /// What goes through FFmpeg's buffer is read in blocks of so many bytes.
  static let bufferBytes = 4096
  /// The first bytes of a packet that are always real: FFmpeg's AVI demuxer looks at so many.
  static let headBytes = 256
  /// A read of so many bytes or less is for real. A larger packet cannot come out of the buffer alone, so
  /// that each is known to have a hole.
  static let mostReal = 2 * bufferBytes

  /// Whether holes are made: not while the container's head is read.
  var areMade = false
  /// Whether packets are holes from their first byte on, whatever their size: an index says all of them.
  var areWhole = false
  /// Whether bytes looked for, `watchedFor`, have passed by.
  private(set) var hasSeen = false
  private let watchedFor: [UInt8]
  private var last: [UInt8] = []
  /// Holes that no packet has claimed yet: where each begins, by its end.
  private var starts: [Int64: Int64] = [:]
  private var ends: [Int64] = []

  /// So many can lie between a read and its packet: demuxers queue what they read.
  private static let mostUnclaimed = 4096

  /// Looks for `bytes`, which are few, in all that is read while no holes are made.
  init(watchingFor bytes: [UInt8] = []) { watchedFor = bytes }

  /// Reads what a packet needs for real. How many bytes the demuxer is to be told, or FFmpeg's error code.
  func read(
    into buffer: UnsafeMutableRawBufferPointer, at offset: Int64, from bytes: any PlacedBytes
  ) -> Int32 {
    if areMade, areWhole { return Int32(clamping: buffer.count) }
    approach(offset, in: bytes)
    guard areMade, buffer.count > Self.mostReal else {
      let got = bytes.read(into: buffer, at: offset)
      if got > 0 { watch(UnsafeRawBufferPointer(rebasing: buffer[..<Int(got)])) }
      return got
    }
    let got = bytes.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<Self.headBytes]), at: offset)
    guard got > 0 else { return got }
    note(offset + Int64(got)..<offset + Int64(buffer.count))
    return Int32(clamping: buffer.count)
  }

  /// Where the last hole that is worth while ended.
  private var onEndFrom: Int64 = 0
  private var prefetched: Int64 = 0
  /// A disk reads over less as fast as it skips it.
  private static let leastWorthwhile = 64 << 10
  private static let mostOnEnd: Int64 = 256 << 10
  private static let bytesAhead: Int64 = 2 << 20

  /// Lets the source read ahead where holes are small, or there are none.
  func approach(_ offset: Int64, in bytes: any PlacedBytes) {
    guard areMade, offset - onEndFrom > Self.mostOnEnd else { return }
    if offset < prefetched - 2 * Self.bytesAhead { prefetched = offset }
    guard offset + Self.bytesAhead / 2 > prefetched else { return }
    let end = min(offset + Self.bytesAhead, bytes.count)
    let start = max(offset, prefetched)
    if start < end { bytes.prefetch(start..<end) }
    prefetched = end
  }

  private func note(_ hole: Range<Int64>) {
    if hole.count >= Self.leastWorthwhile { onEndFrom = hole.upperBound }
    if starts.updateValue(hole.lowerBound, forKey: hole.upperBound) == nil { ends.append(hole.upperBound) }
    guard ends.count > Self.mostUnclaimed else { return }
    for end in ends.prefix(ends.count / 2) { starts[end] = nil }
    ends.removeFirst(ends.count / 2)
  }

  /// Where the hole in a packet that takes up this part of the source begins; nil if there is none. It is
  /// claimed.
  func claim(_ packet: Range<Int64>) -> Int64? {
    guard let start = starts.removeValue(forKey: packet.upperBound) else { return nil }
    return max(start, packet.lowerBound)
  }

  func watch(_ bytes: UnsafeRawBufferPointer) {
    guard !areMade, !watchedFor.isEmpty, !hasSeen else { return }
    let all = last + bytes
    hasSeen = all.firstPlace(of: watchedFor, from: 0) != nil
    last = Array(all.suffix(watchedFor.count - 1))
  }
}
