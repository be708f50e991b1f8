import Synchronization

/// How often FFmpeg has had no memory in this process. A decoder that misses some goes on with the next packet, so that
/// in the end nothing but the missing pictures shows it.
package enum MemoryShortage {
  private static let shortages = Atomic<Int>(0)

  package static var count: Int { shortages.load(ordering: .relaxed) }

  static func note() { shortages.add(1, ordering: .relaxed) }
}
