/// The container of torch.save before version 1.6, that of the official files of 2019: one behind the other,
/// the pickles of a magic number, a protocol version, facts on the machine, the saved value and the list of
/// its storages' keys; then for each key its element count (int64) and its elements.
///
/// All numbers are little-endian, also from a big-endian machine (torch/csrc/serialization.cpp turns them
/// round); the `little_endian` that the file mentions is of no consequence.
struct LegacyContainer: WeightContainer {
  private let weights: PickledWeights
  private let storages: [String: Range<Int>]
  private let memory: CheckpointMemory

  private static let protocolVersion = 1001
  /// 0x1950a86a20f9469cfc6c, lowest byte first, and as protocols 0 and 1 write it.
  private static let magic: [UInt8] = [0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19]
  private static let decimalMagic = Array("119547037146038801333356L".utf8)

  init(_ memory: CheckpointMemory) throws(CheckpointError.Reason) {
    let bytes = memory.bytes
    var machine = PickleMachine(ByteCursor(bytes, part: "the pickle"))
    let first = try machine.value()
    guard case .bigInteger(let start, let count) = first else { throw Self.otherPickle(first, machine) }
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
    if machine.heap.tensors.isEmpty {
      throw try PickledWeights(root: root, heap: machine.heap, bytes: bytes).emptiness
    }
    let keys = try machine.value()
    let declared = try Self.declarations(machine.heap, bytes)
    storages = try Self.storages(keys, declared, machine)
    weights = try PickledWeights(root: root, heap: machine.heap, bytes: bytes)
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
    try weights.tensor(id, named: name, memory: memory, isBigEndian: false) {
      (storage) throws(CheckpointError.Reason) in
      let key = memory.bytes.text(storage.key)
      guard let range = storages[key] else {
        throw .damaged(
          part: "the list of storages", found: "no \(quoted(key))",
          expected: "every storage that the pickle names")
      }
      return range
    }
  }

  /// What a pickle is that torch.save did not write.
  private static func otherPickle(_ value: PickleValue, _ machine: PickleMachine) -> CheckpointError.Reason {
    let bytes = machine.reader.bytes
    if case .object(let index) = value, let type = machine.heap.objects[index].type,
      bytes.text(machine.heap.names[type].module).hasPrefix("torch.distributed.checkpoint")
    {
      return .distributed("the index of a distributed checkpoint")
    }
    return .notTorchSave
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
      guard first.elementType == storage.elementType, first.unread == storage.unread,
        first.count == storage.count
      else {
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
      var reader = ByteCursor(bytes, at: position, part: "the storage \(quoted(name))")
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
