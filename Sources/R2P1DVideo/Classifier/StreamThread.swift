import Dispatch
import Synchronization
import VideoDecoding

/// A thread with a state of its own for work that blocks: it runs one job after the other, and whoever waits
/// for a job suspends, so that none of the few threads that Swift's tasks share stands still.
///
/// It starts with the first job. Once this object is gone, what the thread does is cancelled, and it frees
/// its state and ends; nobody waits for that.
package final class StreamThread<State>: Sendable {
  private let queue = JobQueue<State>()
  /// Cancelled with the task that waits for a job.
  private let control: DecodingControl
  /// What is said where the system starts no more threads.
  private let failure: ClassifierError
  /// Until the thread runs.
  private let makeState: Mutex<(@Sendable () -> State)?>

  /// For work on the video that is called `name`.
  package convenience init(video name: BytePath, state: @escaping @Sendable (DecodingControl) -> State) {
    self.init(.video(name, ThreadLimit()), state)
  }

  fileprivate init(_ failure: ClassifierError, _ state: @escaping @Sendable (DecodingControl) -> State) {
    let control = DecodingControl()
    self.control = control
    self.failure = failure
    makeState = Mutex { state(control) }
  }

  deinit {
    control.cancel()
    queue.end()
  }

  /// What `job` gives on the thread.
  package func run<Value: Sendable>(
    _ job: @escaping @Sendable (inout State) throws(ClassifierError) -> Value
  ) async throws(ClassifierError) -> Value {
    do {
      try start()
    } catch {
      throw failure
    }
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation {
        (continuation: CheckedContinuation<Result<Value, ClassifierError>, Never>) in
        queue.put { [queue] state in
          let result = Result { () throws(ClassifierError) in try job(&state) }
          queue.meet()
          continuation.resume(returning: result)
        }
      }
    } onCancel: {
      control.cancel()
    }
    queue.meet()
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

extension StreamThread<DecodingControl> {
  /// What one piece of blocking work with the model that is called `name` gives, done on a thread of its own;
  /// it is not begun where the task is cancelled already.
  package static func value<Value: Sendable>(
    model name: String, _ work: @escaping @Sendable (DecodingControl) throws(ClassifierError) -> Value
  ) async throws(ClassifierError) -> Value {
    let thread = StreamThread(.network(name, cause: "\(ThreadLimit())", kind: .other)) { $0 }
    return try await thread.run { (control) throws(ClassifierError) in
      if control.isCancelled { throw .network(name, cause: "interrupted", kind: .cancelled) }
      return try work(control)
    }
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

  /// Puts what one thread has done ahead of what another does from here on. A continuation does so too, but
  /// says it to ThreadSanitizer only where it is awaited before it is resumed.
  func meet() { jobs.withLock { _ in } }

  private func append(_ job: Job?) {
    jobs.withLock { $0.append(job) }
    filled.signal()
  }

  private func take() -> Job? {
    filled.wait()
    return jobs.withLock { $0.removeFirst() }
  }
}
