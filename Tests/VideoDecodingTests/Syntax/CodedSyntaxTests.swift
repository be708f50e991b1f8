import CFFmpeg
import Testing

@testable import VideoDecoding

/// What the headers of coded frames say, and that nothing they say is taken on trust.
@Suite struct CodedSyntaxTests {
  static func read(_ syntax: inout any CodedSyntax, _ bytes: [UInt8]) throws -> CodedPacket {
    var bytes = bytes
    return try bytes.withUnsafeMutableBufferPointer { buffer in
      var packet = AVPacket()
      packet.data = buffer.baseAddress
      packet.size = Int32(buffer.count)
      return try syntax.read(PacketBytes(packet))
    }
  }

  static func syntax(of codec: AVCodecID) throws -> any CodedSyntax {
    var parameters = AVCodecParameters()
    parameters.codec_id = codec
    return try #require(CodedSyntaxes.syntax(of: parameters))
  }

  static let codecs: [AVCodecID] = [
    AV_CODEC_ID_H264, AV_CODEC_ID_HEVC, AV_CODEC_ID_MPEG1VIDEO, AV_CODEC_ID_MPEG2VIDEO, AV_CODEC_ID_MPEG4,
    AV_CODEC_ID_VP8, AV_CODEC_ID_VP9, AV_CODEC_ID_AV1, AV_CODEC_ID_MJPEG, AV_CODEC_ID_PRORES,
    AV_CODEC_ID_DNXHD, AV_CODEC_ID_DVVIDEO, AV_CODEC_ID_JPEG2000, AV_CODEC_ID_RAWVIDEO, AV_CODEC_ID_FFV1,
    AV_CODEC_ID_THEORA, AV_CODEC_ID_H263, AV_CODEC_ID_FLV1, AV_CODEC_ID_MSMPEG4V3, AV_CODEC_ID_WMV2,
  ]

  @Test(arguments: codecs.map(\.rawValue)) func noiseIsRefusedOrReadAndNeverTraps(_ codec: UInt32) throws {
    var parameters = AVCodecParameters()
    parameters.codec_id = AVCodecID(rawValue: codec)
    var dependencies = PacketDependencies(parameters)
    var syntax = try Self.syntax(of: parameters.codec_id)
    var random = SystemRandomNumberGenerator()
    for _ in 0..<2000 {
      var bytes = (0..<Int.random(in: 0..<48, using: &random)).map { _ in UInt8.random(in: 0...255) }
      // Some of it behind a start code, with a plausible unit, or like a frame of its own.
      switch Int.random(in: 0..<4) {
      case 0: bytes = [0, 0, 1, [0x67, 0x68, 0x65, 0x42, 0x44, 0x26, 0x20, 0xB6].randomElement()!] + bytes
      case 1:
        bytes =
          [0xFF, 0xD8, 0xFF, [0xDB, 0xC4, 0xC0, 0xDA].randomElement()!, 0, .random(in: 0..<40)] + bytes
      case 2: bytes += [0xC0 | .random(in: 0..<32)]
      case 3:
        // A sequence header of AV1, and a frame that goes by it; a picture of H.263.
        bytes =
          [[0x0A, 12, 0x00, 0, 0, 0x42], [0, 0, 0x80 | .random(in: 0..<4), 2, 0x1C]].randomElement()! + bytes
      default: break
      }
      _ = try? Self.read(&syntax, bytes)
      bytes.withUnsafeMutableBufferPointer { buffer in
        var packet = AVPacket()
        packet.data = buffer.baseAddress
        packet.size = Int32(buffer.count)
        dependencies.note(PacketBytes(packet))
        _ = dependencies.areAbsent(to: PacketBytes(packet))
      }
    }
  }

