/// Numbers, strings and bytes.
extension PickleMachine {
  /// false: the opcode is none of these.
  mutating func constant(_ opcode: UInt8) throws(CheckpointError.Reason) -> Bool {
    switch opcode {
    case 0x80: try protocolVersion()
    case 0x95: _ = try reader.length()  // FRAME
    case UInt8(ascii: "N"): try push(.none)
    case 0x88: try push(.bool(true))
    case 0x89: try push(.bool(false))
    case UInt8(ascii: "J"): try push(.integer(Int(reader.integer(Int32.self))))
    case UInt8(ascii: "K"): try push(.integer(Int(reader.integer(UInt8.self))))
    case UInt8(ascii: "M"): try push(.integer(Int(reader.integer(UInt16.self))))
    case UInt8(ascii: "G"):
      try push(.float(Double(bitPattern: reader.integer(UInt64.self).byteSwapped)))
    case 0x8A: try long(count: Int(reader.integer(UInt8.self)))
    case 0x8B: try long(count: Int(reader.integer(Int32.self)))
    case UInt8(ascii: "I"), UInt8(ascii: "L"): try decimal()
    case UInt8(ascii: "X"), UInt8(ascii: "T"): try text(count: Int(reader.integer(UInt32.self)))
    case 0x8C, UInt8(ascii: "U"): try text(count: Int(reader.integer(UInt8.self)))
    case 0x8D: try text(count: reader.length())
    case UInt8(ascii: "C"): try opaque(count: Int(reader.integer(UInt8.self)))
    case UInt8(ascii: "B"): try opaque(count: Int(reader.integer(UInt32.self)))
    case 0x8E, 0x96: try opaque(count: reader.length())
    default: return false
    }
    return true
  }

  private mutating func protocolVersion() throws(CheckpointError.Reason) {
    let version = try reader.integer(UInt8.self)
    guard version <= 5 else { throw damaged("pickle protocol \(version)", "at most 5") }
  }

  private mutating func text(count: Int) throws(CheckpointError.Reason) {
    try push(.text(start: reader.skip(count), count: count))
  }

  private mutating func opaque(count: Int) throws(CheckpointError.Reason) {
    try reader.skip(count)
    try push(.opaque)
  }

  /// An integer of `count` bytes, two's complement.
  private mutating func long(count: Int) throws(CheckpointError.Reason) {
    let start = try reader.skip(count)
    guard count <= 8 else { return try push(.bigInteger(start: start, count: count)) }
    var value = 0
    for index in (0..<count).reversed() { value = value << 8 | Int(reader.bytes[start + index]) }
    let unused = 64 - 8 * count
    try push(.integer(count == 0 ? 0 : (value << unused) >> unused))
  }

  /// The integers of protocols 0 and 1, as digits; `I00` and `I01` are their bools.
  private mutating func decimal() throws(CheckpointError.Reason) {
    let range = try reader.line(limit: Self.nameLimit)
    switch reader.bytes.text(range) {
    case "00": try push(.bool(false))
    case "01": try push(.bool(true))
    case let digits:
      guard let value = Int(digits.hasSuffix("L") ? String(digits.dropLast()) : digits) else {
        return try push(.bigInteger(start: range.lowerBound, count: range.count))
      }
      try push(.integer(value))
    }
  }
}
