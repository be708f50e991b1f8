import R2P1DVideo

/// What a parent asks its worker for: the windows of a file, from one on.
struct DecodeRequest: Equatable {
  let path: BytePath
  /// The first window that is wanted.
  let first: Int

  init(_ path: BytePath, from first: Int) {
    (self.path, self.first) = (path, first)
  }

  var bytes: [UInt8] {
    var message = MessageWriter()
    message.add(UInt32(clamping: first))
    return message.bytes + path.bytes
  }

  init(_ bytes: [UInt8]) {
    var rest = MessageReader(bytes: bytes[...])
    first = Int(rest.next(UInt32.self))
    path = BytePath(bytes: rest.bytes)
  }
}
