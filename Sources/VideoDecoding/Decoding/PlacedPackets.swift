import CFFmpeg

/// Packets read one after another from where a sparse scan found them.
final class PlacedPackets {
  /// The packet last read; its data is released by the next `read`.
  let packet: UnsafeMutablePointer<AVPacket>
  private let source: any PlacedBytes
  private let places: [PacketPlace]
  private let stream: Int
  /// The number of the packet to be read next, and of the first one.
  private var next: Int
  private let first: Int
  private var gap: PacketGap?
  /// What packets of which the scan read nothing are held against.
  private var proof: ScanProof
  /// Whether packets have their time of presentation in the container, and the decoder gets it.
  private let areTimed: Bool
  /// How far the source was asked to read ahead, and beyond what it need not.
  private var prefetched: Int64 = 0
  private var announced = Int64.max

  /// So much is asked for before it is needed.
  private static let bytesAhead: Int64 = 4 << 20

  /// The packets of `places` from number `first` on.
  init(
    _ places: [PacketPlace], from first: Int, of stream: Int, in source: any PlacedBytes, _ proof: ScanProof,
    areTimed: Bool
  ) throws(VideoError) {
    guard let packet = av_packet_alloc() else { throw .outOfMemory }
    (self.proof, self.areTimed) = (proof, areTimed)
    (self.packet, self.places, self.first, next) = (packet, places, first, first)
    (self.stream, self.source) = (stream, source)
  }

  deinit {
    var last: UnsafeMutablePointer<AVPacket>? = packet
    av_packet_free(&last)
  }

  /// Says that packets are going to be read up to a few behind the one that is shown at `stamp`.
  func announce(to stamp: Int64) {
    guard first < places.count else { return }
    let last = places[first...].firstIndex { $0.pts == stamp } ?? places.count - 1
    let part = places[first..<min(last + 1 + Self.packetsBehind, places.count)]
    let start = part.map(\.offset).min() ?? 0
    let end = part.map { $0.offset + Int64($0.size) }.max() ?? 0
    guard start < end else { return }
    announced = end
    source.announce(start..<end)
  }

  /// A decoder's delay: as many frames as codecs reorder at most, and as many threads as it starts at most.
  private static let packetsBehind = 32

  /// Makes the next packet, of which nothing is read yet, and gives its bytes.
  func advance() throws(VideoError) -> PacketBytes? {
    av_packet_unref(packet)
    gap = nil
    guard next < places.count else { return nil }
    let place = places[next]
    prefetch(from: next)
    next += 1
    guard av_new_packet(packet, place.size) >= 0 else { throw .outOfMemory }
    (packet.pointee.pts, packet.pointee.dts) = (place.pts, place.dts)
    (packet.pointee.duration, packet.pointee.flags) = (place.duration, place.flags)
    packet.pointee.pos = place.offset
    packet.pointee.stream_index = Int32(stream)
    if let data = packet.pointee.data, place.size > 0 {
      gap = PacketGap(data, missing: 0..<Int(place.size), at: place.offset, of: source)
    }
    return PacketBytes(packet.pointee, gap: gap)
  }

  /// Reads the rest of the packet; false if it is not the one that the scan saw.
  func complete() -> Bool {
    let bytes = PacketBytes(packet.pointee, gap: gap)
    let whole = bytes.whole
    if !areTimed { packet.pointee.pts = CFFMPEG_NO_TIME }
    guard !(gap?.hasFailed ?? false), next > 0 else { return false }
    guard let digest = places[next - 1].digest else {
      return proof.bearsOut(PacketBytes(whole), isEntry: next - 1 == first)
    }
    return PacketPlace.digest(whole) == digest
  }

  /// Lets the source read what comes next while this packet is decoded.
  private func prefetch(from number: Int) {
    let place = places[number]
    guard place.offset + Self.bytesAhead / 2 > prefetched || place.offset < prefetched - 2 * Self.bytesAhead
    else { return }
    let start = max(place.offset, place.offset < prefetched ? prefetched : place.offset)
    let end = min(place.offset + Self.bytesAhead, announced, source.count)
    guard start < end else { return }
    source.prefetch(start..<end)
    prefetched = end
  }
}
