/// The index of the first NaN or infinity, nil where there is none. Reads at the speed of memory.
package func firstNonFinite(in values: UnsafeBufferPointer<Float>) -> Int? {
  let block = 4096
  for start in stride(from: 0, to: values.count, by: block) {
    let range = start..<min(start + block, values.count)
    // An exponent of all ones, and nothing else, carries into the top bit.
    var carried: UInt32 = 0
    for index in range { carried |= (values[index].bitPattern & 0x7FFF_FFFF) &+ 0x0080_0000 }
    if carried >= 0x8000_0000 { return range.first { !values[$0].isFinite } }
  }
  return nil
}

extension StoredTensor {
  /// Throws `.notFinite` where `values`, which `withFloats` handed over for this tensor, hold a NaN or an
  /// infinity.
  package func requireFinite(_ values: UnsafeBufferPointer<Float>) throws(CheckpointError) {
    guard let index = firstNonFinite(in: values) else { return }
    let value = values[index]
    throw CheckpointError(
      path: memory.path,
      reason: .notFinite(
        tensor: quoted(name), element: index,
        value: value.isNaN ? "NaN" : value > 0 ? "infinity" : "-infinity"))
  }
}
