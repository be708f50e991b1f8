import CFFmpeg

/// A file that cannot be read in parts after all: it is to be read whole.
struct UnfitForSparseReading: Error {}

/// A container read without its payload: packets in file order, of which the first bytes are there.
///
/// FFmpeg's parsers would look at what is not there, so they are off, and so is what FFmpeg derives from
/// them: times and flags are the container's own.
final class SparseDemuxer {
  private let source: any PlacedBytes
  let layout: SparseLayout
  private let holes: Holes
  private let stream: CustomIO
  private let control: DecodingControl
  private let index: Int
  private let model: AVStream
  private let damage = ConcealmentCounter()
  /// Whether the index has to do, and of packets that it does not call key packets nothing is read.
  let trustsIndex: Bool
  private var context: UnsafeMutablePointer<AVFormatContext>?
  /// The packet last read; its data is released by the next `read`.
  let packet: UnsafeMutablePointer<AVPacket>

  /// The same container as `input` has open, whose stream `index` is read; nil if it cannot be read so.
  init?(
    _ input: Input, stream index: Int, trustingIndex trustsIndex: Bool, rules: InputRules,
    control: DecodingControl
  ) throws(VideoError) {
    guard let source = input.bytes, let parameters = input.parameters, let model = input.streams[index],
      let layout = SparseLayout(demuxer: input.demuxer, parameters.pointee)
    else { return nil }
    (self.source, self.layout, self.index, self.control) = (source, layout, index, control)
    self.model = model.pointee
    self.trustsIndex = trustsIndex
    holes = Holes(watchingFor: layout.watchedFor)
    stream = try CustomIO(source, control, holes: holes)
    guard let packet = av_packet_alloc() else { throw .outOfMemory }
    self.packet = packet
    source.expect(.scattered)
    let (context, code) = try rules.open(
      stream.io, input.context?.pointee.iformat, named: input.address,
      flags: AVFMT_FLAG_NOPARSE | AVFMT_FLAG_NOFILLIN, opaque: damage.word(packet: 0), control)
    self.context = context
    if FFmpegStatus(code) == .interrupted || control.isCancelled { throw .interrupted }
    guard code >= 0, !holes.hasSeen else { return nil }
    if layout.isDirect { stream.io?.pointee.direct = 1 }
    holes.areMade = true
    holes.areWhole = trustsIndex && layout.isDirect
  }

  deinit {
    avformat_close_input(&context)
    var last: UnsafeMutablePointer<AVPacket>? = packet
    av_packet_free(&last)
    damage.close()
  }

  /// Reads the next packet of the stream. Anything but `.done` and `.interrupted` means that the file has no
  /// more to give.
  func read() throws -> FFmpegStatus {
    while true {
      if control.isCancelled { return .interrupted }
      av_packet_unref(packet)
      let status = FFmpegStatus(av_read_frame(context, packet))
      guard status == .done || status == .again else { return status }
      guard status == .done, let stream = context?.pointee.streams[Int(packet.pointee.stream_index)] else {
        continue
      }
      guard packet.pointee.stream_index == index else {
        stream.pointee.discard = AVDISCARD_ALL
        continue
      }
      guard isSameStream(stream.pointee) else { throw UnfitForSparseReading() }
      if packet.pointee.isEncrypted { throw VideoError.encrypted }
      if packet.pointee.size > 0 { control.countPacket() }
      return .done
    }
  }

  private func isSameStream(_ stream: AVStream) -> Bool {
    stream.codecpar.pointee.codec_id == model.codecpar.pointee.codec_id
      && av_cmp_q(stream.time_base, model.time_base) == 0
  }

  /// Where the packet last read is, and its bytes.
  func placedPacket() throws -> PlacedPacket {
    let (pts, dts) = try times()
    guard packet.pointee.size > 0 else {
      return PlacedPacket(packet.pointee, pts: pts, dts: dts, offset: 0, gap: nil)
    }
    let size = Int(packet.pointee.size)
    if trustsIndex, layout.isDirect { return try indexedPacket(size, pts, dts) }
    let offset = try payloadPlace()
    var gap: PacketGap?
    if let start = holes.claim(offset..<offset + Int64(size)) {
      gap = PacketGap(packet.pointee.data, missing: Int(start - offset)..<size, at: offset, of: source)
    } else if size > Holes.mostReal + Holes.bufferBytes {
      // It is made of something else than was read for it.
      throw UnfitForSparseReading()
    }
    guard trustsIndex else {
      return PlacedPacket(packet.pointee, pts: pts, dts: dts, offset: offset, gap: gap)
    }
    let isKey = packet.pointee.flags & AV_PKT_FLAG_KEY != 0
    return PlacedPacket(
      packet.pointee, pts: pts, dts: dts, offset: offset, gap: gap,
      isKnown: false, head: isKey ? try headBytes(gap) : nil)
  }

  /// How many bytes of the packet last read are looked at: those that reach into its first slice where units
  /// are behind start codes, which are loaded; behind lengths, the beginning of each unit.
  private func headBytes(_ gap: PacketGap?) throws -> Int {
    let size = Int(packet.pointee.size)
    guard model.codecpar.pointee.unitLengthBytes == nil else { return size }
    var count = min(size, Holes.headBytes)
    while true {
      gap?.load(0..<count)
      let bytes = UnsafeBufferPointer(rebasing: packet.pointee.bytes[..<count])
      if count == size || Units.slice(beginsIn: bytes) { return count }
      guard count < Self.mostHeadBytes else { throw UnfitForSparseReading() }
      count = min(size, 4 * count)
    }
  }

