/// One preprocessed frame: float32 [3][side][side] planes, red, green, blue, normalised, 64-byte aligned.
///
/// Written once by the preprocessor, then shared by every window that holds it.
package final class Sample: @unchecked Sendable {
  /// Rows and columns of the samples that the preprocessor makes, and on which the networks of the family
  /// were trained.
  package static let side = 112
  package static let count = 3 * side * side
  package let side: Int
  package let values: UnsafeMutablePointer<Float>
  private let memory: Arena

  /// All zeros.
  ///
  /// Pages of its own: blocks of this size, taken from the heap and freed among small ones that last, leave
  /// it ever more full of holes (after a scan of 5,000 different videos 122 MB of them, around 3 MB in use).
  package init(side: Int = Sample.side) throws(ModelError) {
    let memory = try Arena(floats: 3 * side * side)
    self.side = side
    (values, self.memory) = (memory.base, memory)
  }
}
