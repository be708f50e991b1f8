import CFFmpeg

/// What the packets of a stream say without being decoded: when each frame is shown, and where decoding can
/// begin.
struct PacketScan {
  /// A packet that decoding can begin with.
  struct Key: Equatable {
    /// The number of its frame, in the order shown.
    let frame: Int
    /// The number of the packet, in the order of the file.
    let packet: Int
    let stamp: Int64
    let decodingStamp: Int64
    let position: Int64
  }

  /// When the frames are shown, in ticks, strictly increasing; nil where the packets do not say.
  let stamps: [Int64]?
  /// Whether `stamps` are the frames' own, not the order of decoding standing in for them.
  let areShown: Bool
  /// Whether the demuxer calls packets damaged, as lost transport packets make them.
  let areDamaged: Bool
  /// Whether something in the coded data makes frames depend on the number of the decoder's threads.
  let dependsOnThreads: Bool
  /// Whether the coded data bears out what the container says: each packet gives the frames that it was
  /// counted for, and nothing is set once that a decoding of parts would miss. Implies `areShown`.
  let isBorneOut: Bool
  /// In the order shown. Empty unless `isBorneOut`.
  let keys: [Key]
  /// What each packet was, in the order of the file, to know it again. Empty after a sparse scan.
  let identities: [UInt64]
  /// Where each packet is, in the order of the file, after a sparse scan; else nil.
  let places: [PacketPlace]?
  /// What packets of which nothing was read have to be held against when they are decoded.
  let proof: ScanProof
  /// The time to seek to for the first packet.
  let firstTime: Int64?
  /// How long the last frame of `stamps` is shown, in ticks, as its packet says; 0 if it does not.
  let lastDuration: Int64
  /// Which packets the others can do without.
  let references: PacketDependencies

  /// Reads the packets of `input`, which stands at its start, to the end. More than `limit` frames are
  /// refused. `reach`, in ticks, is how far back a stamp may lie without the clock having been reset.
  init(_ input: Input, _ parameters: AVCodecParameters, reach: Int64, limit: Int) throws(VideoError) {
    var list = Packets(parameters, reach: reach)
    while true {
      switch input.read() {
      case .done:
        list.add(input.timedPacket)
        guard list.count <= limit else { throw .tooManyFrames(limit: limit) }
      case .interrupted: throw .interrupted
      default:
        if let failure = input.failure { throw failure }
        self.init(list)
        return
      }
    }
  }

  /// Reads the packets of `demuxer`, which stands at its start, to the end, without their payload; nil if
  /// they do not say all that is to be known.
  init?(
    _ demuxer: SparseDemuxer, _ parameters: AVCodecParameters, reach: Int64, limit: Int
  ) throws(VideoError) {
    let looksAtContent = demuxer.layout.hasTimes || demuxer.trustsIndex
    var list = Packets(looksAtContent ? parameters : AVCodecParameters(), reach: reach)
    var places: [PacketPlace] = []
    do {
      while true {
        let status = try demuxer.read()
        if status == .interrupted { throw VideoError.interrupted }
        guard status == .done else { break }
        let placed = try demuxer.placedPacket()
        try list.add(placed, trustingIndex: demuxer.trustsIndex)
        guard !placed.isIncomplete else { return nil }
        places.append(placed.place)
        guard list.count <= limit else { throw VideoError.tooManyFrames(limit: limit) }
      }
    } catch let error as VideoError {
      throw error
    } catch {
      return nil
    }
    self.init(list, places)
  }

  private init(_ packets: Packets, _ places: [PacketPlace]? = nil) {
    identities = places == nil ? packets.identities : []
    self.places = places
    proof = packets.proof
    firstTime = packets.firstTime
    areDamaged = packets.areDamaged
    dependsOnThreads = packets.proof.dependsOnThreads
    let shown = packets.shown.sorted()
    areShown =
      packets.count == shown.count && !packets.areDamaged && !packets.areReset && Self.strictlyIncrease(shown)
    lastDuration = areShown ? packets.lastShown.duration : packets.lastDuration
    isBorneOut = areShown && packets.proof.isBorneOut(first: shown[0])
    keys = isBorneOut ? packets.proof.keys(shown) : []
    var references = packets.references
    references.areOfSingleFrames = isBorneOut && keys.count == shown.count
    self.references = references
    if areShown {
      stamps = shown
    } else {
      let ordered = packets.count == packets.decoded.count && Self.strictlyIncrease(packets.decoded)
      stamps = ordered && !packets.areDamaged && !packets.areReset ? packets.decoded : nil
    }
  }

