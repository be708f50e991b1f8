import Synchronization

/// Raised once, by any thread, for all to end: behind the file at hand, or inside it.
package final class StopFlag: Sendable {
  private let raised = Atomic(false)
  private let asked = Atomic(false)
  private let file = Mutex(FileAtHand())

  private struct FileAtHand {
    var isEnded = false
    var interrupt: (@Sendable () -> Void)?
  }

  package init() {}

  package var isRaised: Bool { raised.load(ordering: .relaxed) }

  /// Whether the file at hand was to end, too.
  package var endsFile: Bool { file.withLock { $0.isEnded } }

  /// Whether somebody has asked for the end, whatever the time.
  package var isInterrupted: Bool { asked.load(ordering: .relaxed) }

  package func raise() {
    asked.store(true, ordering: .relaxed)
    raised.store(true, ordering: .relaxed)
  }

  /// The time is over: ends the file at hand, too.
  package func raiseInsideFile() {
    raised.store(true, ordering: .relaxed)
    let interrupt = file.withLock { file in
      file.isEnded = true
      return file.interrupt.take()
    }
    interrupt?()
  }

  /// What `body` does with a file, while `interrupt` ends it at once.
  func run<R, E: Error>(
    interruptedBy interrupt: @escaping @Sendable () -> Void, _ body: () throws(E) -> R
  ) throws(E) -> R {
    let isEnded = file.withLock { file in
      file.interrupt = interrupt
      return file.isEnded
    }
    if isEnded { interrupt() }
    defer { file.withLock { $0.interrupt = nil } }
    return try body()
  }
}
