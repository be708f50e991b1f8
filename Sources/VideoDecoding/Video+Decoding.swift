import CFFmpeg

/// Decoding from one place to another.
extension Video {
  /// Decodes the next picture into the decoder's frame; false at the end of the stream.
  ///
  /// A damaged packet is counted and passed over.
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
        errors += 1
        failures += 1
        // With frame threads an error can come after the last packet, once for each thread.
        if isDraining {
          if failures > 2 * threads + 64 { return false }
          continue
        }
      }
      try feed()
    }
  }

  private var isDraining: Bool {
    if case .inside(_, isDraining: true) = position { true } else { false }
  }

  /// Gives the decoder one packet, or tells it that there are no more.
  private func feed() throws(VideoError) {
    if Interruption.isRequested { throw .interrupted }
    var status = FFmpegStatus.done
    if case .inside(packetIsRead: true, _) = position {
    } else {
      repeat { status = input.read() } while status == .done && isPassedOver(input.packet.pointee)
    }
    position = .inside(packetIsRead: false, isDraining: status != .done)
    switch status {
    case .done:
      picturesDecoded += 1
      status = decoder.send(input.packet)
    case .interrupted: throw .interrupted
    default:
      if status != .end { errors += 1 }
      status = decoder.send(nil)
    }
    switch status {
    case .done, .end: break
    case .interrupted: throw .interrupted
    case .again, .failed: errors += 1
    }
  }

  private func isPassedOver(_ packet: AVPacket) -> Bool {
    // An empty packet would end the stream for the decoder.
    if packet.size == 0 { return true }
    guard spared?.takes(packet) ?? false else { return false }
    picturesSkipped += 1
    return true
  }

  /// Goes back to the start of the file with a decoder that has seen nothing.
  ///
  /// The container is asked to go back, and opened anew if that does not give the first packet again, or if
  /// `reopening` says so.
  func restart(reopening: Bool) throws(VideoError) {
    errors = 0
    if case .start = position { return }
    if reopening || !seekToFirst() {
      input = try Input(path: path, rules: rules)
      guard input.streams.count > stream else { throw .noVideoStream(found: []) }
      input.select(stream)
      position = .start
    }
    decoder = try input.decoder(codec, for: stream, rate: rate, threads: threads, rules)
  }

  private func seekToFirst() -> Bool {
    guard let first = scan?.first else { return false }
    let time = first.decodingStamp != CFFMPEG_NO_TIME ? first.decodingStamp : first.stamp
    guard time != CFFMPEG_NO_TIME, input.seek(stream: stream, to: time), input.read() == .done,
      PacketScan.Identity(input.packet.pointee) == first
    else { return false }
    position = .inside(packetIsRead: true, isDraining: false)
    return true
  }

  /// Goes to a key packet, so that it is decoded next; false if the container does not get there.
  func seek(to key: PacketScan.Key, before keys: ArraySlice<PacketScan.Key>) throws(VideoError) -> Bool {
    // Some containers seek by the time shown, some by the time decoded, and some to a little later than asked.
    let earlier = keys.suffix(2).reversed().map(\.stamp)
    let times = [key.stamp, key.decodingStamp] + earlier
    for time in times where time != CFFMPEG_NO_TIME {
      guard input.seek(stream: stream, to: time) else { continue }
      while true {
        let status = input.read()
        if status == .interrupted { throw .interrupted }
        guard status == .done else { break }
        let packet = input.packet.pointee
        guard packet.flags & AV_PKT_FLAG_KEY != 0, packet.pts != CFFMPEG_NO_TIME else { continue }
        if packet.pts > key.stamp { break }
        if packet.pts == key.stamp, packet.size == key.size {
          decoder.restart()
          position = .inside(packetIsRead: true, isDraining: false)
          return true
        }
      }
    }
    position = .inside(packetIsRead: false, isDraining: false)
    return false
  }
}
