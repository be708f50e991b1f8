/// One preprocessed picture: float32 [3][112][112] planes, red, green, blue, normalised, 64-byte aligned.
///
/// Written once by the preprocessor, then shared by every window that holds it.
package final class Sample: @unchecked Sendable {
  package static let side = 112
  package static let count = 3 * side * side
  package let values: UnsafeMutablePointer<Float>
  private let memory: Arena

  /// All zeros.
  ///
  /// Pages of its own: blocks of this size, taken from the heap and freed among small ones that last, leave it ever more
  /// full of holes (after a scan of 5,000 different videos 122 MB of them, around 3 MB in use).
  package init() throws(ModelError) {
    let memory = try Arena(floats: Self.count)
    (values, self.memory) = (memory.base, memory)
  }
}
