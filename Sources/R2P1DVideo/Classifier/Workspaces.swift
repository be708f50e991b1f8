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
    nonisolated(unsafe) let scorer = scorer
    idle.withLock { if $0.scorers.count < limit { $0.scorers.append(scorer) } }
  }

  /// How many are kept.
  var idleCount: Int { idle.withLock { $0.scorers.count } }
}
