/// Tuples, lists and dicts.
extension PickleMachine {
  /// false: the opcode is none of these.
  mutating func container(_ opcode: UInt8) throws(CheckpointError.Reason) -> Bool {
    switch opcode {
    case UInt8(ascii: "("):
      try countValues(1)
      marks.append(stack.count)
    case UInt8(ascii: ")"): try tuple(from: stack.count)
    case UInt8(ascii: "t"): try tuple(from: popMark())
    case 0x85, 0x86, 0x87: try tuple(from: stack.count - (Int(opcode) - 0x84))
    case UInt8(ascii: "]"): try list(from: stack.count)
    case UInt8(ascii: "l"): try list(from: popMark())
    case UInt8(ascii: "}"): try dictionary(from: stack.count)
    case UInt8(ascii: "d"): try dictionary(from: popMark())
    case UInt8(ascii: "a"): try append(from: stack.count - 1)
    case UInt8(ascii: "e"): try append(from: popMark())
    case UInt8(ascii: "s"): try setItems(from: stack.count - 2)
    case UInt8(ascii: "u"): try setItems(from: popMark())
    default: return false
    }
    return true
  }

  private mutating func tuple(from start: Int) throws(CheckpointError.Reason) {
    try checkStack(above: start)
    let value = PickleValue.tuple(start: heap.items.count, count: stack.count - start)
    heap.items += stack[start...]
    stack.removeSubrange(start...)
    try push(value)
  }

  private mutating func list(from start: Int) throws(CheckpointError.Reason) {
    try checkStack(above: start)
    heap.lists.append(Array(stack[start...]))
    stack.removeSubrange(start...)
    try push(.list(heap.lists.count - 1))
  }

  private mutating func dictionary(from start: Int) throws(CheckpointError.Reason) {
    try checkStack(above: start)
    let pairs = Array(stack[start...])
    guard pairs.count.isMultiple(of: 2) else { throw damaged("a key without a value", "pairs") }
    stack.removeSubrange(start...)
    try push(newDictionary(pairs))
  }

  private mutating func append(from start: Int) throws(CheckpointError.Reason) {
    try checkStack(above: start, below: 1)
    guard case .list(let index) = stack[start - 1] else { throw unexpected(stack[start - 1], "a list") }
    heap.lists[index] += stack[start...]
    stack.removeSubrange(start...)
  }

  private mutating func setItems(from start: Int) throws(CheckpointError.Reason) {
    try checkStack(above: start, below: 1)
    guard case .dictionary(let index) = stack[start - 1] else { throw unexpected(stack[start - 1], "a dict") }
    guard (stack.count - start).isMultiple(of: 2) else { throw damaged("a key without a value", "pairs") }
    heap.dictionaries[index] += stack[start...]
    stack.removeSubrange(start...)
  }

  mutating func newDictionary(_ pairs: [PickleValue]) -> PickleValue {
    heap.dictionaries.append(pairs)
    return .dictionary(heap.dictionaries.count - 1)
  }
}