  static let frames: [(AVCodecID, [UInt8], Int, Bool)] = [
    (AV_CODEC_ID_VP8, [0x10, 0, 0, 0x9D, 1, 0x2A, 64, 0, 48, 0, 0, 0, 0], 1, true),
    (AV_CODEC_ID_VP8, [0x11, 0, 0, 0], 1, false),
    (AV_CODEC_ID_VP8, [0x01, 0, 0, 0], 0, false),  // a frame that is not shown
    // Segments that stay as they were: the bits 0, 0, 1, 0 at even odds.
    (AV_CODEC_ID_VP8, [0x10, 0, 0, 0x9D, 1, 0x2A, 64, 0, 48, 0, 0x20, 0, 0], 1, false),
    (AV_CODEC_ID_VP9, [0x82, 0x49], 1, true),
    (AV_CODEC_ID_VP9, [0x80, 0x49], 0, false),  // a key frame that is not shown
    (AV_CODEC_ID_VP9, [0x86, 0], 1, false),
    (AV_CODEC_ID_VP9, [0x88, 0], 1, false),  // shows a frame that is there already
    // A hidden frame and one that is shown, of two bytes each.
    (AV_CODEC_ID_VP9, [0x84, 0, 0x86, 0, 0xC1, 2, 2, 0xC1], 1, false),
    (AV_CODEC_ID_AV1, [0x0A, 1, 0, 0x32, 1, 0x10], 1, true),
    (AV_CODEC_ID_AV1, [0x32, 1, 0x10], 1, false),  // no sequence header
    (AV_CODEC_ID_AV1, [0x0A, 1, 0, 0x32, 1, 0x30], 1, false),
    (AV_CODEC_ID_AV1, [0x1A, 1, 0x80], 1, false),  // shows a frame that is there already
    (AV_CODEC_ID_MPEG2VIDEO, [0, 0, 1, 0xB3, 1, 0, 0, 1, 0, 0, 0x0F, 0xFF], 1, true),
    (AV_CODEC_ID_MPEG2VIDEO, [0, 0, 1, 0, 0, 0x0F, 0xFF], 1, false),  // no sequence header
    (AV_CODEC_ID_MPEG2VIDEO, [0, 0, 1, 0xB3, 1, 0, 0, 1, 0, 0, 0x17, 0xFF], 1, false),
    (AV_CODEC_ID_PRORES, [0, 0, 0, 9, 0x69, 0x63, 0x70, 0x66, 0], 1, true),
    (AV_CODEC_ID_FFV1, [0x7F, 0x80], 1, true),
    (AV_CODEC_ID_FFV1, [0x7F, 0x7F], 1, false),
    (AV_CODEC_ID_THEORA, [0x3F], 1, true),
    (AV_CODEC_ID_THEORA, [0x40], 1, false),
    (AV_CODEC_ID_H263, [0, 0, 0x80, 2, 0x0C], 1, true),
    (AV_CODEC_ID_H263, [0, 0, 0x80, 2, 0x0E], 1, false),
    (AV_CODEC_ID_H263, [0, 0, 0x80, 2, 0x1C, 0x40, 0, 0x40, 0], 1, false),  // keeps the modes it had
    (AV_CODEC_ID_FLV1, [0, 0, 0x84, 0, 0x03, 0x20, 0x20, 0], 1, false),
    (AV_CODEC_ID_MSMPEG4V3, [0x3F], 1, true),
    (AV_CODEC_ID_MSMPEG4V3, [0x7F], 1, false),
    (AV_CODEC_ID_WMV2, [0x7F], 1, true),
    (AV_CODEC_ID_WMV2, [0x80], 1, false),
  ]

  @Test(arguments: frames.map { ($0.0.rawValue, $0.1, $0.2, $0.3) })
  func framesAreCountedAndEntriesKnown(_ codec: UInt32, _ bytes: [UInt8], _ count: Int, _ isEntry: Bool)
    throws
  {
    var syntax = try Self.syntax(of: AVCodecID(rawValue: codec))
    let found = try Self.read(&syntax, bytes)
    #expect(found.frames == count && found.isEntry == isEntry && !found.isUnclear)
  }

  /// A message of two bytes of this type, then one of type 1.
  @Test(arguments: [(19, true), (47, true), (6, false), (4, false)] as [(UInt8, Bool)])
  func messagesThatOutliveTheirFrameAreKnown(_ type: UInt8, _ isRemembered: Bool) {
    // 6,000 bytes of another kind, as cameras write them.
    let long: [UInt8] = [4] + Array(repeating: 255, count: 23) + [135] + Array(repeating: 0xAA, count: 6000)
    for before in [[], [1, 1, 0xAA], long] {
      let bytes = before + [type, 2, 0xAA, 0xAA, 1, 1, 0xAA, 0x80]
      #expect(Supplement.isRemembered(bytes) == isRemembered)
    }
  }

  @Test(arguments: [
    ("x264 - core 33 r", 34, true), ("x264 - core 164 r3095", 151, false), ("x264 - core 142", 151, true),
    ("another encoder 12", 151, false),
  ])
  func encodersWhoseFaultsAreMadeUpForAreKnown(_ text: String, _ firstSound: Int, _ isRemembered: Bool) {
    let payload = Array(repeating: UInt8(7), count: 16) + Array(text.utf8)
    let bytes = [5, UInt8(payload.count)] + payload + [0x80, 0, 0]
    #expect(Supplement.isRemembered(bytes, fromBuild: firstSound) == isRemembered)
  }

  @Test func numbersOfVaryingLengthAreRead() throws {
    // 1, 010, 011, 00100, 00101 are 0 to 4; then the signed ones of 1 to 4.
    var reader = BitReader([0b1010_0110, 0b0100_0010, 0b1010_0110, 0b0100_0010, 0b1000_0000], escaped: false)
    #expect(try (0..<5).map { _ in try reader.golomb() } == [0, 1, 2, 3, 4])
    #expect(try (0..<4).map { _ in try reader.signedGolomb() } == [1, -1, 2, -2])
    #expect(throws: BrokenHeader.self) { try reader.bits(32) }
    var escaped = BitReader([0, 0, 3, 1, 0, 0, 3], escaped: true)
    #expect(escaped.left == 40)
    #expect(try escaped.bits(24) == 1)
  }
}
