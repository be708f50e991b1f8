/// The few calls that a state dict needs, each of which makes a value and runs nothing.
extension PickleMachine {
  /// REDUCE: calls the function below the top with the tuple on top.
  mutating func reduce() throws(CheckpointError.Reason) {
    let arguments = try pop()
    let function = try pop()
    guard case .global(let global) = function else { throw unexpected(function, "a function to call") }
    guard case .tuple(let start, let count) = arguments else {
      throw unexpected(arguments, "a tuple of arguments")
    }
    try push(call(global, Array(heap.items[start..<(start + min(count, 8))])))
  }

  private mutating func call(
    _ function: PickleGlobal, _ arguments: [PickleValue]
  ) throws(CheckpointError.Reason) -> PickleValue {
    switch function {
    case .orderedDict:
      return try orderedDictionary(arguments.first)
    case .size:
      guard let first = arguments.first, heap.elements(first) != nil else { throw badArguments("torch.Size") }
      return first
    case .device:
      return .opaque
    case .rebuildTensor, .rebuildTensorV2:
      guard arguments.count >= 4, case .storage(let storage) = arguments[0] else {
        throw badArguments("torch._utils._rebuild_tensor")
      }
      return try tensor(of: storage, heap.storages[storage].elementType ?? .uint8, arguments)
    case .rebuildTensorV3:
      guard arguments.count >= 7, case .storage(let storage) = arguments[0],
        case .global(.elementType(let type)) = arguments[6]
      else { throw badArguments("torch._utils._rebuild_tensor_v3") }
      return try tensor(of: storage, type, arguments)
    case .rebuildParameter:
      guard case .tensor = arguments.first else { throw badArguments("torch._utils._rebuild_parameter") }
      return arguments[0]
    case .storage, .elementType:
      throw .refusedName("a call of a type of torch")
    }
  }

  /// An OrderedDict, empty or, as Python 2 wrote it, of a list of pairs.
  private mutating func orderedDictionary(_ argument: PickleValue?) throws(CheckpointError.Reason)
    -> PickleValue
  {
    guard let argument else { return newDictionary([]) }
    guard let pairs = heap.elements(argument) else { throw badArguments("collections.OrderedDict") }
    // Counted, because the same list can be named again and again.
    try countValues(2 * pairs.count)
    var items: [PickleValue] = []
    items.reserveCapacity(2 * pairs.count)
    for pair in pairs {
      guard let pair = heap.elements(pair), pair.count == 2 else {
        throw badArguments("collections.OrderedDict")
      }
      items += pair
    }
    return newDictionary(items)
  }

  private mutating func tensor(
    of storage: Int, _ type: ElementType, _ arguments: [PickleValue]
  ) throws(CheckpointError.Reason) -> PickleValue {
    guard case .integer(let offset) = arguments[1], heap.elements(arguments[2]) != nil,
      heap.elements(arguments[3]) != nil
    else { throw badArguments("torch._utils._rebuild_tensor") }
    heap.tensors.append(
      PickledTensor(
        storage: storage, elementType: type, offset: offset, shape: arguments[2], strides: arguments[3]))
    return .tensor(heap.tensors.count - 1)
  }

  /// BUILD: an OrderedDict's attributes, of which a state dict has `_metadata`, the versions of its layers.
  /// They are dropped.
  mutating func build() throws(CheckpointError.Reason) {
    let state = try pop()
    guard case .dictionary = state else { throw unexpected(state, "a dict of attributes") }
    guard stack.count > marks.last ?? 0, case .dictionary = stack.last else {
      throw unexpected(stack.last ?? .none, "a dict that takes attributes")
    }
  }

  /// BINPERSID: `("storage", type, key, location, count)`, in the legacy container with a view or None
  /// behind.
  mutating func persistentStorage(_ id: PickleValue) throws(CheckpointError.Reason) -> Int {
    guard let parts = heap.elements(id, count: 5...6),
      case .text(let kindStart, let kindCount) = parts[0]
    else { throw unexpected(id, "a tuple that names a storage") }
    let kind = reader.bytes.text(kindStart..<(kindStart + min(kindCount, Self.nameLimit)))
    guard kind == "storage" else { throw .refusedName("a persistent \(quoted(kind))") }
    guard case .global(.storage(let type)) = parts[1],
      case .text(let keyStart, let keyCount) = parts[2], keyCount <= Self.nameLimit,
      case .integer(let count) = parts[4], count >= 0
    else { throw damaged("a storage that is not declared as torch does", "type, key, location and count") }
    heap.storages.append(
      PickledStorage(
        elementType: type, key: keyStart..<(keyStart + keyCount), count: count,
        view: try parts.count == 6 ? view(parts[5], of: count) : nil))
    return heap.storages.count - 1
  }

  /// `(key, offset, count)`: the part of the storage that the tensors mean, or None for the whole.
  private func view(
    _ value: PickleValue, of storageCount: Int
  ) throws(CheckpointError.Reason) -> Range<Int>? {
    if case .none = value { return nil }
    guard let parts = heap.elements(value, count: 3...3),
      case .integer(let offset) = parts[1], case .integer(let count) = parts[2],
      offset >= 0, offset <= storageCount, count >= 0, count <= storageCount - offset
    else { throw unexpected(value, "a view inside its storage") }
    return offset..<(offset + count)
  }
}

/// What to say of a pickle that is refused or makes no sense.
extension PickleMachine {
  func damaged(_ found: String, _ expected: String) -> CheckpointError.Reason {
    .damaged(part: "\(reader.part), before byte \(reader.position)", found: found, expected: expected)
  }

  func unexpected(_ value: PickleValue, _ expected: String) -> CheckpointError.Reason {
    damaged(value.kind, expected)
  }

  private func badArguments(_ function: String) -> CheckpointError.Reason {
    damaged("arguments that \(function) does not take", "those that torch.save writes")
  }

  /// For an opcode that was just read and is not one of a state dict.
  func refusal(of opcode: UInt8) -> CheckpointError.Reason {
    guard let name = Self.refusedOpcodes[opcode] else {
      return damaged("the byte \(hexadecimal(Int(opcode)))", "an opcode")
    }
    return .refusedOpcode("the opcode \(name)", offset: reader.position - 1)
  }

  private static let refusedOpcodes: [UInt8: String] = [
    0x30: "POP", 0x31: "POP_MARK", 0x32: "DUP", 0x46: "FLOAT", 0x50: "PERSID", 0x53: "STRING",
    0x56: "UNICODE", 0x69: "INST", 0x6F: "OBJ", 0x81: "NEWOBJ", 0x82: "EXT1", 0x83: "EXT2", 0x84: "EXT4",
    0x8F: "EMPTY_SET", 0x90: "ADDITEMS", 0x91: "FROZENSET", 0x92: "NEWOBJ_EX", 0x96: "BYTEARRAY8",
    0x97: "NEXT_BUFFER", 0x98: "READONLY_BUFFER",
  ]
}
