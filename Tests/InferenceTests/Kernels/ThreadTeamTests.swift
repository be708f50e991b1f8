import CKernels
import Synchronization
import Testing

@testable import Inference

@Suite("A team of threads")
struct ThreadTeamTests {
  private static let sizes = [1, 2, 3, 5]
  private static let counts = [0, 1, 2, 3, 7, 64, 1000]

  @Test("Every item is run once, by a thread of the team", arguments: sizes, counts)
  func everyItem(threads: Int, items: Int) throws {
    let pool = try ThreadPool(threads: threads)
    let runs = Mutex([Int](repeating: 0, count: items))
    for _ in 0..<20 {
      pool.run(items) { item, thread in
        runs.withLock { $0[item] += thread < threads ? 1 : 1000 }
        return true
      }
    }
    #expect(runs.withLock { $0 } == Array(repeating: 20, count: items))
  }

  @Test("Shares are as even as they come, and leave nothing out", arguments: sizes, counts)
  func evenShares(threads: Int, items: Int) throws {
    let pool = try ThreadPool(threads: threads)
    let first = (0...threads).map { Int(r2_team_share(pool.handle, Int32(items), Int32($0))) }
    #expect(first.first == 0 && first.last == items)
    for (share, next) in zip(first, first.dropFirst()) {
      #expect(items / threads...(items + threads - 1) / threads ~= next - share)
    }
  }

  @Test("A thread runs its own items in order", arguments: [2, 3])
  func ownItemsInOrder(threads: Int) throws {
    let pool = try ThreadPool(threads: threads)
    let taken = Mutex([[Int]](repeating: [], count: threads))
    pool.run(300) { item, thread in
      taken.withLock { $0[thread].append(item) }
      return true
    }
    for (thread, items) in taken.withLock({ $0 }).enumerated() {
      let share = thread * 300 / threads..<(thread + 1) * 300 / threads
      let own = items.filter(share.contains)
      #expect(own == own.sorted(), "thread \(thread)")
    }
  }

  @Test("Whoever is done takes what a slower thread has left", arguments: [2, 3], [0, 9])
  func othersItems(threads: Int, slow: Int) throws {
    let pool = try ThreadPool(threads: threads)
    let others = Atomic(0)
    let start = ContinuousClock.now
    let finished = pool.run(10) { item, _ in
      if item != slow {
        others.add(1, ordering: .relaxed)
        return true
      }
      while others.load(ordering: .relaxed) < 9 && start.duration(to: .now) < .seconds(20) {}
      return others.load(ordering: .relaxed) == 9
    }
    #expect(finished)
  }
}
