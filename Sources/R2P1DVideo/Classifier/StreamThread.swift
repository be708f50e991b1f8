import Dispatch
import Synchronization
import VideoDecoding

/// A thread with a state of its own for work that blocks: it runs one job after the other, and whoever waits for a job
/// suspends, so that none of the few threads that Swift's tasks share stands still.
///
/// It starts with the first job. Once this object is gone, the thread frees its state and ends.
final class StreamThread<State>: Sendable {
  private let queue = JobQueue<State>()
  /// What errors are about.
  private let subject: FilePath
  /// Until the thread runs.
  private let makeState: Mutex<(@Sendable () -> State)?>

  init(_ subject: FilePath, state: @escaping @Sendable () -> State) {
    self.subject = subject
    makeState = Mutex(state)
  }

  deinit { queue.end() }

  /// What `job` gives on the thread.
  func run<Value: Sendable>(
    _ job: @escaping @Sendable (inout State) throws(ClassifierError) -> Value
  ) async throws(ClassifierError) -> Value {
    do {
      try start()
    } catch {
      throw .video(subject, error)
    }
    let result = await withCheckedContinuation {
      (continuation: CheckedContinuation<Result<Value, ClassifierError>, Never>) in
      queue.put { state in
        continuation.resume(returning: Result { () throws(ClassifierError) in try job(&state) })
      }
    }
    return try result.get()
  }

  /// The same; where the waiting task is cancelled, `control` is.
  func run<Value: Sendable>(
    cancelling control: DecodingControl,
    _ job: @escaping @Sendable (inout State) throws(ClassifierError) -> Value
  ) async throws(ClassifierError) -> Value {
    let result = await withTaskCancellationHandler {
      do throws(ClassifierError) {
        return Result<Value, ClassifierError>.success(try await run(job))
      } catch {
        return .failure(error)
      }
    } onCancel: {
      control.cancel()
    }
    return try result.get()
  }

  private func start() throws(ThreadLimit) {
    try makeState.withLock { (makeState) throws(ThreadLimit) in
      guard let make = makeState else { return }
      try DetachedThread.run { [queue] in queue.work(on: make()) }
      makeState = nil
    }
  }
}

extension StreamThread<Void> {
  /// What one piece of blocking work gives, done on a thread of its own.
  static func value<Value: Sendable>(
    _ subject: FilePath, _ work: @escaping @Sendable () throws(ClassifierError) -> Value
  ) async throws(ClassifierError) -> Value {
    try await StreamThread(subject) {}.run { (_) throws(ClassifierError) in try work() }
  }
}

/// Jobs in the order in which they came.
private final class JobQueue<State>: Sendable {
  typealias Job = @Sendable (inout State) -> Void

  /// Nil is the end.
  private let jobs = Mutex<[Job?]>([])
  private let filled = DispatchSemaphore(value: 0)

  func put(_ job: @escaping Job) { append(job) }

  func end() { append(nil) }

  /// Runs all jobs until the end; `state` is freed here.
  func work(on state: consuming State) {
    var state = state
    while let job = take() { job(&state) }
  }

  private func append(_ job: Job?) {
    jobs.withLock { $0.append(job) }
    filled.signal()
  }

  private func take() -> Job? {
    filled.wait()
    return jobs.withLock { $0.removeFirst() }
  }
}
