import Dispatch
import FoundationEssentials
import Glibc
import Synchronization

/// Runs `produce` on a thread of its own and hands what it yields to `consume` on the caller's, in order.
///
/// At most `capacity` elements wait in between: a producer that is ahead of that sleeps. An error of either side ends
/// both, and is thrown once the producer's thread no longer runs.
func ahead<Element: Sendable>(
  capacity: Int,
  produce: @escaping @Sendable (_ yield: (Element) throws -> Void) throws -> Void,
  consume: (Element) throws -> Void
) throws {
  let line = BoundedQueue<Element>(capacity: capacity)
  DetachedThread.start {
    line.finish(Result { try produce { try line.put($0) } })
  }
  do {
    while let element = try line.take() { try consume(element) }
  } catch {
    line.abandon()
    throw error
  }
}

/// A queue of limited length between one producer and one consumer.
final class BoundedQueue<Element: Sendable>: Sendable {
  private enum Entry {
    case element(Element)
    case end(Result<Void, any Error>)
  }

  private struct State {
    var entries: [Entry] = []
    var isAbandoned = false
  }

  /// Thrown into a producer whose consumer has gone.
  private struct Abandoned: Error {}

  private let state = Mutex(State())
  private let free: DispatchSemaphore
  private let filled = DispatchSemaphore(value: 0)
  private let ended = DispatchSemaphore(value: 0)

  init(capacity: Int) {
    free = DispatchSemaphore(value: 0)
    // Raised from zero, for Dispatch traps on a semaphore that is freed below its first value.
    for _ in 0..<capacity { free.signal() }
  }

  func put(_ element: Element) throws {
    try stopIfAbandoned()
    free.wait()
    try stopIfAbandoned()
    append(.element(element))
  }

  func finish(_ result: Result<Void, any Error>) {
    append(.end(result))
    ended.signal()
  }

  /// The next element; nil at the end, or the producer's error.
  func take() throws -> Element? {
    filled.wait()
    switch state.withLock({ $0.entries.removeFirst() }) {
    case .element(let element):
      free.signal()
      return element
    case .end(let result):
      try result.get()
      return nil
    }
  }

  /// Tells the producer to stop, and waits until it has.
  func abandon() {
    state.withLock { $0.isAbandoned = true }
    free.signal()
    ended.wait()
  }

  private func stopIfAbandoned() throws {
    if state.withLock(\.isAbandoned) { throw Abandoned() }
  }

  private func append(_ entry: Entry) {
    state.withLock { $0.entries.append(entry) }
    filled.signal()
  }
}
