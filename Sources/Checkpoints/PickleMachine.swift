/// Reads pickles of protocols 0 to 5 as far as a checkpoint needs them, and runs nothing.
///
/// The pickle language is a program for a stack machine that can call any function of Python by name. Here a
/// call of `PickleGlobal`'s few names makes a value of `PickleHeap`, a call of any other an object that
/// nobody looks into, and `RefusedGlobals` end the reading. Time is linear in the bytes, memory in
/// `valueLimit`.
struct PickleMachine {
  /// Values and references to values that one file may make: hundreds of times those of r2plus1d_18's.
  static let valueLimit = 1 << 22
  static let nameLimit = 1024

  var reader: ByteCursor
  var heap = PickleHeap()
  var stack: [PickleValue] = []
  var marks: [Int] = []
  var memo: [Int: PickleValue] = [:]
  /// How often `getattr` was mentioned, less the calls of it that are accepted.
  var openAttributes = 0
  private var valueCount = 0

  init(_ reader: ByteCursor) { self.reader = reader }

  /// Reads one pickle and stops behind it. The heap keeps what it made.
  mutating func value() throws(CheckpointError.Reason) -> PickleValue {
    stack.removeAll()
    marks.removeAll()
    memo.removeAll()
    while true {
      let opcode = try reader.integer(UInt8.self)
      if opcode == UInt8(ascii: ".") {
        let value = try pop()
        guard stack.isEmpty, marks.isEmpty else {
          throw damaged("\(stack.count) values left over", "one value")
        }
        guard openAttributes == 0 else { throw Self.refusedAttribute }
        return value
      }
      if try constant(opcode) { continue }
      if try container(opcode) { continue }
      if try reference(opcode) { continue }
      throw refusal(of: opcode)
    }
  }

  mutating func push(_ value: PickleValue) throws(CheckpointError.Reason) {
    try countValues(1)
    stack.append(value)
  }

  mutating func pop() throws(CheckpointError.Reason) -> PickleValue {
    guard stack.count > (marks.last ?? 0), let value = stack.popLast() else {
      throw damaged("an empty stack", "a value")
    }
    return value
  }

  mutating func popMark() throws(CheckpointError.Reason) -> Int {
    guard let mark = marks.popLast() else { throw damaged("no mark", "a mark") }
    return mark
  }

  /// Whether the values from `start` on may be taken, and `below` more of them read.
  func checkStack(above start: Int, below: Int = 0) throws(CheckpointError.Reason) {
    guard start - below >= marks.last ?? 0, start <= stack.count else {
      throw damaged("\(stack.count) values on the stack", "more")
    }
  }

  mutating func countValues(_ count: Int) throws(CheckpointError.Reason) {
    valueCount += count
    guard valueCount <= Self.valueLimit else {
      throw .tooLarge(part: reader.part, found: valueCount, limit: Self.valueLimit)
    }
  }
}
