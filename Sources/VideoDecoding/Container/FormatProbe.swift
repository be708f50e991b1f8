import CFFmpeg
import FoundationEssentials
import Glibc

/// Finds out which container a file is, and refuses those that are nothing but names of other files or
/// addresses.
///
/// `io_open` is refused too, but some demuxers open files without it, and avisynth's would run a script.
enum FormatProbe {
  private static let references: Set<String> = [
    "avisynth", "concat", "dash", "hls", "image2", "imf", "rtsp", "sdp", "vapoursynth", "vobsub",
    "webm_dash_manifest",
  ]

  /// The container that `io` holds, which is called `name`.
  static func format(
    of io: UnsafeMutablePointer<AVIOContext>?, name: [CChar], probeBytes: Int
  ) throws(VideoError) -> UnsafePointer<AVInputFormat>? {
    // At least FFmpeg's smallest, which some containers need to be told from noise.
    let limit = UInt32(clamping: min(max(probeBytes, 2048), 1 << 20))
    do {
      let format = try probe(io, name, limit)
      guard kind(of: format) == "image2" else { return try refusingReferences(format) }
      // Only the name's ending, or a pattern in it, says so, and the content counts.
    } catch VideoError.notVideo {
      // From 9.0 on FFmpeg takes a pattern in the name for nothing else.
    }
    try refusePicture(io)
    return try refusingReferences(probe(io, [0], limit))
  }

  /// Refuses pictures that FFmpeg knows by their names alone.
  private static func refusePicture(_ io: UnsafeMutablePointer<AVIOContext>?) throws(VideoError) {
    if let picture = ImageFormat(unrecognized: peek(io)) { throw .stillPicture(format: picture.name) }
  }

  private static func probe(
    _ io: UnsafeMutablePointer<AVIOContext>?, _ name: [CChar], _ limit: UInt32
  ) throws(VideoError) -> UnsafePointer<AVInputFormat>? {
    var format: UnsafePointer<AVInputFormat>?
    let code = av_probe_input_buffer2(io, &format, name, nil, 0, limit)
    switch FFmpegStatus(code) {
    case .interrupted: throw .interrupted
    case .done: return format
    default: throw .notVideo(reason: FFmpegStatus.reason(code))
    }
  }

  private static func refusingReferences(
    _ format: UnsafePointer<AVInputFormat>?
  ) throws(VideoError) -> UnsafePointer<AVInputFormat>? {
    let kind = kind(of: format)
    if references.contains(kind) { throw .namesOthers(format: kind) }
    return format
  }

  /// FFmpeg's first name of the container.
  private static func kind(of format: UnsafePointer<AVInputFormat>?) -> String {
    let names = format.flatMap { $0.pointee.name.map { String(cString: $0) } } ?? ""
    return names.split(separator: ",").first.map(String.init) ?? ""
  }

  /// The first bytes, which are still there to be read afterwards.
  static func peek(_ io: UnsafeMutablePointer<AVIOContext>?) -> [UInt8] {
    let bytes = [UInt8](unsafeUninitializedCapacity: 64) { buffer, filled in
      filled = max(0, Int(avio_read(io, buffer.baseAddress, 64)))
    }
    avio_seek(io, 0, SEEK_SET)
    return bytes
  }
}
