import Inference
import Synchronization

/// What one request at a time works with: threads and memory for activations, beside weights that are shared.
/// Goes back to its classifier when it is no longer used.
final class Workspace: Sendable {
  /// Handed from owner to owner, never used by two at once.
  nonisolated(unsafe) let predictor: Predictor
  private let home: Workspaces

  fileprivate init(_ predictor: Predictor, _ home: Workspaces) {
    self.predictor = predictor
    self.home = home
  }

  deinit { home.take(back: predictor) }
}

/// A classifier's workspaces: as many as requests are under way, and some that are kept for the next ones.
final class Workspaces: Sendable {
  private struct Idle: @unchecked Sendable {
    var predictors: [Predictor] = []
  }

  private let idle = Mutex(Idle())
  private let limit: Int
  private let make: @Sendable () throws(ClassifierError) -> Predictor

  /// At most `limit` are kept for later.
  init(keeping limit: Int, _ make: @escaping @Sendable () throws(ClassifierError) -> Predictor) {
    self.limit = limit
    self.make = make
  }

  /// One that is free, or a new one.
  func workspace() throws(ClassifierError) -> Workspace {
    nonisolated(unsafe) let free = idle.withLock { idle in
      nonisolated(unsafe) let last = idle.predictors.popLast()
      return last
    }
    if let free { return Workspace(free, self) }
    return Workspace(try make(), self)
  }

  fileprivate func take(back predictor: Predictor) {
    nonisolated(unsafe) let predictor = predictor
    idle.withLock { if $0.predictors.count < limit { $0.predictors.append(predictor) } }
  }

  /// How many are kept.
  var idleCount: Int { idle.withLock { $0.predictors.count } }
}
