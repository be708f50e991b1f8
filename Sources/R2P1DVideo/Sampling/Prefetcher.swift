import Dispatch
import FoundationEssentials
import Glibc
import Synchronization

/// Runs `produce` on a thread of its own, from the first `next` on, and gives what it yields in order.
///
/// At most `capacity` elements wait: a producer that is ahead of that sleeps. With 0 the two sides take
/// turns: the producer runs only while `next` waits for it. Once this object is gone, so is the producer's
/// thread.
final class Prefetcher<Element: Sendable> {
  typealias Producer = @Sendable (_ yield: (Element) throws -> Void) throws -> Void

  fileprivate let queue: BoundedQueue<Element>
  /// Until it runs.
  private var producer: Producer?

  init(capacity: Int, _ producer: @escaping Producer) {
    queue = BoundedQueue(capacity: capacity)
    self.producer = producer
  }

  deinit {
    if producer == nil { queue.abandon() }
  }

  /// The next element; nil at the end, or the producer's error.
  func next() throws -> Element? {
    if let producer {
      try DetachedThread.run { [queue] in
        queue.finish(Result { try producer { try queue.put($0) } })
      }
      self.producer = nil
    }
    return try queue.take()
  }
}

extension Prefetcher<WindowEvent> {
  func windows(ahead count: ClosedRange<Int>) -> [Window] { queue.windows(ahead: count) }
}
