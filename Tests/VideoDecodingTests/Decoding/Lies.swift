/// Containers that say of their frames what is not so.
enum Lies {
  /// Marks every frame as a key frame and, where the container has a word for it, as one that no other needs.
  static func allKeysAndDisposable(_ bytes: [UInt8], _ name: String) -> [UInt8] {
    switch name.split(separator: ".").last {
    case "mp4", "mov": replaceTable("sdtp", in: renamed("stss", to: "free", in: bytes)) { _ in 0x18 }
    case "mkv": matroska(bytes)
    case "flv": flv(bytes)
    default: avi(bytes)
    }
  }

  private static func places(of name: String, in bytes: [UInt8]) -> [Int] {
    let word = Array(name.utf8)
    return bytes.indices.dropLast(word.count).filter {
      bytes[$0] == word[0] && bytes[$0...].starts(with: word)
    }
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> Int { bytes.reduce(0) { $0 << 8 | Int($1) } }

  private static func renamed(_ name: String, to other: String, in bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    for place in places(of: name, in: bytes) {
      bytes.replaceSubrange(place..<place + 4, with: Array(other.utf8))
    }
    return bytes
  }

  /// Gives every byte of an MP4 table, behind its version and flags, another value.
  static func replaceTable(_ name: String, in bytes: [UInt8], _ value: (UInt8) -> UInt8) -> [UInt8] {
    var bytes = bytes
    for place in places(of: name, in: bytes) {
      let end = place - 4 + number(bytes[place - 4..<place])
      for at in place + 8..<max(end, place + 8) { bytes[at] = value(bytes[at]) }
    }
    return bytes
  }

  /// Sets the flags of all simple blocks.
  private static func matroska(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    for cluster in places(of: "\u{1F}", in: bytes)
    where bytes[cluster...].starts(with: [0x1F, 0x43, 0xB6, 0x75]) {
      var at = cluster + 4
      let end = size(bytes, &at).map { at + $0 } ?? bytes.count
      while at < min(end, bytes.count - 8) {
        let id = bytes[at]
        at += id >= 0x80 ? 1 : id >= 0x40 ? 2 : id >= 0x20 ? 3 : 4
        guard let length = size(bytes, &at) else { break }
        if id == 0xA3 { bytes[at + 3] |= 0x81 }
        at += length
      }
    }
    return bytes
  }

  private static func size(_ bytes: [UInt8], _ at: inout Int) -> Int? {
    let width = bytes[at].leadingZeroBitCount + 1
    guard width <= 8 else { return nil }
    let value = number(bytes[at..<at + width]) & (1 << (7 * width) - 1)
    at += width
    return value
  }

  private static func flv(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    eachTag(bytes) { at, _ in if bytes[at] == 9 { bytes[at + 11] = bytes[at + 11] & 15 | 16 } }
    return bytes
  }

  /// The tags of an FLV file but its metadata, each so many milliseconds later.
  static func shiftedTags(_ bytes: [UInt8], by milliseconds: Int) -> [UInt8] {
    var tags: [UInt8] = []
    var base: Int?
    eachTag(bytes) { at, end in
      guard bytes[at] == 9 else { return }
      var tag = Array(bytes[at..<end])
      let time = number(tag[4..<7])
      if base == nil { base = time }
      let moved = max(time - base!, 0) + milliseconds
      tag.replaceSubrange(4..<7, with: [moved >> 16, moved >> 8, moved].map { UInt8($0 & 255) })
      // The end of the sequence belongs to the last recording alone.
      if tag[11] & 15 == 7 && tag[12] == 2 { return }
      tags += tag
    }
    return tags
  }

  private static func eachTag(_ bytes: [UInt8], _ body: (Int, Int) -> Void) {
    var at = 13
    while at + 15 <= bytes.count {
      let end = at + 15 + number(bytes[at + 1..<at + 4])
      guard end <= bytes.count else { return }
      body(at, end)
      at = end
    }
  }

  private static func avi(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    for index in places(of: "idx1", in: bytes) {
      for entry in stride(from: index + 8, to: bytes.count - 15, by: 16) { bytes[entry + 4] |= 0x10 }
    }
    return bytes
  }
}
