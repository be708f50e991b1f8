import Dispatch
import Synchronization

/// Runs a task on the thread that waits for it.
///
/// Its jobs are done here and not by Dispatch's threads: where the system refuses more threads or memory,
/// Dispatch tries again for ever, while a thread of our own that cannot be started is an error.
final class WaitingThread: TaskExecutor {
  private let jobs = Mutex<[UnownedJob]>([])
  private let change = DispatchSemaphore(value: 0)
  private let ending = Mutex<Result<Void, any Error>?>(nil)

  /// Runs `operation` to its end, on this thread.
  static func run(_ operation: @escaping @Sendable () async throws -> Void) throws {
    let thread = WaitingThread()
    Task.detached(executorPreference: thread) {
      let result = await Result(catching: operation)
      thread.ending.withLock { $0 = result }
      thread.change.signal()
    }
    try thread.work().get()
  }

  /// Does jobs until the task has ended.
  private func work() -> Result<Void, any Error> {
    while true {
      change.wait()
      if let job = jobs.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) {
        job.runSynchronously(on: asUnownedTaskExecutor())
      } else if let result = ending.withLock({ $0 }) {
        return result
      }
    }
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    jobs.withLock { $0.append(job) }
    change.signal()
  }
}

extension Result where Failure == any Error {
  fileprivate init(catching body: () async throws -> Success) async {
    do {
      self = .success(try await body())
    } catch {
      self = .failure(error)
    }
  }
}
