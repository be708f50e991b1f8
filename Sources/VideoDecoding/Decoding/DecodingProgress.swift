import Synchronization

/// Tells a decoding that takes long from one that hangs: packets read in this process so far.
package enum DecodingProgress {
  private static let packets = Atomic<Int>(0)

  package static var count: Int { packets.load(ordering: .relaxed) }

  static func advance() { packets.add(1, ordering: .relaxed) }
}
