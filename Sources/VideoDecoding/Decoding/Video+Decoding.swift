import CFFmpeg

/// Decoding from one place to another.
extension Video {
  /// Decodes the next frame into the decoder's frame; false at the end of the stream, or where it went
  /// astray.
  ///
  /// A damaged packet is counted and skipped.
  func decodeNext() throws(VideoError) -> Bool {
    var failures = 0
    while true {
      switch decoder.receive() {
      case .done:
        if decoder.isDamaged { errors += 1 }
        return true
      case .end: return false
      case .interrupted: throw .interrupted
      case .again: if isDraining { return false }
      case .failed:
        failures += 1
        // With frame threads an error can come after the last packet, once for each thread.
        if isDraining {
          if failures > 2 * threads + 64 { return false }
          continue
        }
      }
      try feed()
      if isAstray { return false }
    }
  }

  /// Lets the decoder finish what it was given, so that all damage in it is known.
  func finish() throws(VideoError) {
    position = .inside(packetIsRead: false, isDraining: true)
    _ = decoder.send(nil)
    while try decodeNext() {}
  }

  private var isDraining: Bool {
    if case .inside(_, isDraining: true) = position { true } else { false }
  }

  /// Gives the decoder one packet, or tells it that there are no more.
  private func feed() throws(VideoError) {
    if control.isCancelled { throw .interrupted }
    var status = FFmpegStatus.done
    if case .inside(packetIsRead: true, _) = position {
    } else {
      status = if let placed { try next(placed) } else { try nextOfInput() }
      if isAstray { return }
    }
    position = .inside(packetIsRead: false, isDraining: status != .done)
    switch status {
    case .done:
      framesDecoded += 1
      status = decoder.send(placed?.packet ?? input.packet)
    case .interrupted: throw .interrupted
    default:
      if let failure = input.failure { throw failure }
      if status != .end { errors += 1 }
      status = decoder.send(nil)
    }
    if status == .interrupted { throw .interrupted }
  }

  /// Reads the next packet that is not skipped.
  private func nextOfInput() throws(VideoError) -> FFmpegStatus {
    var status: FFmpegStatus
    isInputFresh = false
    repeat {
      status = input.read()
      try keepTrack(status)
    } while !isAstray && status == .done && isSkipped(input.timedPacket, PacketBytes(input.packet.pointee))
    return status
  }

  /// The same, of those whose places are known: of a skipped one nothing is read but what says so.
  private func next(_ placed: PlacedPackets) throws(VideoError) -> FFmpegStatus {
    while let bytes = try placed.advance() {
      if control.isCancelled { throw .interrupted }
      if bytes.count > 0 { control.countPacket() }
      if isSkipped(placed.packet.pointee, bytes) { continue }
      isAstray = !placed.complete()
      return .done
    }
    return .end
  }

  /// Holds what was read against the scan, where it has to be what the scan saw.
  private func keepTrack(_ status: FFmpegStatus) throws(VideoError) {
    if status == .interrupted { throw .interrupted }
    guard let scan, let number = expected else { return }
    if status == .done {
      isAstray = number >= scan.identities.count || scan.identities[number] != input.timedPacket.identity
      expected = number + 1
    } else {
      isAstray = number != scan.identities.count
    }
  }

  private func isSkipped(_ packet: AVPacket, _ bytes: PacketBytes) -> Bool {
    // An empty packet would end the stream for the decoder.
    if packet.size == 0 { return true }
    guard spared?.takes(packet, bytes) ?? false else { return false }
    framesSkipped += 1
    return true
  }

  /// Goes back to the start of the file with a decoder that has seen nothing.
  ///
  /// The container is asked to go back, and opened again if that does not give the first packet, or if
  /// `reopening` says so. What it gives then has to be what the scan saw, packet by packet: a demuxer may
  /// hand over some things only once.
  func restart(reopening: Bool) throws(VideoError) {
    errors = 0
    isAstray = false
    defer {
      input.forgetDamage()
      input.bytes?.expect(.forward)
    }
    if case .start = position { return }
    placed = nil
    if isInputFresh {
      position = .start
    } else if reopening || !seekToFirst() {
      input = try Input(source, rules: rules, control: control, meter: meter)
      guard input.streams.count > stream else { throw .noVideoStream(found: []) }
      try input.select(stream)
      isInputFresh = true
      position = .start
      expected = nil
    }
    decoder = try input.decoder(codec, for: stream, rate: rate, threads: threads, rules)
  }

  private func seekToFirst() -> Bool {
    guard let scan, let time = scan.firstTime, input.seek(stream: stream, to: time), input.read() == .done,
      input.timedPacket.identity == scan.identities.first
    else { return false }
    position = .inside(packetIsRead: true, isDraining: false)
    expected = 1
    return true
  }

  /// Goes back to the start for a decoding that leaves out packets, if any: where the places of packets are
  /// known, these are read from there.
  func restartForParts() throws(VideoError) {
    guard let places = scan?.places else { return try restart(reopening: false) }
    errors = 0
    try start(places, from: 0)
  }

  /// Lets a decoder that has seen nothing go on with packet number `first`.
  private func start(_ places: [PacketPlace], from first: Int) throws(VideoError) {
    guard let scan, let bytes = input.bytes else { throw .unreadable(reason: "its bytes are gone") }
    isAstray = false
    input.forgetDamage()
    bytes.expect(.scattered)
    placed = try PlacedPackets(
      places, from: first, of: stream, in: bytes, scan.proof, areTimed: !input.isInOrder)
    decoder = try input.decoder(codec, for: stream, rate: rate, threads: threads, rules)
    position = .inside(packetIsRead: false, isDraining: false)
  }

  /// Goes to a key packet with a decoder that has seen nothing, so that it is decoded next; false if the
  /// container does not get there.
  func seek(to key: PacketScan.Key, before keys: ArraySlice<PacketScan.Key>) throws(VideoError) -> Bool {
    guard let scan else { return false }
    if let places = scan.places {
      try start(places, from: key.packet)
      return true
    }
    isAstray = false
    input.forgetDamage()
    // Some containers seek by the time shown, some by the time decoded, and some to a little later than
    // asked.
    let earlier = keys.suffix(2).reversed().map(\.stamp)
    let times = [key.stamp, key.decodingStamp] + earlier
    for time in times where time != CFFMPEG_NO_TIME {
      guard input.seek(stream: stream, to: time) else { continue }
      while true {
        let status = input.read()
        if status == .interrupted { throw .interrupted }
        guard status == .done else { break }
        let packet = input.timedPacket
        if packet.pts == key.stamp, packet.identity == scan.identities[key.packet] {
          decoder = try input.decoder(codec, for: stream, rate: rate, threads: threads, rules)
          position = .inside(packetIsRead: true, isDraining: false)
          expected = key.packet + 1
          return true
        }
        // Behind it there is nothing to look for.
        if packet.pos > key.position && key.position >= 0 { break }
        if packet.flags & AV_PKT_FLAG_KEY != 0, packet.pts != CFFMPEG_NO_TIME, packet.pts > key.stamp {
          break
        }
      }
    }
    position = .inside(packetIsRead: false, isDraining: false)
    return false
  }
}
