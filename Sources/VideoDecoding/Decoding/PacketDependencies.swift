import CFFmpeg

/// Tells which packets of a stream no other frame is predicted from, so that a decoder can do without them.
///
/// Read off the headers of the coded pictures: `nal_ref_idc` (H.264, 7.4.1), sub-layer non-reference pictures
/// of the highest temporal layer (H.265, 7.4.2.2), B pictures (MPEG-1, MPEG-2 and MPEG-4 part 2), frames that
/// refresh no slot (AV1, 7.20). Packets of other codecs, and those that carry more than frames, as parameter
/// sets, are needed, unless every frame of the stream stands alone.
struct PacketDependencies {
  private enum Syntax {
    /// NAL units behind a length of so many bytes, or behind start codes where nil.
    case h264(lengthBytes: Int?)
    case h265(lengthBytes: Int?)
    case mpeg12
    case mpeg4
    case av1(AV1Syntax)
  }

  private var syntax: Syntax?
  /// Whether decoding can begin with every frame, as the coded data bears out: no other is predicted from
  /// any.
  var areOfSingleFrames = false
  /// H.265's highest temporal layer seen: what lies below it may be referred to from above.
  private var highestLayer: UInt8 = 0

  init(_ parameters: AVCodecParameters) {
    switch parameters.codec_id {
    case AV_CODEC_ID_H264: syntax = .h264(lengthBytes: parameters.unitLengthBytes)
    case AV_CODEC_ID_HEVC: syntax = .h265(lengthBytes: parameters.unitLengthBytes)
    case AV_CODEC_ID_MPEG1VIDEO, AV_CODEC_ID_MPEG2VIDEO: syntax = .mpeg12
    case AV_CODEC_ID_MPEG4: syntax = .mpeg4
    case AV_CODEC_ID_AV1: syntax = .av1(AV1Syntax(parameters))
    default: syntax = nil
    }
  }

  /// Whether there is anything to tell in this codec.
  var areKnown: Bool { syntax != nil || areOfSingleFrames }

  /// Learns from a packet what later answers depend on; every packet has to be noted before the first
  /// question.
  mutating func note(_ packet: PacketBytes) {
    switch syntax {
    case .h265(let lengthBytes):
      for unit in Units(packet, lengthBytes: lengthBytes, isHeaderEnough: { _ in true })
      where unit.count >= 2 {
        highestLayer = max(highestLayer, (unit[unit.startIndex + 1] & 7) &- 1)
      }
    case .av1(var units):
      _ = try? units.read(packet)
      syntax = .av1(units)
    default: break
    }
  }

  /// Whether all other frames decode to the same bits without this packet.
  func areAbsent(to packet: PacketBytes) -> Bool {
    switch syntax {
    case .h264(let lengthBytes):
      Units(packet, lengthBytes: lengthBytes, isHeaderEnough: { _ in true }).onlyHold(
        areOfSingleFrames ? Self.h264KindOfSingle : Self.h264Kind)
    case .h265(let lengthBytes):
      Units(packet, lengthBytes: lengthBytes, isHeaderEnough: { _ in true }).onlyHold(
        areOfSingleFrames ? Self.h265KindOfSingle : h265Kind)
    case _ where areOfSingleFrames: true
    case .mpeg12: Units(packet, lengthBytes: nil).onlyHold(Self.mpeg12Kind)
    case .mpeg4: Units(packet, lengthBytes: nil).onlyHold(Self.mpeg4Kind)
    case .av1(var units): (try? units.isDisposable(packet)) ?? false
    case nil: false
    }
  }

  /// What a unit means for the question whether its packet is needed.
  fileprivate enum Kind {
    case disposable, needed, indifferent
  }

  private static func h264Kind(_ unit: Units.Element) -> Kind {
    let header = unit[unit.startIndex]
    return switch header & 31 {
    case 1: header >> 5 & 3 == 0 ? .disposable : .needed
    case 6, 9, 12: .indifferent  // supplemental information, delimiter, filler
    default: .needed
    }
  }

  private func h265Kind(_ unit: Units.Element) -> Kind {
    // Further layers (3D, scalable) are not for us to judge.
    guard unit.count >= 2, unit[unit.startIndex] & 1 == 0, unit[unit.startIndex + 1] >> 3 == 0 else {
      return .needed
    }
    let type = unit[unit.startIndex] >> 1 & 63
    let layer = (unit[unit.startIndex + 1] & 7) &- 1
    return switch type {
    // TRAIL_N, TSA_N, STSA_N, RADL_N, RASL_N
    case 0, 2, 4, 6, 8: layer == highestLayer ? .disposable : .needed
    case 35, 38, 39, 40: .indifferent  // delimiter, filler, supplemental information
    default: .needed
    }
  }

  /// Of streams of single frames: an IDR picture, with what belongs to it. Another that decoding can begin
  /// with may be numbered after the frame before it, and then is not decoded quietly without it.
  private static func h264KindOfSingle(_ unit: Units.Element) -> Kind {
    unit[unit.startIndex] & 31 == 5 ? .disposable : .indifferent
  }

  private static func h265KindOfSingle(_ unit: Units.Element) -> Kind {
    switch unit[unit.startIndex] >> 1 & 63 {
    case 16...20: .disposable  // BLA and IDR pictures
    case 21: .needed  // CRA pictures
    default: .indifferent
    }
  }

  private static func mpeg12Kind(_ unit: Units.Element) -> Kind {
    switch unit[unit.startIndex] {
    case 0:  // picture header: ten bits of temporal reference, three of the coding type
      unit.count >= 3 && unit[unit.startIndex + 2] >> 3 & 7 == 3 ? .disposable : .needed
    case 1...0xAF, 0xB2, 0xB5: .indifferent  // slices, user data, the picture's extensions
    default: .needed
    }
  }

  private static func mpeg4Kind(_ unit: Units.Element) -> Kind {
    switch unit[unit.startIndex] {
    case 0xB6: unit.count >= 2 && unit[unit.startIndex + 1] >> 6 == 2 ? .disposable : .needed
    case 0xB2: .indifferent  // user data
    default: .needed
    }
  }
}

extension Units {
  /// Whether there is a frame, and nothing that is needed.
  fileprivate func onlyHold(_ kind: (Element) -> PacketDependencies.Kind) -> Bool {
    var units = self
    var holdsFrame = false
    while let unit = units.next() {
      switch kind(unit) {
      case .disposable: holdsFrame = true
      case .needed: return false
      case .indifferent: break
      }
    }
    return holdsFrame && !units.isBroken
  }
}
