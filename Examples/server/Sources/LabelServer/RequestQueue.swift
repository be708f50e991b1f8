import Synchronization

/// Lets a number of requests work at once; more wait in the order they came, and only so many are admitted.
final class RequestQueue: Sendable {
  struct Counts: Codable, Equatable {
    /// Those at work, and those that are sending their video or waiting for their turn.
    var running = 0, waiting = 0
  }

  private struct State {
    var admitted = 0
    var running = 0
    var nextNumber = 0
    var waiting: [(number: Int, turn: CheckedContinuation<Void, any Error>)] = []
  }

  private let concurrent: Int
  private let capacity: Int
  private let state = Mutex(State())

  init(concurrent: Int, waiting: Int) {
    self.concurrent = concurrent
    capacity = concurrent + waiting
  }

  var counts: Counts {
    state.withLock { Counts(running: $0.running, waiting: $0.admitted - $0.running) }
  }

  /// Does `work`, or throws at once where too many are here already.
  func admit<Value>(_ work: () async throws -> Value) async throws -> Value {
    try state.withLock { state in
      guard state.admitted < capacity else {
        throw RequestFailure(.serviceUnavailable, "\(capacity) requests are under way; try again later")
      }
      state.admitted += 1
    }
    defer { state.withLock { $0.admitted -= 1 } }
    return try await work()
  }

  /// Does `work` of an admitted request once it is its turn.
  func inTurn<Value>(_ work: () async throws -> Value) async throws -> Value {
    try await waitForTurn()
    defer { passTurnOn() }
    return try await work()
  }

  private func waitForTurn() async throws {
    let number = state.withLock { state in
      state.nextNumber += 1
      return state.nextNumber
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let result: Result<Void, any Error>? = state.withLock { state in
          // Looked at under the lock: a cancellation from here on finds the continuation in the list.
          if Task.isCancelled { return .failure(CancellationError()) }
          guard state.running == concurrent else {
            state.running += 1
            return .success(())
          }
          state.waiting.append((number, continuation))
          return nil
        }
        if let result { continuation.resume(with: result) }
      }
    } onCancel: {
      let turn = state.withLock { state in
        state.waiting.firstIndex { $0.number == number }.map { state.waiting.remove(at: $0).turn }
      }
      turn?.resume(throwing: CancellationError())
    }
  }

  private func passTurnOn() {
    let next = state.withLock { state in
      guard state.waiting.isEmpty else { return Optional(state.waiting.removeFirst().turn) }
      state.running -= 1
      return nil
    }
    next?.resume()
  }
}
