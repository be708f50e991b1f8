/// One preprocessed picture: float32 [3][112][112] planes, red, green, blue, normalised, 64-byte aligned.
///
/// Written once by the preprocessor, then shared by every window that holds it.
package final class Sample: @unchecked Sendable {
  package static let side = 112
  package static let count = 3 * side * side
  package let values: UnsafeMutablePointer<Float>

  package init() {
    let raw = UnsafeMutableRawPointer.allocate(
      byteCount: Self.count * MemoryLayout<Float>.stride, alignment: 64)
    values = raw.bindMemory(to: Float.self, capacity: Self.count)
    values.initialize(repeating: 0, count: Self.count)
  }

  deinit { UnsafeMutableRawPointer(values).deallocate() }
}
