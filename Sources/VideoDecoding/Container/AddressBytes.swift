import CFFmpeg

/// What lies at an address of the network, whose server gives parts of it.
///
/// A request costs a round trip, and bytes that it brings and nobody reads cost as much as others. So one
/// request goes on for as long as what is read lies a little further on, it ends where it is known to
/// (`announce`), and what is read first, a container's head and index, is kept for the next time.
final class AddressBytes: PlacedBytes {
  let count: Int64
  private let connect: (_ range: Range<Int64>?) throws(VideoError) -> UnsafeMutablePointer<AVIOContext>
  private let meter: ReadingMeter
  private var connection: UnsafeMutablePointer<AVIOContext>?
  /// Where the connection stands.
  private var position: Int64 = 0
  private var kept: [Part] = []
  private var keptBytes = 0
  /// What came last, which may be asked for again: a packet whose beginning was looked at is read whole, and
  /// so are the parts of it that were skipped.
  private var recent = Part(start: 0, bytes: [])
  private var announced: Range<Int64>?

  private struct Part {
    var start: Int64
    var bytes: [UInt8]
    var end: Int64 { start + Int64(bytes.count) }

    func contains(_ offset: Int64) -> Bool { start <= offset && offset < end }
  }

  private static let mostKept = 32 << 20
  private static let mostRecent = 8 << 20
  /// Fewer bytes are read and left than asked for again.
  private static let leastJump: Int64 = 256 << 10

  /// `connection` is one from the start on, to a server of which parts can be asked for; `connect` opens
  /// others.
  init?(
    _ connection: UnsafeMutablePointer<AVIOContext>, meter: ReadingMeter,
    connect: @escaping (_ range: Range<Int64>?) throws(VideoError) -> UnsafeMutablePointer<AVIOContext>
  ) {
    guard connection.pointee.seekable & AVIO_SEEKABLE_NORMAL != 0 else { return nil }
    count = avio_size(connection)
    guard count > 0 else { return nil }
    (self.connection, self.meter, self.connect) = (connection, meter, connect)
  }

  deinit { avio_closep(&connection) }

  func announce(_ range: Range<Int64>) { announced = range }

  var isNear: Bool { false }

  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) -> Int32 {
    guard offset >= 0, offset < count, !buffer.isEmpty else { return 0 }
    if let part = kept.first(where: { $0.contains(offset) }) ?? (recent.contains(offset) ? recent : nil) {
      let bytes = part.bytes[Int(offset - part.start)...].prefix(buffer.count)
      buffer.copyBytes(from: bytes)
      return Int32(clamping: bytes.count)
    }
    do {
      try go(to: offset)
    } catch {
      return error == .interrupted ? CFFMPEG_ERROR_EXIT : CFFMPEG_ERROR_IO
    }
    let wanted = min(buffer.count, Int(clamping: count - offset), Int(Int32.max))
    let got = receive(UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted]))
    if got > 0 { keep(UnsafeRawBufferPointer(rebasing: buffer[..<Int(got)]), at: offset) }
    // A range that was announced too short ends early.
    if got == 0 || got == CFFMPEG_ERROR_EOF, offset < count {
      avio_closep(&connection)
      announced = nil
      guard (try? go(to: offset)) != nil else { return CFFMPEG_ERROR_IO }
      return receive(UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted]))
    }
    return got
  }

  private func receive(_ buffer: UnsafeMutableRawBufferPointer) -> Int32 {
    let got = avio_read_partial(
      connection, buffer.bindMemory(to: UInt8.self).baseAddress, Int32(clamping: buffer.count))
    if got > 0 {
      meter.add(Int(got))
      remember(UnsafeRawBufferPointer(rebasing: buffer[..<Int(got)]))
      position += Int64(got)
    }
    return got
  }

  private func remember(_ bytes: UnsafeRawBufferPointer) {
    if recent.end != position { recent = Part(start: position, bytes: []) }
    recent.bytes += bytes
    let surplus = recent.bytes.count - Self.mostRecent
    guard surplus > Self.mostRecent else { return }
    recent.bytes.removeFirst(surplus)
    recent.start += Int64(surplus)
  }

  /// Reads on to `offset`, or asks for what begins there.
  private func go(to offset: Int64) throws(VideoError) {
    if connection != nil, position <= offset, offset - position <= Self.leastJump, skip(offset - position) {
      return
    }
    avio_closep(&connection)
    let end = announced.flatMap { $0.contains(offset) ? $0.upperBound : nil }
    connection = try connect(offset..<min(end ?? count, count))
    position = offset
  }

  private func skip(_ count: Int64) -> Bool {
    var left = Int(count)
    return withUnsafeTemporaryAllocation(byteCount: 32 << 10, alignment: 1) { buffer in
      while left > 0 {
        let got = receive(UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(left)))
        guard got > 0 else { return false }
        left -= Int(got)
      }
      return true
    }
  }

  private func keep(_ bytes: UnsafeRawBufferPointer, at offset: Int64) {
    guard keptBytes + bytes.count <= Self.mostKept else { return }
    keptBytes += bytes.count
    if let last = kept.indices.last, kept[last].end == offset {
      kept[last].bytes += bytes
    } else {
      kept.append(Part(start: offset, bytes: Array(bytes)))
    }
  }
}
