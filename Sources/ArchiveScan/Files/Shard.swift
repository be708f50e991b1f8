import R2P1DVideo

/// A share of the files: those whose path's hash falls into part `number` of `count`.
///
/// The shares of one `count` are disjoint, and together they are everything, on whatever machine each is
/// taken.
package struct Shard: Sendable, Hashable {
  /// From 1 to `count`.
  package let number: Int
  package let count: Int

  /// Reads `I/N`; nil unless 1 ≤ I ≤ N ≤ 1,000,000.
  package init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let number = Int(parts[0]), let count = Int(parts[1]),
      (1...1_000_000).contains(count),
      (1...count).contains(number)
    else { return nil }
    (self.number, self.count) = (number, count)
  }

  /// All files.
  package static let whole = Shard(number: 1, count: 1)

  private init(number: Int, count: Int) {
    (self.number, self.count) = (number, count)
  }

  package var isWhole: Bool { count == 1 }

  /// `I/N`
  package var text: String { "\(number)/\(count)" }

  package func contains(_ path: BytePath) -> Bool {
    // The last bits of FNV-1a alone depend on the last bits of each byte alone: the first ones are mixed in.
    let hash = StableHash(path.bytes).value
    return (hash ^ hash >> 32) % UInt64(count) == UInt64(number - 1)
  }
}
