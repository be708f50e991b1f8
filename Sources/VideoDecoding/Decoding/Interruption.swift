import Synchronization

/// Ends the decoding of the videos that were opened with it, from any thread and for good.
///
/// Every read of a file and every packet looks here; a decoding under way throws `VideoError.interrupted`.
package final class Interruption: Sendable {
  private let flag = Atomic<Bool>(false)

  package init() {}

  package var isRequested: Bool { flag.load(ordering: .relaxed) }

  package func request() { flag.store(true, ordering: .relaxed) }

  /// Throws if it was requested.
  package func check() throws(VideoError) {
    if isRequested { throw .interrupted }
  }
}
