/// Calls: the few that a state dict needs make a value, all others an object that nobody looks into. Nothing
/// is run.
extension PickleMachine {
  /// REDUCE and NEWOBJ: calls the function or the type below the top with the tuple on top.
  mutating func reduce() throws(CheckpointError.Reason) {
    let arguments = try pop()
    let function = try pop()
    guard case .tuple(let start, let count) = arguments else {
      throw unexpected(arguments, "a tuple of arguments")
    }
    // torch's functions take 8 at most.
    try push(call(function, Array(heap.items[start..<(start + min(count, 8))])))
  }

  /// NEWOBJ_EX: the same with a dict of named arguments on top, which none of torch's functions has.
  mutating func reduceWithNames() throws(CheckpointError.Reason) {
    _ = try pop()
    try reduce()
  }

  /// INST and OBJ of Python 2: calls `function`, or else the lowest of the values down to the mark, with the
  /// others.
  mutating func instantiate(_ function: PickleGlobal? = nil) throws(CheckpointError.Reason) {
    let start = try popMark()
    try checkStack(above: start)
    var arguments = Array(stack[start...].prefix(9))
    stack.removeSubrange(start...)
    if let function { return try push(call(.global(function), arguments)) }
    guard !arguments.isEmpty else { throw damaged("no type", "a type before its arguments") }
    let type = arguments.removeFirst()
    try push(call(type, arguments))
  }

  private mutating func call(
    _ function: PickleValue, _ arguments: [PickleValue]
  ) throws(CheckpointError.Reason) -> PickleValue {
    switch function {
    case .global(let global): return try call(global, arguments)
    case .object(let index): return try newObject(heap.objects[index].type)
    default: throw unexpected(function, "a function to call")
    }
  }

  private mutating func call(
    _ function: PickleGlobal, _ arguments: [PickleValue]
  ) throws(CheckpointError.Reason) -> PickleValue {
    switch function {
    case .orderedDict:
      return try orderedDictionary(arguments.first)
    case .defaultDict:
      guard arguments.count > 1, case .dictionary = arguments[1] else { return newDictionary([]) }
      return arguments[1]
    case .size:
      guard let first = arguments.first, heap.elements(first) != nil else { throw badArguments("torch.Size") }
      return first
    case .device: return .opaque
    case .foreign(let name): return try newObject(name)
    case .storage, .unreadStorage, .elementType: return try newObject(nil)
    case .attribute: return try attribute(arguments)
    case .rebuildFromType:
      guard arguments.count >= 3, case .global(let inner) = arguments[0], inner != .rebuildFromType,
        let innerArguments = heap.elements(arguments[2])
      else { throw badArguments("torch._tensor._rebuild_from_type_v2") }
      return try call(inner, Array(innerArguments.prefix(8)))
    default: return try rebuild(function, arguments)
    }
  }

  mutating func newObject(_ type: Int?) throws(CheckpointError.Reason) -> PickleValue {
    try countValues(2)
    heap.objects.append(PickledObject(type: type))
    return .object(heap.objects.count - 1)
  }

  /// `getattr` of a type or an object that mean nothing here, and the name of a plain member.
  private mutating func attribute(
    _ arguments: [PickleValue]
  ) throws(CheckpointError.Reason) -> PickleValue {
    guard arguments.count == 2, case .text(let start, let count) = arguments[1], count <= Self.nameLimit
    else {
      throw Self.refusedAttribute
    }
    let member = reader.bytes.text(start..<(start + count))
    let type: Int? =
      switch arguments[0] {
      case .global(.foreign(let type)): type
      case .object(let index): heap.objects[index].type
      default: nil
      }
    // Of what Python itself brings only attacks want a member, but for the maker of empty objects.
    guard let type, member == "__new__" || (RefusedGlobals.isMember(member) && !isClosed(type)) else {
      throw Self.refusedAttribute
    }
    openAttributes -= 1
    return try newObject(type)
  }

  private func isClosed(_ type: Int) -> Bool {
    let module = reader.bytes.text(heap.names[type].module)
    return ["builtins", "__builtin__"].contains(module) || RefusedGlobals.hasMethods(module: module)
  }

  static let refusedAttribute = CheckpointError.Reason.refusedName("'builtins.getattr'")

  /// A tensor.
  private mutating func rebuild(
    _ function: PickleGlobal, _ arguments: [PickleValue]
  ) throws(CheckpointError.Reason) -> PickleValue {
    var tensor = PickledTensor()
    switch function {
    case .rebuildUnread(let kind):
      tensor.unread = .kind(kind)
      return try newTensor(tensor)
    case .rebuildSame:
      switch arguments.first {
      case .tensor, .object: return arguments[0]
      default: throw badArguments("torch._utils._rebuild_parameter")
      }
    case .rebuildTensorV3:
      guard arguments.count >= 7 else { throw badArguments("torch._utils._rebuild_tensor_v3") }
      try view(&tensor, arguments, metadata: 7)
      switch arguments[6] {
      case .global(.elementType(let type)): tensor.elementType = type
      case .global(.foreign(let name)): tensor.unread = .type(name)
      default: throw badArguments("torch._utils._rebuild_tensor_v3")
      }
    default:
      guard arguments.count >= 4 else { throw badArguments("torch._utils._rebuild_tensor") }
      try view(&tensor, arguments, metadata: 6)
      let storage = heap.storages[tensor.storage]
      tensor.elementType = storage.elementType ?? .uint8
      tensor.unread = storage.unread.map { .storage($0) }
    }
    return try newTensor(tensor)
  }

