import FoundationEssentials
import Glibc
import R2P1DVideo

/// Little-endian numbers.
struct MessageWriter {
  var bytes: [UInt8] = []

  mutating func add<Value: FixedWidthInteger>(_ value: Value) {
    withUnsafeBytes(of: value.littleEndian) { bytes += $0 }
  }

  mutating func add(_ time: Rational) {
    add(UInt64(time.numerator))
    add(UInt64(time.denominator))
  }
}

/// Little-endian numbers off the front of bytes that are known to be enough; missing ones are zeros.
struct MessageReader {
  var bytes: ArraySlice<UInt8>

  mutating func next<Value: FixedWidthInteger & UnsignedInteger>(_: Value.Type) -> Value {
    let size = MemoryLayout<Value>.size
    let value = bytes.prefix(size).reversed().reduce(Value(0)) { $0 << 8 | Value($1) }
    bytes = bytes.dropFirst(size)
    return value
  }

  /// Nil for what cannot be a time of a file.
  mutating func nextTime() -> Rational? {
    let parts = (next(UInt64.self), next(UInt64.self))
    guard let above = Int(exactly: parts.0), let below = Int(exactly: parts.1), below > 0 else { return nil }
    let time = Rational(above, below)
    return time.double.isTime ? time : nil
  }
}
