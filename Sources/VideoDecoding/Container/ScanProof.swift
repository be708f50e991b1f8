import CFFmpeg

/// Checks, packet by packet, that decoding parts of a stream gives what decoding all of it gives.
///
/// An index, key flags and the like are the container's word, and may be wrong; this goes by the coded data.
struct ScanProof {
  private var syntax: (any CodedSyntax)?
  private var parameters: [Int: UInt64]
  /// Identifiers of what the container does not give before the first packet.
  private var absent: Set<Int> = []
  private var isUnclear = false
  private var entries: [Entry] = []
  private var firstEntry: Int64?
  /// The latest times shown, of the packets before, ascending; and by how many packets an earlier one was
  /// preceded.
  private var latest: [Int64] = []
  private var reordering = 0
  private var orderCheck = OrderCheck()
  /// Frames that the decoder holds back from the start, as FFmpeg learned from the first ones.
  private let heldBack: Int

  /// No codec of those that are followed needs more.
  private static let mostReordering = 16

  private struct Entry {
    let packet: Int
    let stamp: Int64
    let decodingStamp: Int64
    let position: Int64
    /// What of `absent` it brings along.
    let parameters: Set<Int>
  }

  init(_ parameters: AVCodecParameters) {
    syntax = CodedSyntaxes.syntax(of: parameters)
    self.parameters = syntax?.header.parameters ?? [:]
    isUnclear = syntax?.header.isUnclear ?? true
    heldBack = Int(parameters.video_delay)
  }

  /// Notes the next packet, which has this number; whether a frame is shown for it. `followsLast`: all
  /// packets before it were noted.
  mutating func note(
    _ packet: AVPacket, _ bytes: PacketBytes, number: Int, followsLast: Bool = true
  ) -> Bool {
    guard packet.size > 0 else { return false }
    if packet.changesDecoder { isUnclear = true }
    guard syntax != nil else { return true }
    guard let found = try? syntax?.read(bytes) else {
      isUnclear = true
      return true
    }
    if found.isUnclear { isUnclear = true }
    for (identifier, digest) in found.parameters {
      if let known = parameters[identifier] {
        guard known != digest else { continue }
        // The first packet's own sets come before the container's; changes later on may cost frames.
        if number > 0 { isUnclear = true }
        parameters[identifier] = digest
        absent.insert(identifier)
      } else {
        parameters[identifier] = digest
        absent.insert(identifier)
      }
    }
    if found.isEntry, packet.pts != CFFMPEG_NO_TIME {
      if number == 0 { firstEntry = packet.pts }
      if packet.flags & AV_PKT_FLAG_DISCARD == 0 {
        addEntry(packet, number: number, parameters: absent.intersection(found.parameters.keys))
      }
    }
    if followsLast, let order = found.order, !orderCheck.admits(order, packet) { isUnclear = true }
    if found.frames > 0 { order(packet.pts) }
    // What is not clear is counted as other packets are: decoding will tell.
    return found.frames > 0 || found.isUnclear
  }

  private mutating func addEntry(_ packet: AVPacket, number: Int, parameters: Set<Int>) {
    entries.append(
      Entry(
        packet: number, stamp: packet.pts, decodingStamp: packet.dts, position: packet.pos,
        parameters: parameters))
  }

  /// Notes the next packet of an index that is trusted: a key packet has to be one that decoding can begin
  /// with, by itself; any other is one frame.
  mutating func noteIndexed(_ placed: PlacedPacket, number: Int) throws -> Bool {
    let packet = placed.packet
    guard packet.size > 0 else { return false }
    let isKey = packet.flags & AV_PKT_FLAG_KEY != 0
    let isHidden = packet.flags & AV_PKT_FLAG_DISCARD != 0
    guard let head = placed.head else {
      guard isKey || number > 0, !packet.changesDecoder else { throw UnfitForSparseReading() }
      if number == 0 { firstEntry = packet.pts }
      if isKey, !isHidden { addEntry(packet, number: number, parameters: []) }
      order(packet.pts)
      return true
    }
    let known = entries.count
    let holdsFrame = note(packet, head, number: number, followsLast: false)
    // Leading pictures that are not shown would be in other packets.
    let dropsLeading = (syntax as? H265Syntax)?.dropsLeading ?? false
    guard !isUnclear, absent.isEmpty, !dropsLeading, isHidden || entries.count == known + 1 else {
      throw UnfitForSparseReading()
    }
    return holdsFrame
  }

  /// Whether a packet that the index alone stood for is what it was taken for: one frame, and nothing that
  /// others need besides. An entry has to be one.
  mutating func bearsOut(_ bytes: PacketBytes, isEntry: Bool) -> Bool {
    guard let found = try? syntax?.read(bytes) else { return false }
    return found.frames == 1 && !found.isUnclear
      && found.parameters.allSatisfy { parameters[$0.key] == $0.value }
      && (!isEntry || found.isEntry && !((syntax as? H265Syntax)?.dropsLeading ?? false))
  }

  private mutating func order(_ stamp: Int64) {
    let place = latest.partitioningIndex { $0 > stamp }
    reordering = max(reordering, latest.count - place)
    latest.insert(stamp, at: place)
    if latest.count > Self.mostReordering + 1 { latest.removeFirst() }
  }

  /// Whether all is as it should be, for a stream whose first frame is shown at `first`.
  func isBorneOut(first: Int64) -> Bool {
    guard let syntax, !isUnclear, let firstEntry else { return false }
    // Frames before the first that can be decoded come out or not, as the decoder likes; and one that is told
    // of less reordering than there is drops some.
    let allowed = syntax.reordering ?? heldBack
    return firstEntry <= first && reordering <= allowed
  }

  /// Whether the ffmpeg program itself gives other frames with more threads than one: direct mode takes the
  /// vectors of fields of the frame that the same thread decoded last.
  var dependsOnThreads: Bool { (syntax as? MPEG4Syntax)?.hasFields ?? false }

  /// The packets that decoding can begin with, in the order shown, which is at `stamps`.
  func keys(_ stamps: [Int64]) -> [PacketScan.Key] {
    entries.filter { $0.parameters.isSuperset(of: absent) }.sorted { $0.stamp < $1.stamp }.map { entry in
      PacketScan.Key(
        frame: stamps.partitioningIndex { $0 >= entry.stamp }, packet: entry.packet, stamp: entry.stamp,
        decodingStamp: entry.decodingStamp, position: entry.position)
    }
  }
}