  /// Parameter sets and supplements take less.
  private static let mostHeadBytes = 1 << 18

  /// A packet of which nothing was read.
  private func indexedPacket(_ size: Int, _ pts: Int64, _ dts: Int64) throws -> PlacedPacket {
    let offset = packet.pointee.pos
    guard offset >= 0, offset < source.count, Int64(size) <= source.count - offset else {
      throw UnfitForSparseReading()
    }
    let gap = PacketGap(packet.pointee.data, missing: 0..<size, at: offset, of: source)
    // What is far away is looked at when it is decoded.
    let isKnown = packet.pointee.flags & AV_PKT_FLAG_KEY != 0 && source.isNear
    if isKnown { gap.load(0..<min(size, PacketPlace.headBytes)) }
    return PlacedPacket(
      packet.pointee, pts: pts, dts: dts, offset: offset, gap: gap, isKnown: isKnown,
      head: isKnown ? size : nil)
  }

  /// When the packet is shown and decoded, where the container says so.
  private func times() throws -> (pts: Int64, dts: Int64) {
    var (pts, dts) = (packet.pointee.pts, packet.pointee.dts)
    // As FFmpeg does for codecs that do not reorder.
    if pts == CFFMPEG_NO_TIME, isInOrder { pts = dts }
    if dts == CFFMPEG_NO_TIME, isInOrder { dts = pts }
    guard pts != CFFMPEG_NO_TIME || packet.pointee.size == 0 || !layout.hasTimes && !isInOrder else {
      throw UnfitForSparseReading()
    }
    // FFmpeg would take the clock to have overflown.
    let half = Int64(1) << Int64(min(max(model.pts_wrap_bits, 1), 63) - 1)
    if model.pts_wrap_bits < 63, pts != CFFMPEG_NO_TIME, dts != CFFMPEG_NO_TIME,
      dts.subtractingReportingOverflow(half).partialValue > pts
    {
      throw UnfitForSparseReading()
    }
    return (pts, dts)
  }

  /// Whether frames are shown in the order in which they are decoded.
  private var isInOrder: Bool {
    if !layout.hasTimes { return trustsIndex }
    let codec = avcodec_descriptor_get(model.codecpar.pointee.codec_id)
    return (codec?.pointee.props ?? 0) & AV_CODEC_PROP_INTRA_ONLY != 0
  }

  /// Where the packet's first byte is, by the container's rule and by the bytes that are there.
  private func payloadPlace() throws -> Int64 {
    let (place, size) = (packet.pointee.pos, Int(packet.pointee.size))
    let headBytes = min(size, Holes.headBytes)
    guard place >= 0, place < source.count else { throw UnfitForSparseReading() }
    let found = withUnsafeTemporaryAllocation(
      byteCount: SparseLayout.mostHeadBytes + Holes.headBytes, alignment: 1
    ) { buffer -> Int64? in
      let wanted = min(Int64(SparseLayout.mostHeadBytes + headBytes), source.count - place)
      let bytes = UnsafeMutableRawBufferPointer(rebasing: buffer[..<Int(wanted)])
      guard source.fill(bytes, at: place), let offset = layout.payloadOffset(bytes),
        offset + headBytes <= bytes.count,
        bytes[offset..<offset + headBytes].elementsEqual(packet.pointee.bytes.prefix(headBytes))
      else { return nil }
      return place + Int64(offset)
    }
    guard let found, Int64(size) <= source.count - found else { throw UnfitForSparseReading() }
    return found
  }
}

/// A packet and where in its source it is.
struct PlacedPacket {
  let place: PacketPlace
  let packet: AVPacket
  let bytes: PacketBytes
  /// Of what an index alone stands for, the beginning that was looked at all the same: units as far as
  /// its first slice.
  let head: PacketBytes?
  private let gap: PacketGap?

  /// `isKnown` packets have their first bytes, and `head` says how many to look at where an index is trusted.
  init(
    _ packet: AVPacket, pts: Int64, dts: Int64, offset: Int64, gap: PacketGap?, isKnown: Bool = true,
    head: Int? = nil
  ) {
    var packet = packet
    (packet.pts, packet.dts) = (pts, dts)
    self.packet = packet
    self.gap = gap
    bytes = PacketBytes(packet, gap: gap)
    let all = bytes
    self.head = head.map { count in
      count == all.count ? all : PacketBytes(UnsafeBufferPointer(rebasing: all.bytes[..<count]))
    }
    place = PacketPlace(packet, offset: offset, isKnown: isKnown)
  }

  /// Whether the source did not give all that was looked at.
  var isIncomplete: Bool { gap?.hasFailed ?? false }
}

/// What there is to know of a packet without reading it, and where it is to be read.
struct PacketPlace: Equatable {
  /// Of the first byte.
  let offset: Int64
  let size: Int32
  let flags: Int32
  let pts: Int64
  let dts: Int64
  let duration: Int64
  /// Of the first bytes, to know them again; nil where they were not read.
  let digest: UInt64?

  /// The first bytes of a packet that is known have to be there.
  init(_ packet: AVPacket, offset: Int64, isKnown: Bool) {
    self.offset = offset
    (size, flags, pts, dts) = (packet.size, packet.flags, packet.pts, packet.dts)
    duration = packet.duration
    digest = isKnown ? Self.digest(packet.bytes) : nil
  }

  static func digest(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
    var digest = Digest()
    digest.add(bytes.prefix(headBytes))
    return digest.value
  }

  static let headBytes = Holes.headBytes
}
