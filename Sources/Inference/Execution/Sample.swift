import CKernels

/// One preprocessed frame as the network sees it: 8-bit [3][side][side] planes, red, green, blue, and what
/// each value is for the network, which the network looks up where it reads them.
///
/// Written once by the preprocessor, then shared by every window that holds it.
package final class Sample: @unchecked Sendable {
  /// Rows and columns of the samples that the preprocessor makes, and on which the networks of the family
  /// were trained.
  package static let side = 112
  package static let count = 3 * side * side
  package let side: Int
  package let bytes: UnsafeMutablePointer<UInt8>
  package let values: SampleValues
  private let memory: Arena

  /// All zeros.
  ///
  /// Pages of its own: blocks of this size, taken from the heap and freed among small ones that last, leave
  /// it ever more full of holes (after a scan of 5,000 different videos 122 MB of them, around 3 MB in use).
  package init(_ values: SampleValues, side: Int = Sample.side) throws(ModelError) {
    let memory = try Arena(floats: (3 * side * side + 3) / MemoryLayout<Float>.stride)
    self.memory = memory
    self.values = values
    self.side = side
    bytes = UnsafeMutableRawPointer(memory.base).assumingMemoryBound(to: UInt8.self)
  }

  /// Of `Sample.count` bytes.
  package convenience init(_ values: SampleValues, bytes: [UInt8]) throws(ModelError) {
    precondition(bytes.count == Self.count, "a sample is \(Self.count) bytes")
    try self.init(values)
    self.bytes.update(from: bytes, count: Self.count)
  }

  /// The numbers of one colour, in order.
  package func plane(_ colour: Int) -> [Float] {
    let plane = side * side
    let table = values.table + 256 * colour
    return UnsafeBufferPointer(start: bytes + colour * plane, count: plane).map { table[Int($0)] }
  }

  /// Writes it into a frame of a stem's input.
  func fill(_ frame: UnsafeMutablePointer<Float>) {
    r2_stem_fill(bytes, Int32(side), Int32(side), values.table, frame)
  }
}

/// What every 8-bit value of red, green and blue is for the network: (value / 255 − mean) / deviation.
package final class SampleValues: @unchecked Sendable {
  /// [3][256].
  let table: UnsafeMutablePointer<Float>

  package init(mean: [Float], deviation: [Float]) {
    precondition(mean.count == 3 && deviation.count == 3, "three colours")
    table = .allocate(capacity: 3 * 256)
    preprocess_values(table, mean, deviation)
  }

  deinit { table.deallocate() }
}

extension Sample {
  /// The same with left and right exchanged.
  package func mirrored() throws(ModelError) -> Sample {
    let mirrored = try Sample(values, side: side)
    for row in 0..<(3 * side) {
      for column in 0..<side { mirrored.bytes[row * side + column] = bytes[(row + 1) * side - 1 - column] }
    }
    return mirrored
  }
}
