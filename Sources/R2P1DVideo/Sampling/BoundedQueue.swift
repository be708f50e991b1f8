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
    /// How many of them, from the first on, are lent.
    var lent = 0
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
    let (entry, wasLent) = state.withLock { state in
      defer { state.lent = max(state.lent - 1, 0) }
      return (state.entries.removeFirst(), state.lent > 0)
    }
    switch entry {
    case .element(let element):
      if !takesTurns && !wasLent { free.signal() }
      return element
    case .end(let result):
      try result.get()
      return nil
    }
  }

  /// What `choose` makes of the first of the elements that wait and were not lent before, at most `most` of
  /// it. They stay to be taken, but no longer count: others can be put behind them.
  package func lend<Value>(atMost most: Int, _ choose: (Element) -> Value?) -> [Value] {
    if takesTurns { return [] }
    let (values, count) = state.withLock { state in
      var values: [Value] = []
      let before = state.lent
      while values.count < most, state.lent < state.entries.count,
        case .element(let element) = state.entries[state.lent]
      {
        if let value = choose(element) { values.append(value) }
        state.lent += 1
      }
      return (values, state.lent - before)
    }
    for _ in 0..<count { free.signal() }
    return values
  }

  /// How many of the elements that wait, and are lent or are not, fulfil `condition`.
  package func count(lent: Bool, where condition: (Element) -> Bool) -> Int {
    state.withLock { state in
      (lent ? state.entries.prefix(state.lent) : state.entries.dropFirst(state.lent)).count { entry in
        if case .element(let element) = entry { condition(element) } else { false }
      }
    }
  }

  /// The next element is this error, whatever waits.
  package func fail(_ error: any Error) {
    state.withLock { state in
      state.entries.insert(.end(.failure(error)), at: 0)
      state.lent = 0
    }
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

extension BoundedQueue<WindowEvent> {
  /// At least and at most so many of the windows that wait and were not lent before, or none.
  package func windows(ahead count: ClosedRange<Int>) -> [Window] {
    guard self.count(lent: false, where: { $0.window != nil }) >= count.lowerBound else { return [] }
    return lend(atMost: count.upperBound, \.window)
  }
}

extension WindowEvent {
  package var window: Window? {
    if case .window(let window) = self { window } else { nil }
  }
}