  private static func strictlyIncrease(_ stamps: [Int64]) -> Bool {
    !stamps.isEmpty && zip(stamps, stamps.dropFirst()).allSatisfy { $0 < $1 }
  }

  /// The packets seen so far: those that will be a frame to show.
  private struct Packets {
    var number = 0
    var count = 0
    var shown: [Int64] = []
    var decoded: [Int64] = []
    var identities: [UInt64] = []
    var firstTime: Int64?
    var areDamaged = false
    var references: PacketDependencies
    var proof: ScanProof
    let reach: Int64
    /// Whether the clock goes back: sorted by their stamps, frames of a later part would come before their
    /// time.
    var areReset = false
    var lastShown = (stamp: Int64.min, duration: Int64(0))
    var lastDuration: Int64 = 0

    init(_ parameters: AVCodecParameters, reach: Int64) {
      references = PacketDependencies(parameters)
      proof = ScanProof(parameters)
      self.reach = reach
    }

    /// Adds a packet that is all there.
    mutating func add(_ packet: AVPacket) {
      let holdsFrame = proof.note(packet, PacketBytes(packet), number: number)
      references.note(PacketBytes(packet))
      add(packet, holdsFrame: holdsFrame)
      identities.append(packet.identity)
    }

    /// Adds a packet that is not all there.
    mutating func add(_ placed: PlacedPacket, trustingIndex: Bool) throws {
      let holdsFrame =
        trustingIndex
        ? try proof.noteIndexed(placed, number: number)
        : proof.note(placed.packet, placed.bytes, number: number)
      // An index is trusted where there is nothing to learn.
      if !trustingIndex { references.note(placed.bytes) }
      add(placed.packet, holdsFrame: holdsFrame)
    }

    private mutating func add(_ packet: AVPacket, holdsFrame: Bool) {
      if number == 0 {
        firstTime = [packet.dts, packet.pts].first { $0 != CFFMPEG_NO_TIME }
      }
      areDamaged = areDamaged || packet.flags & AV_PKT_FLAG_CORRUPT != 0
      number += 1
      // Edit lists hide frames.
      if !holdsFrame || packet.flags & AV_PKT_FLAG_DISCARD != 0 { return }
      count += 1
      lastDuration = packet.duration
      if packet.pts != CFFMPEG_NO_TIME {
        shown.append(packet.pts)
        areReset = areReset || Int128(packet.pts) + Int128(reach) < Int128(lastShown.stamp)
        if packet.pts >= lastShown.stamp { lastShown = (packet.pts, packet.duration) }
      }
      if packet.dts != CFFMPEG_NO_TIME {
        areReset = areReset || packet.dts < decoded.last ?? .min
        decoded.append(packet.dts)
      }
    }
  }
}

extension AVPacket {
  /// What a packet is known by: its time, place, size and flags, its side data, and its first bytes.
  var identity: UInt64 {
    var digest = Digest()
    digest.add(UInt64(bitPattern: pts))
    digest.add(UInt64(bitPattern: pos))
    digest.add(UInt64(UInt32(bitPattern: size)) << 32 | UInt64(UInt32(bitPattern: flags)))
    digest.add(bytes.prefix(Self.identifyingBytes))
    for side in UnsafeBufferPointer(start: side_data, count: Int(max(side_data_elems, 0))) {
      digest.add(UInt64(side.type.rawValue))
      digest.add(UnsafeBufferPointer(start: side.data, count: side.data == nil ? 0 : side.size))
    }
    return digest.value
  }

  private static let identifyingBytes = 256

  /// Whether it carries something that the decoder keeps for later packets: a palette, other parameters.
  var changesDecoder: Bool {
    UnsafeBufferPointer(start: side_data, count: Int(max(side_data_elems, 0))).contains {
      [AV_PKT_DATA_PALETTE, AV_PKT_DATA_NEW_EXTRADATA, AV_PKT_DATA_PARAM_CHANGE].contains($0.type)
    }
  }
}

extension RandomAccessCollection {
  /// The first index whose element satisfies `predicate`, which then holds for every element after it.
  package func partitioningIndex(where predicate: (Element) -> Bool) -> Index {
    var low = startIndex
    var length = count
    while length > 0 {
      let half = length / 2
      let middle = index(low, offsetBy: half)
      if predicate(self[middle]) {
        length = half
      } else {
        low = index(after: middle)
        length -= half + 1
      }
    }
    return low
  }
}
