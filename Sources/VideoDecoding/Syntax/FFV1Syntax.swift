/// FFV1 (RFC 9043): a keyframe sets everything back. Whether a frame is one is the first thing that its range
/// coder gives (4.4), at even odds.
struct FFV1Syntax: CodedSyntax {
  func read(_ packet: PacketBytes) throws(BrokenHeader) -> CodedPacket {
    let start = packet.prefix(2)
    guard start.count == 2 else { throw BrokenHeader() }
    // The coder's range begins as 0xFF00 (3.8.1.1); its upper half is a one.
    return CodedPacket(frames: 1, isEntry: start.reduce(0) { $0 << 8 | Int($1) } >= 0x7F80)
  }
}
