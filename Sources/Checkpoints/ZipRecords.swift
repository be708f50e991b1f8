/// Where a zip archive's directory lies, read from the record at its end and Zip64's before that (APPNOTE
/// 4.3.14 to 4.3.16).
struct ZipEnd {
  let range: Range<Int>
  let entryCount: Int

  private static let size = 22
  private static let longestComment = 0xFFFF
  private static let locatorSize = 20
  private static let zip64Size = 56

  init(_ bytes: UnsafeRawBufferPointer) throws(CheckpointError.Reason) {
    guard let end = Self.find(in: bytes) else {
      throw .truncated(
        part: "the zip archive, before its directory", expected: bytes.count + Self.size, found: bytes.count)
    }
    var count = Int(bytes.littleEndian(at: end + 10) as UInt16)
    var size = Int(bytes.littleEndian(at: end + 12) as UInt32)
    var start = Int(bytes.littleEndian(at: end + 16) as UInt32)
    var limit = end
    if end >= Self.locatorSize, bytes.littleEndian(at: end - Self.locatorSize) as UInt32 == 0x0706_4B50 {
      let position = bytes.littleEndian(at: end - Self.locatorSize + 8) as UInt64
      guard let record = Int(exactly: position), record <= end - Self.locatorSize - Self.zip64Size,
        bytes.littleEndian(at: record) as UInt32 == 0x0606_4B50
      else {
        let before = end - Self.locatorSize - Self.zip64Size
        if before >= 0, bytes.littleEndian(at: before) as UInt32 == 0x0606_4B50 { throw Self.severalArchives }
        throw Self.damaged("a Zip64 record at \(position)", "one before its locator")
      }
      count = Int(clamping: bytes.littleEndian(at: record + 32) as UInt64)
      size = Int(clamping: bytes.littleEndian(at: record + 40) as UInt64)
      start = Int(clamping: bytes.littleEndian(at: record + 48) as UInt64)
      limit = record
    }
    guard start <= limit, size <= limit - start else {
      throw Self.damaged("\(size) bytes from \(start) on", "a directory before byte \(limit)")
    }
    let signature: UInt32 = 0x0201_4B50
    if size >= 4, start + size < limit, bytes.littleEndian(at: start) as UInt32 != signature,
      bytes.littleEndian(at: limit - size) as UInt32 == signature
    {
      throw Self.severalArchives
    }
    range = start..<(start + size)
    entryCount = count
  }

  /// The last place where the record can be: its comment ends with the file.
  private static func find(in bytes: UnsafeRawBufferPointer) -> Int? {
    guard bytes.count >= size else { return nil }
    let last = bytes.count - size
    return (max(0, last - longestComment)...last).reversed().first { position in
      bytes.littleEndian(at: position) as UInt32 == 0x0605_4B50
        && Int(bytes.littleEndian(at: position + 20) as UInt16) == last - position
    }
  }

  /// What lies right before the end says that it lies elsewhere: something stands before the last archive.
  private static let severalArchives = CheckpointError.Reason.distributed(
    "several archives one behind the other, as in a shard of a distributed checkpoint")

  private static func damaged(_ found: String, _ expected: String) -> CheckpointError.Reason {
    .damaged(part: "the zip directory", found: found, expected: expected)
  }
}

/// One entry of the directory (APPNOTE 4.3.12).
struct ZipDirectoryRecord {
  static let size = 46
  private static let localSize = 30

  private let name: String
  private let flags: UInt16
  private let method: UInt16
  private let checksum: UInt32
  private let compressedSize: Int
  private let headerStart: Int

