import CFFmpeg

/// Which of several video streams is taken.
extension Input {
  /// The video stream `track`, or the best one if nil, and its decoder. Where it has to read packets to find
  /// out, `hasRead` says so: the file is to be opened again.
  ///
  /// The best one is FFmpeg's choice (`av_find_best_stream`: first what is marked as default, then by bit
  /// rate) among those that move: neither an attached picture nor a stream of one frame beside a longer one.
  func videoStream(
    _ track: Int?
  ) throws(VideoError) -> (index: Int, decoder: UnsafePointer<AVCodec>, hasRead: Bool) {
    let all = streams.indices.filter(isVideo)
    // Of a photo in tiles one tile would be shown for the whole.
    let videos = all.filter { !cffmpeg_is_tile(context, Int32($0)) }
    if videos.isEmpty, !all.isEmpty {
      throw .stillPicture(format: imageFormat?.name ?? "HEIF")
    }
    if let track {
      guard videos.contains(track) else { throw .noSuchTrack(track, found: describeEachStream()) }
      let only = try best(of: [track])
      return (only.index, only.decoder, false)
    }
    guard !videos.isEmpty else { throw .noVideoStream(found: describeStreams()) }
    let first = try best(of: videos)
    var frames = videos.reduce(into: [:]) { $0[$1] = Int(streams[$1]?.pointee.nb_frames ?? 0) }
    guard videos.count > 1, frames[first.index, default: 0] < 2 else {
      return (first.index, first.decoder, false)
    }
    let hasRead = frames.values.contains(0)
    if hasRead { try countPackets(in: &frames, untilTwoOf: first.index) }
    let moving = videos.filter { frames[$0, default: 0] > 1 }
    let chosen = moving.isEmpty || moving.contains(first.index) ? first : try best(of: moving)
    return (chosen.index, chosen.decoder, hasRead)
  }

  /// What FFmpeg thinks best of `candidates`, of which there is one at least.
  private func best(
    of candidates: [Int]
  ) throws(VideoError) -> (index: Int, decoder: UnsafePointer<AVCodec>) {
    // It looks at all streams of a kind: for a moment the others are of none.
    let others = streams.indices.filter { kind(of: $0) == AVMEDIA_TYPE_VIDEO && !candidates.contains($0) }
    for index in others { streams[index]?.pointee.codecpar.pointee.codec_type = AVMEDIA_TYPE_UNKNOWN }
    defer {
      for index in others { streams[index]?.pointee.codecpar.pointee.codec_type = AVMEDIA_TYPE_VIDEO }
    }
    var decoder: UnsafePointer<AVCodec>?
    let best = Int(av_find_best_stream(context, AVMEDIA_TYPE_VIDEO, -1, -1, &decoder, 0))
    if candidates.contains(best), let decoder { return (best, decoder) }
    if let imageFormat { throw .stillPicture(format: imageFormat.name) }
    if streams[candidates[0]]?.pointee.isEncrypted ?? false { throw .encrypted }
    throw .noDecoder(codec: codecName(of: candidates[0]))
  }

  /// Reads on until `index` has two packets, or to the end, and adds up those of all streams in `counts`.
  private func countPackets(in counts: inout [Int: Int], untilTwoOf index: Int) throws(VideoError) {
    while counts[index, default: 0] < 2 {
      switch read() {
      case .done:
        if packet.pointee.size > 0 { counts[Int(packet.pointee.stream_index)]? += 1 }
      case .interrupted: throw .interrupted
      default: return
      }
    }
  }

  func kind(of index: Int) -> AVMediaType {
    streams[index]?.pointee.codecpar.pointee.codec_type ?? AVMEDIA_TYPE_UNKNOWN
  }

  /// FFmpeg's name, or the container's for what FFmpeg does not know.
  private func codecName(of index: Int) -> String {
    guard let parameters = streams[index]?.pointee.codecpar.pointee, parameters.codec_id != AV_CODEC_ID_NONE
    else { return streams[index]?.pointee.codecpar.pointee.tagName ?? "unknown" }
    return String(cString: avcodec_get_name(parameters.codec_id))
  }

  private func isVideo(_ index: Int) -> Bool {
    kind(of: index) == AVMEDIA_TYPE_VIDEO && !isAttachedPicture(index)
  }

  /// Whether it is a cover, a thumbnail or the like.
  private func isAttachedPicture(_ index: Int) -> Bool {
    let stills = AV_DISPOSITION_ATTACHED_PIC | AV_DISPOSITION_TIMED_THUMBNAILS | AV_DISPOSITION_STILL_IMAGE
    return (streams[index]?.pointee.disposition ?? 0) & stills != 0
  }

  /// `2 audio streams`: each kind that there is, counted.
  private func describeStreams() -> [String] {
    let kinds = streams.indices.map { index in
      switch kind(of: index) {
      case AVMEDIA_TYPE_AUDIO: "audio stream"
      case AVMEDIA_TYPE_VIDEO: "cover picture"
      case AVMEDIA_TYPE_SUBTITLE: "subtitle stream"
      default: "other stream"
      }
    }
    return ["audio stream", "cover picture", "subtitle stream", "other stream"].compactMap { kind in
      let count = kinds.count { $0 == kind }
      return count == 0 ? nil : "\(count) \(kind)\(count == 1 ? "" : "s")"
    }
  }

  /// `0 (h264 video, 320x240)`: the first streams, one by one.
  private func describeEachStream() -> [String] {
    let shown = streams.indices.prefix(Self.streamsShown).map { index in
      let parameters = streams[index]?.pointee.codecpar.pointee
      let size = "\(parameters?.width ?? 0)x\(parameters?.height ?? 0)"
      return switch kind(of: index) {
      case AVMEDIA_TYPE_VIDEO where isAttachedPicture(index): "\(index) (attached picture, \(size))"
      case AVMEDIA_TYPE_VIDEO: "\(index) (\(codecName(of: index)) video, \(size))"
      case AVMEDIA_TYPE_AUDIO: "\(index) (\(codecName(of: index)) audio)"
      case AVMEDIA_TYPE_SUBTITLE: "\(index) (subtitles)"
      default: "\(index) (no video)"
      }
    }
    return streams.count > shown.count ? shown + ["and \(streams.count - shown.count) more"] : shown
  }

  private static let streamsShown = 12
}
