import Dispatch
import Synchronization

/// A queue of limited length between one producer and one consumer.
package final class BoundedQueue<Element: Sendable>: Sendable {
  private enum Entry {
    case element(Element)
    case end(Result<Void, any Error>)
  }

  private struct State {
    var entries: [Entry] = []
    var isAbandoned = false
    var hasBegun = false
  }

  /// Thrown into a producer whose consumer has gone.
  private struct Abandoned: Error {}

  private let state = Mutex(State())
  /// Of no capacity: an element is put at once, and `free` is the consumer's wish for the next one.
  private let takesTurns: Bool
  private let free: DispatchSemaphore
  private let filled = DispatchSemaphore(value: 0)
  private let ended = DispatchSemaphore(value: 0)

  package init(capacity: Int) {
    takesTurns = capacity == 0
    free = DispatchSemaphore(value: 0)
    // Raised from zero, for Dispatch traps on a semaphore that is freed below its first value.
    for _ in 0..<capacity { free.signal() }
  }

  package func put(_ element: Element) throws {
    try stopIfAbandoned()
    if takesTurns { append(.element(element)) }
    free.wait()
    try stopIfAbandoned()
    if !takesTurns { append(.element(element)) }
  }

  package func finish(_ result: Result<Void, any Error>) {
    append(.end(result))
    ended.signal()
  }

  /// The next element; nil at the end, or the producer's error. Not to be called again then.
  package func take() throws -> Element? {
    if takesTurns { startTurn() }
    filled.wait()
    switch state.withLock({ $0.entries.removeFirst() }) {
    case .element(let element):
      if !takesTurns { free.signal() }
      return element
    case .end(let result):
      try result.get()
      return nil
    }
  }

  /// The next element is this error, whatever waits.
  package func fail(_ error: any Error) {
    state.withLock { $0.entries.insert(.end(.failure(error)), at: 0) }
    filled.signal()
  }

  /// Lets the producer stop.
  package func giveUp() {
    state.withLock { $0.isAbandoned = true }
    free.signal()
  }

  /// Lets the producer stop, and waits until it has.
  package func abandon() {
    giveUp()
    ended.wait()
    // For whoever abandons it too.
    ended.signal()
  }

  /// The producer's first turn begins by itself.
  private func startTurn() {
    let isFirst = state.withLock { state in
      defer { state.hasBegun = true }
      return !state.hasBegun
    }
    if !isFirst { free.signal() }
  }

  private func stopIfAbandoned() throws {
    if state.withLock(\.isAbandoned) { throw Abandoned() }
  }

  private func append(_ entry: Entry) {
    state.withLock { $0.entries.append(entry) }
    filled.signal()
  }
}
