/// The directory of a zip archive, with Zip64, whose entries are stored and not compressed. Every size and
/// offset has been compared with the file, the directory with each entry's own header, and no two entries
/// share a byte.
struct ZipArchive {
  struct Entry {
    let name: String
    /// 0: stored. The bytes of others are not to be used.
    let method: Int
    let checksum: UInt32
    /// From the entry's own header on.
    let headerStart: Int
    let data: Range<Int>
  }

  /// In the directory's order.
  let entries: [Entry]
  private let indices: [String: Int]

  init(_ bytes: UnsafeRawBufferPointer) throws(CheckpointError.Reason) {
    let directory = try ZipEnd(bytes)
    var reader = ByteCursor(
      bytes.slice(0..<directory.range.upperBound), at: directory.range.lowerBound, part: "the zip directory")
    guard directory.entryCount <= directory.range.count / ZipDirectoryRecord.size else {
      throw .damaged(
        part: reader.part, found: "\(directory.entryCount) entries in \(directory.range.count) bytes",
        expected: "at least \(ZipDirectoryRecord.size) bytes an entry")
    }
    var entries: [Entry] = []
    var indices: [String: Int] = [:]
    entries.reserveCapacity(directory.entryCount)
    for _ in 0..<directory.entryCount {
      let record = try ZipDirectoryRecord(&reader)
      let entry = try record.locate(in: bytes.slice(0..<directory.range.lowerBound))
      guard indices.updateValue(entries.count, forKey: entry.name) == nil else {
        throw .duplicate("the zip entry \(quoted(entry.name))")
      }
      entries.append(entry)
    }
    self.entries = entries
    self.indices = indices
    try refuseOverlaps()
  }

  /// The bytes of a stored entry. nil: there is none of that name.
  func data(of name: String) throws(CheckpointError.Reason) -> Range<Int>? {
    guard let index = indices[name] else { return nil }
    guard entries[index].method == 0 else {
      throw .compressed(entry: quoted(name), method: entries[index].method)
    }
    return entries[index].data
  }

  func entry(_ name: String) -> Entry? { indices[name].map { entries[$0] } }

  private func refuseOverlaps() throws(CheckpointError.Reason) {
    let sorted = entries.sorted { $0.headerStart < $1.headerStart }
    for (first, second) in zip(sorted, sorted.dropFirst()) where first.data.upperBound > second.headerStart {
      throw .damaged(
        part: "the zip entry \(quoted(second.name))", found: "the bytes of \(quoted(first.name)) in it",
        expected: "entries that do not overlap")
    }
  }
}
