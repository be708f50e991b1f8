/// Reads little-endian values in order, and never past the end.
struct ByteCursor {
  let bytes: UnsafeRawBufferPointer
  /// What is being read, for errors: "the pickle", "the zip directory".
  let part: String
  private(set) var position: Int

  /// `position` lies in 0...bytes.count.
  init(_ bytes: UnsafeRawBufferPointer, at position: Int = 0, part: String) {
    self.bytes = bytes
    self.position = position
    self.part = part
  }

  var remaining: Int { bytes.count - position }

  /// Passes over `count` bytes. Returns where they start.
  @discardableResult
  mutating func skip(_ count: Int) throws(CheckpointError.Reason) -> Int {
    guard count >= 0, count <= remaining else {
      throw .truncated(part: part, expected: count, found: remaining)
    }
    defer { position += count }
    return position
  }

  mutating func integer<T: FixedWidthInteger>(_: T.Type) throws(CheckpointError.Reason) -> T {
    let start = try skip(MemoryLayout<T>.size)
    return bytes.littleEndian(at: start)
  }

  /// A length of 8 bytes, which must fit what is left.
  mutating func length() throws(CheckpointError.Reason) -> Int {
    let value = try integer(UInt64.self)
    guard let count = Int(exactly: value), count <= remaining else {
      throw .truncated(part: part, expected: Int(clamping: value), found: remaining)
    }
    return count
  }

  /// The bytes up to the next newline, which is passed over and not part of the range.
  mutating func line(limit: Int) throws(CheckpointError.Reason) -> Range<Int> {
    let start = position
    let end = start + min(limit, remaining)
    for index in start..<end where bytes[index] == 0x0A {
      position = index + 1
      return start..<index
    }
    guard end == bytes.count else {
      throw .damaged(part: part, found: "a line of over \(limit) bytes", expected: "a name")
    }
    throw .truncated(part: part, expected: remaining + 1, found: remaining)
  }
}

extension UnsafeRawBufferPointer {
  /// The value at a byte offset, wherever it lies. The caller has checked the bounds.
  func littleEndian<T: FixedWidthInteger>(at offset: Int) -> T {
    T(littleEndian: loadUnaligned(fromByteOffset: offset, as: T.self))
  }

  func slice(_ range: Range<Int>) -> UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: self[range]) }

  /// Text for messages and names; bytes that are not UTF-8 become the replacement character.
  func text(_ range: Range<Int>) -> String { String(decoding: slice(range), as: UTF8.self) }
}
