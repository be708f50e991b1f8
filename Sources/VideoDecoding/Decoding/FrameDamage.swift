import CFFmpeg

/// How much of a frame is what was encoded, as far as FFmpeg says.
package enum FrameDamage: Sendable {
  case none
  /// Parts of it were lost, and made up from what is around them.
  case concealed
  /// It is whole itself, but a frame that was decoded before it, since the last keyframe, is not: what is
  /// predicted from that one is wrong as well.
  case inherited
}

/// The packets given to a decoder of late, by when their frames are shown: a frame that comes out does not
/// say which packet it was, and they come in another order.
struct RecentPackets {
  private struct Packet {
    let stamp: Int64
    let number: Int
    /// The keyframe that decoding it can begin with, and the one before that.
    let key: Int
    let keyStamp: Int64
    let earlierKey: Int
  }

  private var packets: [Packet] = []
  private var next = 0

  /// More than a decoder holds back: threads and the depth of reordering, each at most some dozens.
  private static let capacity = 256

  mutating func note(_ packet: AVPacket, number: Int) {
    let last = packets.isEmpty ? nil : packets[(next + packets.count - 1) % packets.count]
    let isKey = packet.flags & AV_PKT_FLAG_KEY != 0
    let key = isKey ? number : last?.key ?? number
    let new = Packet(
      stamp: packet.pts, number: number, key: key,
      keyStamp: isKey ? packet.pts : last?.keyStamp ?? packet.pts,
      earlierKey: isKey ? last?.key ?? number : last?.earlierKey ?? number)
    if packets.count < Self.capacity {
      packets.append(new)
    } else {
      packets[next] = new
      next = (next + 1) % Self.capacity
    }
  }

  /// The packet whose frame is shown at `stamp`, and the first of those that it may be predicted from; nil
  /// where packets say nothing of it.
  func packets(ofFrameShownAt stamp: Int64) -> (key: Int, last: Int)? {
    guard stamp != CFFMPEG_NO_TIME, let packet = packets.last(where: { $0.stamp == stamp }) else {
      return nil
    }
    // What is shown before a keyframe and stored behind it belongs to the keyframe before.
    return (packet.stamp < packet.keyStamp ? packet.earlierKey : packet.key, packet.number)
  }
}
