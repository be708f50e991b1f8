/// Theora: an intra frame replaces all frames that others are predicted from (Theora specification, 7.1).
struct TheoraSyntax: CodedSyntax {
  func read(_ packet: PacketBytes) throws(BrokenHeader) -> CodedPacket {
    // Behind a bit that sets headers apart, FTYPE.
    guard let first = packet.prefix(1).first, first & 0x80 == 0 else { throw BrokenHeader() }
    return CodedPacket(frames: 1, isEntry: first & 0x40 == 0)
  }
}
