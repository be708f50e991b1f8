/// The memo and names.
extension PickleMachine {
  /// false: the opcode is none of these.
  mutating func reference(_ opcode: UInt8) throws(CheckpointError.Reason) -> Bool {
    switch opcode {
    case UInt8(ascii: "q"): try remember(at: Int(reader.integer(UInt8.self)))
    case UInt8(ascii: "r"): try remember(at: Int(reader.integer(UInt32.self)))
    case UInt8(ascii: "p"): try remember(at: lineNumber())
    case 0x94: try remember(at: memo.count)
    case UInt8(ascii: "h"): try recall(Int(reader.integer(UInt8.self)))
    case UInt8(ascii: "j"): try recall(Int(reader.integer(UInt32.self)))
    case UInt8(ascii: "g"): try recall(lineNumber())
    case UInt8(ascii: "c"): try push(.global(namedGlobal()))
    case UInt8(ascii: "i"): try instantiate(namedGlobal())
    case UInt8(ascii: "o"): try instantiate()
    case 0x93: try stackGlobal()
    case UInt8(ascii: "R"), 0x81: try reduce()
    case 0x92: try reduceWithNames()
    case UInt8(ascii: "b"): try build()
    case UInt8(ascii: "Q"): try push(persistentValue(pop()))
    default: return false
    }
    return true
  }

  private mutating func lineNumber() throws(CheckpointError.Reason) -> Int {
    let text = reader.bytes.text(try reader.line(limit: Self.nameLimit))
    guard let number = Int(text), number >= 0 else { throw damaged(quoted(text), "a memo number") }
    return number
  }

  private mutating func remember(at number: Int) throws(CheckpointError.Reason) {
    guard let top = stack.last else { throw damaged("an empty stack", "a value") }
    try countValues(1)
    memo[number] = top
  }

  private mutating func recall(_ number: Int) throws(CheckpointError.Reason) {
    guard let value = memo[number] else { throw damaged("no memo \(number)", "a value remembered before") }
    if case .global(.attribute) = value { openAttributes += 1 }
    try push(value)
  }

  private mutating func namedGlobal() throws(CheckpointError.Reason) -> PickleGlobal {
    let module = try reader.line(limit: Self.nameLimit)
    return try global(module: module, name: reader.line(limit: Self.nameLimit))
  }

  private mutating func stackGlobal() throws(CheckpointError.Reason) {
    let name = try pop()
    let module = try pop()
    guard case .text(let moduleStart, let moduleCount) = module, moduleCount <= Self.nameLimit,
      case .text(let nameStart, let nameCount) = name, nameCount <= Self.nameLimit
    else { throw damaged("\(module.kind) and \(name.kind)", "a module's name and a name in it") }
    try push(
      .global(
        global(
          module: moduleStart..<(moduleStart + moduleCount), name: nameStart..<(nameStart + nameCount))))
  }

  private mutating func global(
    module: Range<Int>, name: Range<Int>
  ) throws(CheckpointError.Reason) -> PickleGlobal {
    let place = PickledName(module: module, name: name)
    let (module, name) = (reader.bytes.text(module), reader.bytes.text(name))
    guard isName(module), isName(name) else {
      throw damaged(quoted("\(module).\(name)"), "the name of a type or a function")
    }
    if RefusedGlobals.contains(module: module, name: name) {
      // Python pickles the functions of os under the module that os takes them from.
      let alias = ["posix", "nt"].contains(module) ? " (os.\(name))" : ""
      throw .refusedName(quoted("\(module).\(name)") + alias)
    }
    if let global = PickleGlobal(module: module, name: name) {
      if global == .attribute { openAttributes += 1 }
      return global
    }
    try countValues(4)
    heap.names.append(place)
    return .foreign(heap.names.count - 1)
  }

  /// Whether `text` can be a dotted name of Python, such as `builtins.eval` or `f.<locals>.g`.
  private func isName(_ text: String) -> Bool {
    !text.isEmpty
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), 0x80...0xFF:
          true
        default: [UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "<"), UInt8(ascii: ">")].contains(byte)
        }
      }
  }
}
