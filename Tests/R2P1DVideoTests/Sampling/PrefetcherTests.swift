import Foundation
import Synchronization
import Testing

@testable import R2P1DVideo

@Suite struct PrefetcherTests {
  struct Failure: Error, Equatable {
    let side: String
  }

  /// A count that two threads share.
  final class Count: Sendable {
    private let value = Atomic(0)
    func raise() -> Int { value.add(1, ordering: .relaxed).newValue }
    var now: Int { value.load(ordering: .relaxed) }
  }

  /// All that a prefetcher gives.
  private func all<Element>(_ prefetcher: Prefetcher<Element>) throws -> [Element] {
    var received: [Element] = []
    while let element = try prefetcher.next() { received.append(element) }
    return received
  }

  @Test(arguments: [0, 1, 2, 5, 100])
  func everythingArrivesOnceAndInOrder(_ capacity: Int) throws {
    let prefetcher = Prefetcher(capacity: capacity) { yield in for i in 0..<50 { try yield(i) } }
    #expect(try all(prefetcher) == Array(0..<50))
  }

  @Test(arguments: [0, 2])
  func nothingIsFine(_ capacity: Int) throws {
    #expect(try all(Prefetcher<Int>(capacity: capacity) { _ in }) == [])
  }

  @Test func theProducerWaitsForTheConsumer() throws {
    let made = Count()
    let prefetcher = Prefetcher(capacity: 3) { yield in for _ in 0..<20 { try yield(made.raise()) } }
    var taken = 0
    while try prefetcher.next() != nil {
      Thread.sleep(forTimeInterval: 0.002)
      taken += 1
      // Three wait, one is in hand, one is about to be put.
      #expect(made.now <= taken + 4)
    }
    #expect(taken == 20)
  }

  @Test func withoutCapacityTheTwoSidesTakeTurns() throws {
    let made = Count()
    let prefetcher = Prefetcher(capacity: 0) { yield in for _ in 0..<20 { try yield(made.raise()) } }
    #expect(made.now == 0)
    for number in 1...20 {
      #expect(try prefetcher.next() == number)
      Thread.sleep(forTimeInterval: 0.002)
      #expect(made.now == number)
    }
    #expect(try prefetcher.next() == nil)
  }

  @Test(arguments: [0, 4])
  func anErrorOfTheProducerComesAfterWhatItMade(_ capacity: Int) {
    let prefetcher = Prefetcher(capacity: capacity) { yield in
      for i in 0..<3 { try yield(i) }
      throw Failure(side: "producer")
    }
    var received: [Int] = []
    #expect(throws: Failure(side: "producer")) {
      while let element = try prefetcher.next() { received.append(element) }
    }
    #expect(received == [0, 1, 2])
  }

  @Test(arguments: [0, 1, 8])
  func aConsumerThatGoesStopsTheProducer(_ capacity: Int) throws {
    let made = Count()
    let hasEnded = Count()
    do {
      let prefetcher = Prefetcher(capacity: capacity) { yield in
        defer { _ = hasEnded.raise() }
        while true { try yield(made.raise()) }
      }
      #expect(try prefetcher.next() == 1)
    }
    #expect(hasEnded.now == 1)
    #expect(made.now <= capacity + 2)
  }

  @Test func aProducerThatWasNeverAskedNeverRuns() {
    let made = Count()
    do { _ = Prefetcher(capacity: 1) { yield in try yield(made.raise()) } }
    #expect(made.now == 0)
  }

  @Test func aQueueCanBeAbandonedTwice() {
    let queue = BoundedQueue<Int>(capacity: 1)
    queue.finish(.success(()))
    queue.abandon()
    queue.abandon()
  }
}

/// Elements that are looked at before they are taken.
@Suite struct LentElementTests {
  private static func queue(_ capacity: Int, _ elements: [Int]) throws -> BoundedQueue<Int> {
    let queue = BoundedQueue<Int>(capacity: capacity)
    for element in elements { try queue.put(element) }
    return queue
  }

  private static func lend(_ queue: BoundedQueue<Int>, _ most: Int) -> [Int] {
    queue.lend(atMost: most) { $0 < 100 ? $0 : nil }
  }

  @Test func eachIsLentOnceAndStaysToBeTaken() throws {
    let queue = try Self.queue(5, [1, 100, 2, 3, 4])
    #expect(queue.count(lent: false) { $0 < 100 } == 4)
    #expect(Self.lend(queue, 2) == [1, 2])
    #expect(queue.count(lent: true) { $0 < 100 } == 2 && queue.count(lent: false) { $0 < 100 } == 2)
    #expect(try queue.take() == 1)
    #expect(Self.lend(queue, 9) == [3, 4])
    #expect(Self.lend(queue, 9) == [])
    #expect(try [queue.take(), queue.take(), queue.take(), queue.take()] == [100, 2, 3, 4])
  }

  @Test func whatIsLentMakesRoomForOthersAndForNoMoreOnceItIsTaken() throws {
    let queue = try Self.queue(2, [1, 2])
    #expect(Self.lend(queue, 1) == [1])
    try queue.put(3)  // would wait for ever without room
    #expect(try [queue.take(), queue.take()] == [1, 2])
    try queue.put(4)
    let isPut = PrefetcherTests.Count()
    DetachedThread.start {
      try? queue.put(5)
      _ = isPut.raise()
      queue.finish(.success(()))
    }
    #expect(try queue.take() == 3)
    #expect(try [queue.take(), queue.take()] == [4, 5])
    #expect(try queue.take() == nil && isPut.now == 1)
  }

  @Test func nothingIsLentOfAQueueWhoseSidesTakeTurnsOrBehindAFailure() throws {
    let turns = BoundedQueue<Int>(capacity: 0)
    DetachedThread.start {
      try? turns.put(1)
      turns.finish(.success(()))
    }
    #expect(Self.lend(turns, 3) == [])
    #expect(try turns.take() == 1)
    #expect(try turns.take() == nil)
    let failed = try Self.queue(2, [1, 2])
    failed.fail(PrefetcherTests.Failure(side: "other"))
    #expect(Self.lend(failed, 3) == [])
    #expect(throws: PrefetcherTests.Failure.self) { try failed.take() }
  }
}
