import Synchronization
import Testing

@testable import LabelServer

@Suite(.timeLimit(.minutes(1)))
struct RequestQueueTests {
  @Test("Turns come in the order of the requests, and those that gave up are skipped")
  func order() async throws {
    let queue = RequestQueue(concurrent: 1, waiting: 5)
    let (gate, open) = AsyncStream<Void>.makeStream()
    let finished = Finished()
    var requests: [Task<Void, any Error>] = []
    for number in 0..<5 {
      requests.append(
        Task {
          try await queue.admit {
            try await queue.inTurn {
              if number == 0 { for await _ in gate {} }
              finished.numbers.withLock { $0.append(number) }
            }
          }
        })
      // Only then the next, so that they come in order.
      while queue.counts.running + queue.counts.waiting < number + 1 { await Task.yield() }
      try await Task.sleep(for: .milliseconds(20))
    }
    #expect(queue.counts == RequestQueue.Counts(running: 1, waiting: 4))
    requests[2].cancel()
    await #expect(throws: CancellationError.self) { try await requests[2].value }
    #expect(queue.counts == RequestQueue.Counts(running: 1, waiting: 3))
    open.finish()
    for request in requests { _ = await request.result }
    #expect(finished.numbers.withLock(\.self) == [0, 1, 3, 4])
    #expect(queue.counts == RequestQueue.Counts(running: 0, waiting: 0))
  }

  @Test("Work that fails gives its place back")
  func failure() async throws {
    struct Failed: Error {}
    let queue = RequestQueue(concurrent: 1, waiting: 0)
    for _ in 0..<3 {
      await #expect(throws: Failed.self) {
        try await queue.admit { try await queue.inTurn { throw Failed() } }
      }
    }
    #expect(queue.counts == RequestQueue.Counts(running: 0, waiting: 0))
  }

  private final class Finished: Sendable {
    let numbers = Mutex<[Int]>([])
  }
}
