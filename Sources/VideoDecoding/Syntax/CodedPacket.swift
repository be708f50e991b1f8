import CFFmpeg

/// What the coded data of one packet says of itself, whatever the container says of it.
struct CodedPacket {
  /// Frames that the decoder outputs for it.
  var frames = 0
  /// Whether decoding can begin here: no frame shown from this one on is predicted from anything before.
  var isEntry = false
  /// Parameter sets (sequence headers, tables) in it: a digest of the content for each identifier.
  var parameters: [Int: UInt64] = [:]
  /// A digest of what says the size of its frames; nil where that is not said.
  var layout: UInt64?
  /// Where its frame comes in the order shown: behind those of a smaller number. Nil where it is not told.
  var order: Int?
  /// Whether the decoder may output something else than `frames` says, or may remember something of this
  /// packet that a decoding that begins later would lack.
  var isUnclear = false

  /// Notes a parameter set, or a further part of it.
  mutating func add(_ unit: some Sequence<UInt8>, as identifier: Int) {
    var digest = Digest()
    digest.add(parameters[identifier] ?? 0)
    digest.add(unit)
    parameters[identifier] = digest.value
  }

  /// Notes what says the size of frames, or a further part of it.
  mutating func addLayout(_ part: some Sequence<UInt8>) {
    var digest = Digest()
    digest.add(layout ?? 0)
    digest.add(part)
    layout = digest.value
  }
}

/// The headers of one codec. Every packet is read, in file order, beginning with the first.
protocol CodedSyntax {
  /// Parameter sets that the container gives before the first packet.
  var header: CodedPacket { get }
  /// Frames by which the order shown may differ from the order decoded; nil where the stream leaves it open.
  var reordering: Int? { get }
  /// Throws where the headers are broken, or are of a kind that is not followed.
  mutating func read(_ packet: PacketBytes) throws(BrokenHeader) -> CodedPacket
}

extension CodedSyntax {
  var header: CodedPacket { CodedPacket() }
  var reordering: Int? { 0 }
}

/// The codecs in which decoding may begin at other places than the start.
enum CodedSyntaxes {
  static func syntax(of parameters: AVCodecParameters) -> (any CodedSyntax)? {
    switch parameters.codec_id {
    case AV_CODEC_ID_H264: H264Syntax(parameters)
    case AV_CODEC_ID_HEVC: H265Syntax(parameters)
    case AV_CODEC_ID_MPEG1VIDEO, AV_CODEC_ID_MPEG2VIDEO: MPEG2Syntax(parameters)
    case AV_CODEC_ID_MPEG4: MPEG4Syntax(parameters)
    case AV_CODEC_ID_VP8: VP8Syntax()
    case AV_CODEC_ID_VP9: VP9Syntax()
    case AV_CODEC_ID_AV1: AV1Syntax(parameters)
    case AV_CODEC_ID_MJPEG: JPEGSyntax()
    case AV_CODEC_ID_PRORES: IntraSyntax(marks: [[0x69, 0x63, 0x70, 0x66]], at: 4)
    case AV_CODEC_ID_DNXHD: IntraSyntax(marks: [[0, 0, 2, 0x80]])
    case AV_CODEC_ID_DVVIDEO: IntraSyntax(marks: [[0x1F, 7, 0]])
    case AV_CODEC_ID_JPEG2000:
      // A codestream, or a JP2 file's signature box.
      IntraSyntax(marks: [[0xFF, 0x4F, 0xFF, 0x51], [0, 0, 0, 0x0C, 0x6A, 0x50, 0x20, 0x20]])
    case AV_CODEC_ID_PNG: IntraSyntax(marks: [[0x89, 0x50, 0x4E, 0x47]])
    case AV_CODEC_ID_MAGICYUV: IntraSyntax(marks: [[0x4D, 0x41, 0x47, 0x59]])
    case AV_CODEC_ID_HUFFYUV, AV_CODEC_ID_FFVHUFF, AV_CODEC_ID_UTVIDEO, AV_CODEC_ID_HAP,
      AV_CODEC_ID_RAWVIDEO, AV_CODEC_ID_V210:
      IntraSyntax(marks: [[]])
    case AV_CODEC_ID_FFV1: FFV1Syntax()
    case AV_CODEC_ID_THEORA: TheoraSyntax()
    case AV_CODEC_ID_H263, AV_CODEC_ID_H263P: H263Syntax(variant: .standard)
    case AV_CODEC_ID_FLV1: H263Syntax(variant: .sorenson)
    case AV_CODEC_ID_MSMPEG4V2, AV_CODEC_ID_MSMPEG4V3, AV_CODEC_ID_WMV1: H263Syntax(variant: .microsoft)
    case AV_CODEC_ID_WMV2: H263Syntax(variant: .windowsMedia8)
    default: nil
    }
  }
}

/// Frames that each stand alone, with a mark by which they are known: empty where their codec has none.
struct IntraSyntax: CodedSyntax {
  let marks: [[UInt8]]
  var at = 0
  func read(_ packet: PacketBytes) throws(BrokenHeader) -> CodedPacket {
    let start = packet.prefix(at + (marks.map(\.count).max() ?? 0)).dropFirst(at)
    guard marks.contains(where: { start.starts(with: $0) }) else { throw BrokenHeader() }
    return CodedPacket(frames: 1, isEntry: true)
  }
}

/// Tells byte sequences from one another; no defence against those who want it not to.
struct Digest {
  private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

  mutating func add(_ number: UInt64) {
    value = (value ^ number) &* 0x9E37_79B9_7F4A_7C15
    value ^= value >> 29
  }

  mutating func add(_ bytes: some Sequence<UInt8>) {
    var word: UInt64 = 0
    var count: UInt64 = 0
    for byte in bytes {
      word = word << 8 | UInt64(byte)
      count += 1
      if count & 7 == 0 { add(word) }
    }
    add(word)
    add(count)
  }
}