  init(_ reader: inout ByteCursor) throws(CheckpointError.Reason) {
    let bytes = reader.bytes
    let start = try reader.skip(Self.size)
    guard bytes.littleEndian(at: start) as UInt32 == 0x0201_4B50 else {
      throw .damaged(part: reader.part, found: "no entry at byte \(start)", expected: "one")
    }
    flags = bytes.littleEndian(at: start + 8)
    method = bytes.littleEndian(at: start + 10)
    checksum = bytes.littleEndian(at: start + 16)
    let nameCount = Int(bytes.littleEndian(at: start + 28) as UInt16)
    let nameStart = try reader.skip(nameCount)
    let name = bytes.text(nameStart..<(nameStart + nameCount))
    self.name = name
    let extraCount = Int(bytes.littleEndian(at: start + 30) as UInt16)
    let extraStart = try reader.skip(extraCount)
    try reader.skip(Int(bytes.littleEndian(at: start + 32) as UInt16))

    var extra = Zip64Extra(bytes.slice(extraStart..<(extraStart + extraCount)), entry: name)
    let size = try extra.value(bytes.littleEndian(at: start + 24))
    compressedSize = try extra.value(bytes.littleEndian(at: start + 20))
    headerStart = try extra.value(bytes.littleEndian(at: start + 42))
    guard flags & 1 == 0 else {
      throw .unsupported(kind: "an encrypted zip archive", remedy: "unpack it with its password first")
    }
    guard method != 0 || size == compressedSize else {
      throw .damaged(
        part: "the zip entry \(quoted(name))", found: "\(compressedSize) stored bytes", expected: "\(size)")
    }
  }

  /// The entry's data, found through its own header, which must agree. `bytes` end where the directory
  /// begins.
  func locate(in bytes: UnsafeRawBufferPointer) throws(CheckpointError.Reason) -> ZipArchive.Entry {
    let part = "the zip entry \(quoted(name))"
    guard headerStart <= bytes.count else {
      throw .damaged(
        part: part, found: "its header at byte \(headerStart)", expected: "one before the directory")
    }
    var reader = ByteCursor(bytes, at: headerStart, part: part)
    let start = try reader.skip(Self.localSize)
    guard bytes.littleEndian(at: start) as UInt32 == 0x0403_4B50 else {
      throw .damaged(part: part, found: "no header at byte \(start)", expected: "one")
    }
    let nameCount = Int(bytes.littleEndian(at: start + 26) as UInt16)
    let nameStart = try reader.skip(nameCount)
    try reader.skip(Int(bytes.littleEndian(at: start + 28) as UInt16))
    // Bit 3: the sizes follow the data, and the header may say 0. All ones: they are in its Zip64 field.
    let sizes = [bytes.littleEndian(at: start + 18) as UInt32, bytes.littleEndian(at: start + 22)]
    let free: [UInt32] = flags & 8 != 0 ? [0, .max] : [.max]
    guard bytes.text(nameStart..<(nameStart + nameCount)) == name,
      bytes.littleEndian(at: start + 8) as UInt16 == method,
      free.contains(sizes[0]) || Int(sizes[0]) == compressedSize,
      method != 0 || free.contains(sizes[1]) || Int(sizes[1]) == compressedSize
    else {
      throw .damaged(
        part: part, found: "a header that differs from the directory", expected: "the same twice")
    }
    let data = try reader.skip(compressedSize)
    return ZipArchive.Entry(
      name: name, method: Int(method), checksum: checksum, headerStart: headerStart,
      data: data..<(data + compressedSize))
  }
}

/// Zip64's field of an entry: the values of 64 bits, in order, of those that are all ones in the record
/// (APPNOTE 4.5.3).
private struct Zip64Extra {
  private var reader: ByteCursor?
  private let entry: String

  init(_ extra: UnsafeRawBufferPointer, entry: String) {
    self.entry = entry
    var position = 0
    while extra.count - position >= 4 {
      let size = Int(extra.littleEndian(at: position + 2) as UInt16)
      guard size <= extra.count - position - 4 else { return }
      if extra.littleEndian(at: position) as UInt16 == 1 {
        let field = extra.slice((position + 4)..<(position + 4 + size))
        reader = ByteCursor(field, part: "the Zip64 field of \(quoted(entry))")
        return
      }
      position += 4 + size
    }
  }

  mutating func value(_ short: UInt32) throws(CheckpointError.Reason) -> Int {
    guard short == .max else { return Int(short) }
    guard let long = try reader?.integer(UInt64.self) else {
      throw .damaged(
        part: "the zip entry \(quoted(entry))", found: "no Zip64 field", expected: "one with its sizes")
    }
    guard let value = Int(exactly: long) else {
      throw .tooLarge(part: "the zip entry \(quoted(entry))", found: .max, limit: .max)
    }
    return value
  }
}
