/// The container of torch.save since version 1.6: a zip archive of stored entries, `NAME/data.pkl` with the
/// pickle, `NAME/data/KEY` with each storage, and `NAME/byteorder`.
struct ZipContainer: WeightContainer {
  private let weights: PickledWeights
  private let archive: ZipArchive
  private let folder: String
  private let isBigEndian: Bool
  private let memory: CheckpointMemory

  init(_ memory: CheckpointMemory) throws(CheckpointError.Reason) {
    archive = try ZipArchive(memory.bytes)
    folder = try Self.folder(of: archive)
    let pickle = try Self.pickle(in: archive, memory.bytes, named: folder + "data.pkl")
    isBigEndian = try Self.isBigEndian(archive, memory.bytes, named: folder + "byteorder")
    var machine = PickleMachine(ByteCursor(pickle, part: quoted(folder + "data.pkl")))
    let root = try machine.value()
    weights = try PickledWeights(root: root, heap: machine.heap, bytes: pickle)
    self.memory = memory
  }

  var tables: [WeightTable] { weights.tables }
  var emptiness: CheckpointError.Reason { weights.emptiness }
  func path(to place: Int) -> [String] { weights.path(to: place) }
  func otherPaths(to place: Int) -> [[String]] { weights.otherPaths(to: place) }
  func surroundings(of place: Int) -> [Int] { weights.surroundings(of: place) }

  func refuseOthers(in table: WeightTable, behind prefix: String) throws(CheckpointError.Reason) {
    try weights.refuseOthers(in: table, behind: prefix)
  }

  func tensor(_ id: Int, named name: String) throws(CheckpointError.Reason) -> StoredTensor {
    try weights.tensor(id, named: name, memory: memory, isBigEndian: isBigEndian) {
      (storage) throws(CheckpointError.Reason) in
      try Self.data(of: storage, in: archive, named: folder + "data/" + weights.bytes.text(storage.key))
    }
  }

  /// The one folder with a `data.pkl`, as "archive/".
  private static func folder(of archive: ZipArchive) throws(CheckpointError.Reason) -> String {
    let pickles = archive.entries.map(\.name).filter { name in
      name.hasSuffix("/data.pkl") && name.utf8.count(where: { $0 == UInt8(ascii: "/") }) == 1
    }
    guard let name = pickles.first, pickles.count == 1 else {
      if pickles.isEmpty, let other = OtherFormat(archive: archive) { throw other.reason }
      let first = archive.entries.first.map { ", the first \(quoted($0.name))" } ?? ""
      throw .damaged(
        part: "the zip archive",
        found: pickles.isEmpty
          ? "no data.pkl among \(archive.entries.count) entries\(first)" : "two data.pkl",
        expected: "one, in the folder that torch.save makes")
    }
    let folder = String(name.dropLast("data.pkl".count))
    if archive.entry(folder + "constants.pkl") != nil {
      throw .unsupported(
        kind: "a TorchScript program",
        remedy: "save its weights alone, with torch.save(torch.jit.load(path).state_dict(), newPath)")
    }
    return folder
  }

  private static func pickle(
    in archive: ZipArchive, _ bytes: UnsafeRawBufferPointer, named name: String
  ) throws(CheckpointError.Reason) -> UnsafeRawBufferPointer {
    let pickle = bytes.slice(try archive.data(of: name) ?? 0..<0)
    // 0: written with torch.serialization.set_crc32_options(False).
    let expected = archive.entry(name)?.checksum ?? 0
    if expected != 0, pickle.count <= 1 << 24 {
      let found = crc32(pickle)
      guard found == expected else {
        throw .damaged(
          part: quoted(name), found: "the checksum \(hexadecimal(Int(found)))",
          expected: hexadecimal(Int(expected)))
      }
    }
    return pickle
  }

  /// Archives from before the entry existed are little-endian.
  private static func isBigEndian(
    _ archive: ZipArchive, _ bytes: UnsafeRawBufferPointer, named name: String
  ) throws(CheckpointError.Reason) -> Bool {
    guard let range = try archive.data(of: name) else { return false }
    switch bytes.text(range.lowerBound..<min(range.upperBound, range.lowerBound + 16)) {
    case "little": return false
    case "big": return true
    case let order: throw .damaged(part: quoted(name), found: quoted(order), expected: "'little' or 'big'")
    }
  }

  private static func data(
    of storage: PickledStorage, in archive: ZipArchive, named name: String
  ) throws(CheckpointError.Reason) -> Range<Int> {
    guard let range = try archive.data(of: name) else {
      throw .damaged(
        part: "the zip archive", found: "no entry \(quoted(name))", expected: "every storage's data")
    }
    guard range.count == storage.byteCount else {
      throw .damaged(
        part: "the zip entry \(quoted(name))", found: "\(range.count) bytes",
        expected: storage.byteCount.map { "\($0)" } ?? "\(storage.count) elements")
    }
    return range
  }
}

/// The checksum of zip entries: CRC-32 of ISO 3309, the polynomial 0x04C11DB7 reflected.
func crc32(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
  ~bytes.reduce(~0) { sum, byte in crcTable[Int(UInt8(truncatingIfNeeded: sum) ^ byte)] ^ sum >> 8 }
}

private let crcTable: [UInt32] = (0..<256).map { index in
  (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 0 ? value >> 1 : 0xEDB8_8320 ^ value >> 1 }
}
