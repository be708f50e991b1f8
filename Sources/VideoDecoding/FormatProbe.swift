import CFFmpeg

/// Finds out which container a file is, and refuses those that are nothing but names of other files or addresses.
///
/// `io_open` is refused too, but some demuxers open files without it, and avisynth's would run a script.
enum FormatProbe {
  private static let references: Set<String> = [
    "avisynth", "concat", "dash", "hls", "image2", "imf", "rtsp", "sdp", "vapoursynth", "vobsub",
    "webm_dash_manifest",
  ]

  static func format(
    of source: ByteSource, probeBytes: Int
  ) throws(VideoError) -> UnsafePointer<AVInputFormat>? {
    var format: UnsafePointer<AVInputFormat>?
    // At least FFmpeg's smallest, which some containers need to be told from noise.
    let limit = UInt32(clamping: min(max(probeBytes, 2048), 1 << 20))
    let code = av_probe_input_buffer2(source.io, &format, source.address, nil, 0, limit)
    switch FFmpegStatus(code) {
    case .interrupted: throw .interrupted
    case .done: break
    default: throw .notVideo(reason: FFmpegStatus.reason(code))
    }
    let name = format.flatMap { $0.pointee.name.map { String(cString: $0) } } ?? ""
    if let kind = name.split(separator: ",").first.map(String.init), references.contains(kind) {
      throw .namesOthers(format: kind)
    }
    return format
  }
}
