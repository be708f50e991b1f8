/// Tuples, lists, dicts and sets.
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
    case 0x8F: try push(.opaque)  // EMPTY_SET
    case 0x90: try append(from: popMark())  // ADDITEMS
    case 0x91: try frozenSet(from: popMark())
    case UInt8(ascii: "0"): try drop()
    case UInt8(ascii: "1"): stack.removeSubrange(try popMark()...)
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
    switch stack[start - 1] {
    case .list(let index): heap.lists[index] += stack[start...]
    case .object, .opaque: break
    default: throw unexpected(stack[start - 1], "a list")
    }
    stack.removeSubrange(start...)
  }

  private mutating func setItems(from start: Int) throws(CheckpointError.Reason) {
    try checkStack(above: start, below: 1)
    guard (stack.count - start).isMultiple(of: 2) else { throw damaged("a key without a value", "pairs") }
    switch stack[start - 1] {
    case .dictionary(let index): heap.dictionaries[index] += stack[start...]
    case .object(let index): heap.objects[index].pairs += stack[start...]
    case .opaque: break
    default: throw unexpected(stack[start - 1], "a dict")
    }
    stack.removeSubrange(start...)
  }

  private mutating func frozenSet(from start: Int) throws(CheckpointError.Reason) {
    try checkStack(above: start)
    stack.removeSubrange(start...)
    try push(.opaque)
  }

  /// POP: takes the value on top away, or the mark. Tuples and objects that hold themselves are written so.
  private mutating func drop() throws(CheckpointError.Reason) {
    if stack.count > marks.last ?? 0 { stack.removeLast() } else { _ = try popMark() }
  }

  mutating func newDictionary(_ pairs: [PickleValue]) -> PickleValue {
    heap.dictionaries.append(pairs)
    return .dictionary(heap.dictionaries.count - 1)
  }
}
