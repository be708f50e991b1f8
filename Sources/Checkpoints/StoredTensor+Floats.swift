extension StoredTensor {
  /// Hands over the elements as float32, the last index fastest. The buffer ends with the call.
  ///
  /// No copy where they are that already, in the machine's byte order and aligned; else they are converted
  /// into memory that is freed again. Halves, bfloat16 and small integers convert exactly; doubles and
  /// integers of over 24 bits are rounded to the nearest float.
  package func withFloats<Result, Failure: Error>(
    _ body: (UnsafeBufferPointer<Float>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try withElements { (elements) throws(Failure) -> Result in
      let address = UInt(bitPattern: elements.baseAddress)
      if elementType == .float32, address.isMultiple(of: UInt(MemoryLayout<Float>.alignment)) {
        return try body(elements.assumingMemoryBound(to: Float.self))
      }
      let floats = UnsafeMutableBufferPointer<Float>.allocate(capacity: count)
      defer { floats.deallocate() }
      convert(elements, elementType, to: floats)
      return try body(UnsafeBufferPointer(floats))
    }
  }

  /// Hands over the elements in their own type and the machine's byte order, the last index fastest, at any
  /// address.
  package func withElements<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let size = elementType.size
    let swapped = size > 1 && isBigEndian != (1.bigEndian == 1)
    if isContiguous, !swapped, !isNegated {
      defer { withExtendedLifetime(memory) {} }
      return try body(memory.bytes.slice(start..<(start + count * size)))
    }
    let elements = UnsafeMutableRawBufferPointer.allocate(byteCount: count * size, alignment: 16)
    defer { elements.deallocate() }
    withExtendedLifetime(memory) { gather(to: elements) }
    if swapped { swapBytes(of: elements, size: size) }
    if isNegated { negate(elements, elementType) }
    return try body(UnsafeRawBufferPointer(elements))
  }

  /// Copies the elements from where the strides put them to one behind the other.
  private func gather(to target: UnsafeMutableRawBufferPointer) {
    guard count > 0, let memory = memory.bytes.baseAddress, var target = target.baseAddress else { return }
    let size = elementType.size
    let rowLength = shape.last ?? 1
    let rowStride = (strides.last ?? 1) * size
    var index = [Int](repeating: 0, count: shape.count)
    var source = memory + start
    while true {
      for column in 0..<rowLength {
        target.copyMemory(from: source + column * rowStride, byteCount: size)
        target += size
      }
      // To the next row: the last axis but one first, carried over like a counter's digits.
      var axis = shape.count - 2
      while axis >= 0 {
        index[axis] += 1
        source += strides[axis] * size
        if index[axis] < shape[axis] { break }
        source -= strides[axis] * size * shape[axis]
        index[axis] = 0
        axis -= 1
      }
      if axis < 0 { return }
    }
  }
}

private func swapBytes(of elements: UnsafeMutableRawBufferPointer, size: Int) {
  func swap<T: FixedWidthInteger>(_: T.Type) {
    for offset in stride(from: 0, to: elements.count, by: size) {
      let value = elements.loadUnaligned(fromByteOffset: offset, as: T.self)
      elements.storeBytes(of: value.byteSwapped, toByteOffset: offset, as: T.self)
    }
  }
  switch size {
  case 2: swap(UInt16.self)
  case 4: swap(UInt32.self)
  default: swap(UInt64.self)
  }
}

/// Changes the sign of each element; integers wrap around, as torch's do.
private func negate(_ elements: UnsafeMutableRawBufferPointer, _ type: ElementType) {
  func change<T: FixedWidthInteger>(_: T.Type, _ negation: (T) -> T) {
    for offset in stride(from: 0, to: elements.count, by: type.size) {
      let value = elements.loadUnaligned(fromByteOffset: offset, as: T.self)
      elements.storeBytes(of: negation(value), toByteOffset: offset, as: T.self)
    }
  }
  switch type {
  case .float32: change(UInt32.self) { $0 ^ 0x8000_0000 }
  case .float16, .bfloat16: change(UInt16.self) { $0 ^ 0x8000 }
  case .float64: change(UInt64.self) { $0 ^ 0x8000_0000_0000_0000 }
  case .int8, .uint8: change(UInt8.self) { 0 &- $0 }
  case .int16, .uint16: change(UInt16.self) { 0 &- $0 }
  case .int32, .uint32: change(UInt32.self) { 0 &- $0 }
  case .int64, .uint64: change(UInt64.self) { 0 &- $0 }
  case .bool: break
  }
}

/// Both buffers hold the same number of elements.
private func convert(
  _ elements: UnsafeRawBufferPointer, _ type: ElementType, to floats: UnsafeMutableBufferPointer<Float>
) {
  guard let source = elements.baseAddress, let target = floats.baseAddress, !floats.isEmpty else { return }
  @inline(__always) func each<T: BitwiseCopyable>(_: T.Type, _ value: (T) -> Float) {
    for index in 0..<floats.count {
      target[index] = value(source.loadUnaligned(fromByteOffset: index * MemoryLayout<T>.size, as: T.self))
    }
  }
  switch type {
  case .float32: UnsafeMutableRawPointer(target).copyMemory(from: source, byteCount: elements.count)
  case .float16: each(UInt16.self, float(half:))
  case .bfloat16: each(UInt16.self) { Float(bitPattern: UInt32($0) << 16) }
  case .float64: each(Double.self) { Float($0) }
  case .int8: each(Int8.self) { Float($0) }
  case .uint8: each(UInt8.self) { Float($0) }
  case .int16: each(Int16.self) { Float($0) }
  case .uint16: each(UInt16.self) { Float($0) }
  case .int32: each(Int32.self) { Float($0) }
  case .uint32: each(UInt32.self) { Float($0) }
  case .int64: each(Int64.self) { Float($0) }
  case .uint64: each(UInt64.self) { Float($0) }
  case .bool: each(UInt8.self) { $0 == 0 ? 0 : 1 }
  }
}

/// The value of IEEE 754 binary16, exactly; a NaN keeps its payload. Without a subnormal float on the way, so
/// that a CPU which flushes those to zero gives the same.
func float(half bits: UInt16) -> Float {
  let sign = UInt32(bits & 0x8000) << 16
  let magnitude = UInt32(bits & 0x7FFF)
  let normal = magnitude << 13 &+ (127 - 15) << 23
  let special = magnitude << 13 | 0x7F80_0000
  // 0.5 plus magnitude × 2^-24, and the 0.5 taken away again.
  let subnormal = (Float(bitPattern: 0x3F00_0000 | magnitude) - 0.5).bitPattern
  let value = magnitude >= 0x7C00 ? special : magnitude >= 0x0400 ? normal : subnormal
  return Float(bitPattern: sign | value)
}
