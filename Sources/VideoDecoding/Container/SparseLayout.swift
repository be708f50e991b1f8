import CFFmpeg

/// Where a container keeps the bytes of a packet, from the place that FFmpeg's demuxer gives.
///
/// What is not listed here is read whole: containers whose demuxers reassemble packets or look for their ends
/// in the payload (transport and program streams, Ogg, raw streams), and codecs that part a packet's units by
/// start codes, which may be anywhere in it (MPEG-1, MPEG-2, MPEG-4 part 2, H.264 and H.265 behind start
/// codes).
enum SparseLayout {
  /// MP4 and MOV: the place of the sample.
  case atPosition
  /// FLV: the place of the tag, whose head is of so many bytes.
  case behind(Int)
  /// AVI: that of the chunk's content.
  case chunk
  /// H.264 in AVI, which has only times of decoding. Where frames are shown in the order in which they are
  /// decoded these are the times of presentation; else nothing in the packets would make up for those, and
  /// all of it is going to be decoded.
  case chunkWithoutTimes
  /// Matroska and WebM: the place of the block's content, which begins with the number of the track.
  case block

  init?(demuxer: String, _ parameters: AVCodecParameters) {
    if demuxer == "avi", parameters.codec_id == AV_CODEC_ID_H264 {
      self = .chunkWithoutTimes
      return
    }
    guard Self.canSkip(parameters) else { return nil }
    switch demuxer {
    case "mov,mp4,m4a,3gp,3g2,mj2": self = .atPosition
    case "matroska,webm": self = .block
    case "flv" where parameters.codec_id == AV_CODEC_ID_H264: self = .behind(16)
    case "avi": self = .chunk
    default: return nil
    }
  }

  /// Whether what has to be known of a packet can be found without reading all of it.
  private static func canSkip(_ parameters: AVCodecParameters) -> Bool {
    switch parameters.codec_id {
    case AV_CODEC_ID_H264, AV_CODEC_ID_HEVC: parameters.unitLengthBytes != nil
    case AV_CODEC_ID_MPEG1VIDEO, AV_CODEC_ID_MPEG2VIDEO, AV_CODEC_ID_MPEG4: false
    default: true
    }
  }

  /// Whether the container says when packets are shown.
  var hasTimes: Bool {
    if case .chunkWithoutTimes = self { false } else { true }
  }

  /// Bytes that begin the description of an encoded track (ContentEncodings): its packets are not the file's
  /// bytes.
  var watchedFor: [UInt8] {
    if case .block = self { [0x6D, 0x80] } else { [] }
  }

  /// Whether FFmpeg is to read payload past its buffer, and to go to places without reading up to them: its
  /// places are known beforehand.
  var isDirect: Bool {
    if case .atPosition = self { true } else { false }
  }

  /// Whether the container's index alone can stand for packets that it does not call key packets: they are
  /// one frame each, as long as nothing that is decoded says otherwise.
  ///
  /// In H.264 and HEVC whose parameter sets lie in the container, in whole frames, and in one temporal layer;
  /// without times of presentation, in H.264 that does not reorder frames.
  func canTrustIndex(_ parameters: AVCodecParameters) -> Bool {
    switch self {
    case .atPosition where parameters.unitLengthBytes != nil: break
    case .chunkWithoutTimes: return isInOrder(parameters)
    default: return false
    }
    switch CodedSyntaxes.syntax(of: parameters) {
    case let syntax as H264Syntax: return syntax.isOfWholeFrames
    case let syntax as H265Syntax: return syntax.isOfOneLayer
    default: return false
    }
  }

  /// Whether times of decoding stand for those of presentation, which packets do not have: H.264 in AVI, of
  /// whole frames that are shown in the order in which they are decoded.
  func isInOrder(_ parameters: AVCodecParameters) -> Bool {
    guard !hasTimes, let syntax = CodedSyntaxes.syntax(of: parameters) as? H264Syntax else { return false }
    return syntax.isOfWholeFrames && syntax.reordering == 0
  }

  /// The most bytes between the place that FFmpeg gives and the packet's first byte.
  static let mostHeadBytes = 16

  /// How far behind `head`, the bytes from FFmpeg's place on, the packet's first byte is; nil if it is no
  /// packet of its own.
  func payloadOffset(_ head: some RandomAccessCollection<UInt8>) -> Int? {
    switch self {
    case .atPosition, .chunk, .chunkWithoutTimes: return 0
    case .behind(let bytes): return bytes
    case .block:
      // The track's number takes as many bytes as its first one has leading zeros, and one; a time of two
      // bytes and flags follow, of which two say that there are several packets in the block.
      guard let first = head.first, first != 0 else { return nil }
      let number = first.leadingZeroBitCount + 1
      guard let flags = head.dropFirst(number + 2).first, flags & 0x06 == 0 else { return nil }
      return number + 3
    }
  }
}
