import Synchronization

/// Ends all decoding in this process, as Ctrl-C asks for.
///
/// Every read of a file and every packet looks here; a decoding under way throws `VideoError.interrupted`.
package enum Interruption {
  private static let flag = Atomic<Bool>(false)

  package static var isRequested: Bool { flag.load(ordering: .relaxed) }

  package static func request() { flag.store(true, ordering: .relaxed) }

  /// Lets decoding go on, for a program that stays after an interruption.
  package static func withdraw() { flag.store(false, ordering: .relaxed) }
}
