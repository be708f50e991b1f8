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

  @Test(arguments: [1, 2, 5, 100])
  func everythingArrivesOnceAndInOrder(_ capacity: Int) throws {
    var received: [Int] = []
    try ahead(
      capacity: capacity, produce: { yield in for i in 0..<50 { try yield(i) } },
      consume: { received.append($0) })
    #expect(received == Array(0..<50))
  }

  @Test func nothingIsFine() throws {
    try ahead(
      capacity: 2, produce: { (_: (Int) throws -> Void) in },
      consume: { _ in Issue.record("nothing was made") })
  }

  @Test func theProducerWaitsForTheConsumer() throws {
    let made = Count()
    var taken = 0
    try ahead(
      capacity: 3, produce: { yield in for _ in 0..<20 { try yield(made.raise()) } },
      consume: { _ in
        Thread.sleep(forTimeInterval: 0.002)
        taken += 1
        // Three wait, one is in hand, one is about to be put.
        #expect(made.now <= taken + 4)
      })
  }

  @Test func anErrorOfTheProducerComesAfterWhatItMade() {
    var received: [Int] = []
    #expect(throws: Failure(side: "producer")) {
      try ahead(
        capacity: 4,
        produce: { yield in
          for i in 0..<3 { try yield(i) }
          throw Failure(side: "producer")
        }, consume: { received.append($0) })
    }
    #expect(received == [0, 1, 2])
  }

  @Test(arguments: [1, 8])
  func anErrorOfTheConsumerStopsTheProducerBeforeItIsThrown(_ capacity: Int) {
    let made = Count()
    let hasEnded = Count()
    #expect(throws: Failure(side: "consumer")) {
      try ahead(
        capacity: capacity,
        produce: { yield in
          defer { _ = hasEnded.raise() }
          while true { try yield(made.raise()) }
        }, consume: { (_: Int) in throw Failure(side: "consumer") })
    }
    #expect(hasEnded.now == 1)
    #expect(made.now <= capacity + 2)
  }
}