  private mutating func newTensor(_ tensor: PickledTensor) throws(CheckpointError.Reason) -> PickleValue {
    // As many as the words that it takes: a pickle of eight megabytes can ask for a million and more.
    try countValues(8)
    heap.tensors.append(tensor)
    return .tensor(heap.tensors.count - 1)
  }

  /// What all of torch's functions begin with, storage, offset, shape and strides, and the argument
  /// `metadata`: a dict in which `neg` says that the storage holds the elements with the other sign. (`conj`
  /// concerns complex ones.)
  private func view(
    _ tensor: inout PickledTensor, _ arguments: [PickleValue], metadata: Int
  ) throws(CheckpointError.Reason) {
    guard case .storage(let storage) = arguments[0], case .integer(let offset) = arguments[1],
      heap.elements(arguments[2]) != nil, heap.elements(arguments[3]) != nil
    else { throw badArguments("torch._utils._rebuild_tensor") }
    tensor.storage = storage
    tensor.offset = offset
    tensor.shape = arguments[2]
    tensor.strides = arguments[3]
    guard arguments.count > metadata else { return }
    switch arguments[metadata] {
    case .none: break
    case .dictionary(let index):
      let pairs = heap.dictionaries[index].prefix(64)
      for place in stride(from: 0, to: pairs.count - 1, by: 2) {
        guard case .text(let start, let count) = pairs[place], case .bool(true) = pairs[place + 1] else {
          continue
        }
        if reader.bytes.slice(start..<(start + count)).elementsEqual("neg".utf8) { tensor.isNegated.toggle() }
      }
    default: throw badArguments("torch._utils._rebuild_tensor")
    }
  }

  /// An OrderedDict, empty or, as Python 2 wrote it, of a list of pairs.
  private mutating func orderedDictionary(_ argument: PickleValue?) throws(CheckpointError.Reason)
    -> PickleValue
  {
    guard let argument else { return newDictionary([]) }
    if case .dictionary = argument { return argument }
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

  /// BUILD: an object's attributes. Those of an OrderedDict are `_metadata`, the versions of its layers; all
  /// are dropped.
  mutating func build() throws(CheckpointError.Reason) {
    let state = try pop()
    guard stack.count > marks.last ?? 0, let target = stack.last else {
      throw damaged("an empty stack", "an object that takes attributes")
    }
    switch target {
    case .object(let index): heap.objects[index].isModule = heap.objects[index].isModule || isModule(state)
    case .dictionary, .tensor, .opaque: break
    default: throw unexpected(target, "an object that takes attributes")
    }
  }

  /// Whether these are the attributes of a torch.nn.Module, among whose first are `_parameters`.
  private func isModule(_ state: PickleValue) -> Bool {
    guard case .dictionary(let index) = state else { return false }
    return heap.dictionaries[index].prefix(32).contains { value in
      guard case .text(let start, let count) = value else { return false }
      return reader.bytes.slice(start..<(start + count)).elementsEqual("_parameters".utf8)
    }
  }

  /// BINPERSID: a storage, or the class of a module with its source.
  mutating func persistentValue(_ id: PickleValue) throws(CheckpointError.Reason) -> PickleValue {
    guard let parts = heap.elements(id, count: 4...6), case .text(let start, let count) = parts[0] else {
      throw unexpected(id, "a tuple that names a storage")
    }
    let kind = reader.bytes.text(start..<(start + min(count, Self.nameLimit)))
    switch (kind, parts[1]) {
    case ("storage", _) where parts.count >= 5: return .storage(try persistentStorage(parts))
    case ("module", .global(.foreign)): return parts[1]
    default: throw .refusedName("a persistent \(quoted(kind))")
    }
  }

  /// `("storage", type, key, location, count)`, in the legacy container with a view or None behind.
  private mutating func persistentStorage(_ parts: [PickleValue]) throws(CheckpointError.Reason) -> Int {
    let type: (read: ElementType?, unread: UnreadStorage?)? =
      switch parts[1] {
      case .global(.storage(let type)): (type, nil)
      case .global(.unreadStorage(let type)): (nil, type)
      default: nil
      }
    guard let type, case .text(let keyStart, let keyCount) = parts[2], keyCount <= Self.nameLimit,
      case .integer(let count) = parts[4], count >= 0
    else { throw damaged("a storage that is not declared as torch does", "type, key, location and count") }
    try countValues(4)
    heap.storages.append(
      PickledStorage(
        elementType: type.read, unread: type.unread, key: keyStart..<(keyStart + keyCount), count: count,
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
    0x32: "DUP", 0x46: "FLOAT", 0x50: "PERSID", 0x53: "STRING",
    0x56: "UNICODE", 0x82: "EXT1", 0x83: "EXT2", 0x84: "EXT4", 0x97: "NEXT_BUFFER", 0x98: "READONLY_BUFFER",
  ]
}
