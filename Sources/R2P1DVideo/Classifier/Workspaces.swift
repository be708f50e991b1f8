import Synchronization

/// What one request at a time works with: threads and memory for activations, beside weights that are shared.
/// Goes back to its classifier when it is no longer used.
final class Workspace: Sendable {
  /// Handed from owner to owner, never used by two at once.
  nonisolated(unsafe) let scorer: WindowScorer
  private let home: Workspaces

  fileprivate init(_ scorer: WindowScorer, _ home: Workspaces) {
    self.scorer = scorer
    self.home = home
  }

  deinit { home.take(back: scorer) }
}

/// A classifier's workspaces: as many as requests are under way, and some that are kept for the next ones.
final class Workspaces: Sendable {
  private struct Idle: @unchecked Sendable {
    var scorers: [WindowScorer] = []
    /// Runs of many videos, in which what one video leaves under way is the next one's.
    var runs = 0
  }

  private let idle = Mutex(Idle())
  private let limit: Int
  private let make: @Sendable () throws(ClassifierError) -> WindowScorer

  /// At most `limit` are kept for later.
  init(keeping limit: Int, _ make: @escaping @Sendable () throws(ClassifierError) -> WindowScorer) {
    self.limit = limit
    self.make = make
  }

  /// The one that came back last, or a new one.
  func workspace() throws(ClassifierError) -> Workspace {
    nonisolated(unsafe) let free = idle.withLock { idle in
      nonisolated(unsafe) let last = idle.scorers.popLast()
      return last
    }
    if let free { return Workspace(free, self) }
    return Workspace(try make(), self)
  }

  fileprivate func take(back scorer: WindowScorer) {
    if idle.withLock({ $0.runs == 0 }) { scorer.settle() }
    nonisolated(unsafe) let scorer = scorer
    idle.withLock { if $0.scorers.count < limit { $0.scorers.append(scorer) } }
  }

  /// Runs `body`, which scores one video after another and lets those of a GPU's batches overlap.
  func overlapping<Value, E: Error>(_ body: () throws(E) -> Value) throws(E) -> Value {
    idle.withLock { $0.runs += 1 }
    defer {
      let isLast = idle.withLock { idle in
        idle.runs -= 1
        return idle.runs == 0
      }
      // None is in use, or its user settles it.
      if isLast { for scorer in takeAll() { take(back: scorer) } }
    }
    return try body()
  }

  private func takeAll() -> [WindowScorer] {
    nonisolated(unsafe) var all: [WindowScorer] = []
    idle.withLock { swap(&$0.scorers, &all) }
    return all
  }

  /// How many are kept.
  var idleCount: Int { idle.withLock { $0.scorers.count } }
}
