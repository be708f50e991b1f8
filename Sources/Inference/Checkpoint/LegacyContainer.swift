/// The container of torch.save before version 1.6, that of the official files of 2019: one behind the other,
/// the pickles of a magic number, a protocol version, facts on the machine, the saved value and the list of
/// its storages' keys; then for each key its element count (int64) and its elements.
///
/// All numbers are little-endian, also from a big-endian machine (torch/csrc/serialization.cpp turns them
/// round); the `little_endian` that the file mentions is of no consequence.
struct LegacyContainer {
  let tensors: [StoredTensor]

  private static let protocolVersion = 1001
  /// 0x1950a86a20f9469cfc6c, lowest byte first, and as protocols 0 and 1 write it.
  private static let magic: [UInt8] = [0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19]
  private static let decimalMagic = Array("119547037146038801333356L".utf8)

  init(_ memory: CheckpointMemory) throws(CheckpointError.Reason) {
    let bytes = memory.bytes
    var machine = PickleMachine(ByteReader(bytes, part: "the pickle"))
    guard case .bigInteger(let start, let count) = try machine.value() else { throw .notTorchSave }
    let number = bytes.slice(start..<(start + count))
    guard number.elementsEqual(Self.magic) || number.elementsEqual(Self.decimalMagic) else {
      throw .notTorchSave
    }
    let version = try machine.value()
    guard case .integer(Self.protocolVersion) = version else {
      throw machine.unexpected(version, "the protocol version \(Self.protocolVersion)")
    }
    _ = try machine.value()
    let root = try machine.value()
    let stateDict = try StateDict(root: root, heap: machine.heap, bytes: bytes)
    let keys = try machine.value()
    let declared = try Self.declarations(machine.heap, bytes)
    let found = try Self.storages(keys, declared, machine)
    var ranges: [Range<Int>] = []
    ranges.reserveCapacity(machine.heap.storages.count)
    for storage in machine.heap.storages {
      guard let range = found[bytes.text(storage.key)] else {
        throw .damaged(
          part: "the list of storages", found: "no \(quoted(bytes.text(storage.key)))",
          expected: "every storage that the pickle names")
      }
      ranges.append(range)
    }
    tensors = try storedTensors(
      stateDict, heap: machine.heap, storages: ranges, memory: memory, isBigEndian: false)
  }

  /// Each key's storage; all mentions of a key must agree.
  private static func declarations(
    _ heap: PickleHeap, _ bytes: UnsafeRawBufferPointer
  ) throws(CheckpointError.Reason) -> [String: PickledStorage] {
    var declared: [String: PickledStorage] = [:]
    for storage in heap.storages {
      let key = bytes.text(storage.key)
      guard let first = declared[key] else {
        declared[key] = storage
        continue
      }
      guard first.elementType == storage.elementType, first.count == storage.count else {
        throw .damaged(
          part: "the storage \(quoted(key))", found: "two declarations that differ", expected: "one")
      }
    }
    return declared
  }

  /// Where each storage's elements lie, from the counts that precede them behind the last pickle.
  private static func storages(
    _ keys: PickleValue, _ declared: [String: PickledStorage], _ machine: PickleMachine
  ) throws(CheckpointError.Reason) -> [String: Range<Int>] {
    guard let keys = machine.heap.elements(keys) else { throw machine.unexpected(keys, "a list of storages") }
    let bytes = machine.reader.bytes
    var position = machine.reader.position
    var found: [String: Range<Int>] = [:]
    for key in keys {
      guard case .text(let start, let count) = key else { throw machine.unexpected(key, "a storage's name") }
      let name = bytes.text(start..<(start + count))
      guard let storage = declared[name], let byteCount = storage.byteCount else {
        throw .damaged(
          part: "the list of storages", found: quoted(name), expected: "only storages that the pickle names")
      }
      var reader = ByteReader(bytes, at: position, part: "the storage \(quoted(name))")
      let count64 = try reader.integer(Int64.self)
      guard count64 == storage.count else {
        throw .damaged(
          part: "the storage \(quoted(name))", found: "\(count64) elements", expected: "\(storage.count)")
      }
      let first = try reader.skip(byteCount)
      guard found.updateValue(first..<(first + byteCount), forKey: name) == nil else {
        throw .duplicate("the storage \(quoted(name))")
      }
      position = reader.position
    }
    return found
  }
}
