import CFFmpeg

/// The container that parts of a file are written in: its own, where FFmpeg writes it and it takes the video,
/// else Matroska.
package struct ClipContainer: Sendable {
  /// FFmpeg's name of the muxer.
  package let name: String
  /// How files of it end, with the dot.
  package let ending: String
  /// The streams of the file that it takes, the video first.
  let streams: [Int]

  /// `fileEnding` is what follows the last dot of the file's name, as it is.
  init(of input: Input, video: Int, fileEnding: String) throws(RemuxError) {
    let ending = fileEnding.lowercased()
    let codec = input.streams[video]?.pointee.codecpar.pointee.codec_id ?? AV_CODEC_ID_NONE
    for name in Self.candidates(input, ending: ending, codec) + ["matroska"] {
      guard let format = av_guess_format(name, nil, nil) else { continue }
      for streams in Self.choices(input, video: video, format)
      where ClipMuxer.takes(streams, of: input, format) {
        self.name = name
        self.streams = streams
        let isOwn = Self.endings(of: format, name).contains(ending)
        self.ending = "." + (isOwn ? fileEnding : Self.endings(of: format, name)[0])
        return
      }
    }
    throw .noContainer(codec: String(cString: avcodec_get_name(codec)))
  }

  /// Muxers of the container that `input` is, the likeliest first.
  private static func candidates(_ input: Input, ending: String, _ codec: AVCodecID) -> [String] {
    switch input.demuxer {
    case "mov,mp4,m4a,3gp,3g2,mj2":
      let own = ["mov": "mov", "qt": "mov", "3gp": "3gp", "3g2": "3g2", "f4v": "f4v"][ending]
      return (own.map { [$0] } ?? (input.isQuickTime && ending != "mp4" ? ["mov"] : [])) + ["mp4", "mov"]
    case "matroska,webm": return ending == "webm" ? ["webm"] : []
    case "mpeg": return codec == AV_CODEC_ID_MPEG1VIDEO ? ["mpeg"] : ["vob"]
    case "live_flv": return ["flv"]
    case "asf_o": return ["asf"]
    case "mpegvideo": return codec == AV_CODEC_ID_MPEG1VIDEO ? ["mpeg1video"] : ["mpeg2video"]
    // Their muxers write files of certain kinds alone.
    case "mxf", "rm", "dv": return []
    default: return [input.demuxer]
    }
  }

  /// Endings of the muxer's files, the usual one first.
  private static func endings(of format: UnsafePointer<AVOutputFormat>, _ name: String) -> [String] {
    let known = format.pointee.extensions.map { String(cString: $0).split(separator: ",").map(String.init) }
    return switch name {
    case "matroska": ["mkv", "mk3d"]
    case "mp4": ["mp4", "m4v"]
    case "mov": ["mov", "qt"]
    case "mpegts": ["ts", "m2ts", "mts", "m2t", "tod"]
    case "vob": ["mpg", "mpeg", "vob", "m2p", "mod", "ps"]
    case "mpeg": ["mpg", "mpeg"]
    case "ogg": ["ogv", "ogg", "ogm"]
    case "asf": ["wmv", "asf"]
    default: known.flatMap { $0.isEmpty ? nil : $0 } ?? [name]
    }
  }

  /// The streams to try, most first: the video with all sound and subtitles that the muxer says it takes,
  /// without subtitles, alone.
  private static func choices(
    _ input: Input, video: Int, _ format: UnsafePointer<AVOutputFormat>
  ) -> [[Int]] {
    func streams(_ kinds: [AVMediaType]) -> [Int] {
      [video]
        + input.streams.indices.filter { index in
          guard index != video, let stream = input.streams[index], let own = stream.pointee.codecpar,
            kinds.contains(own.pointee.codec_type)
          else { return false }
          let answer = avformat_query_codec(format, own.pointee.codec_id, experimental)
          return answer > 0 || answer < 0 && own.pointee.codec_id != AV_CODEC_ID_NONE
        }
    }
    return [
      streams([AVMEDIA_TYPE_AUDIO, AVMEDIA_TYPE_SUBTITLE]), streams([AVMEDIA_TYPE_AUDIO]), [video],
    ]
  }

  private static let experimental: Int32 = -2
}

extension Input {
  /// Whether it is QuickTime's kind of MP4.
  fileprivate var isQuickTime: Bool {
    guard let entry = av_dict_get(context?.pointee.metadata, "major_brand", nil, 0) else { return true }
    return String(cString: entry.pointee.value).hasPrefix("qt")
  }
}
