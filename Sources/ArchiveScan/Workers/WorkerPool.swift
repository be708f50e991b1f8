import Dispatch
import FoundationEssentials
import Glibc
import R2P1DVideo
import Synchronization
import VideoDecoding

/// Decodes files in worker processes, some ahead of the one that is asked for.
///
/// Threads, each with a worker of its own, take the files in their order: so the file that is waited for is
/// always one that a worker is at. How many files are ahead, and how many windows of each, is bounded, and
/// memory with it.
final class WorkerPool: Sendable {
  private struct State {
    /// Files that a worker has taken, in their order, and that nobody has asked for yet.
    var waiting: [DecodeJob] = []
    /// The same, and those that have not been released.
    var underWay: [ObjectIdentifier: DecodeJob] = [:]
    /// Nil while there may be more files.
    var ending: Result<Void, ClassifierError>?
  }

  /// Held while the next file is waited for, so that files are taken in their order.
  private let files: Mutex<any FileSource>
  private let state = Mutex(State())
  private let room = DispatchSemaphore(value: 0)
  /// Raised for each file that is taken, and for the end.
  private let taken = DispatchSemaphore(value: 0)
  private let over = StopFlag()
  private let stop: StopFlag
  private let film: WindowJournal.Film?
  /// Windows that are computed at once.
  private let batch: Int
  private let threads = DispatchGroup()

  /// Begins to decode `files`, of whose windows `batch` are computed at once; takes no more of them once
  /// `stop` is raised.
  init(
    _ files: some FileSource, workers: Int, batch: Int, _ configuration: WorkerConfiguration,
    _ options: ScanOptions, stop: StopFlag
  ) {
    self.files = Mutex(files)
    self.stop = stop
    self.batch = batch
    film = options.film
    for _ in 0..<workers {
      threads.enter()
      DetachedThread.start { [self] in
        decode(with: DecodeWorker(configuration, options, stop: over))
        threads.leave()
      }
    }
    // Two more than there are workers, so that a heavy file holds up the other workers only after some light
    // ones; and for two batches, one that is computed and one behind it, if each file has but one window.
    for _ in 0..<workers + 2 + (batch > 1 ? 2 * batch : 0) { room.signal() }
  }

  /// The next file, waited for until a worker has taken it; nil when there is none.
  func next() throws(ClassifierError) -> DecodeJob? {
    taken.wait()
    let next = state.withLock { state -> Result<DecodeJob?, ClassifierError> in
      if !state.waiting.isEmpty { return .success(state.waiting.removeFirst()) }
      return (state.ending ?? .success(())).map { nil }
    }
    if let video = try next.get() { return video }
    // For whoever asks once more.
    taken.signal()
    return nil
  }

  /// Windows of `video`, whose windows are being taken, and then of the files behind it in their order, that
  /// are decoded and were not given out here before: at least and at most so many, or none.
  ///
  /// Of the files behind it no more than two batches at a time, so that memory stays bounded.
  func windows(ahead count: ClosedRange<Int>, from video: DecodeJob) -> [Window] {
    let later = state.withLock(\.waiting).map(\.arrivals)
    let lent = later.reduce(0) { $0 + $1.count(lent: true) { $0.window != nil } }
    let own = video.arrivals.count(lent: false) { $0.window != nil }
    let others = later.reduce(0) { $0 + $1.count(lent: false) { $0.window != nil } }
    let most = max(2 * batch - lent, 0)
    guard own + min(others, most) >= count.lowerBound else { return [] }
    var windows = video.arrivals.lend(atMost: count.upperBound, \.window)
    let limit = min(count.upperBound, windows.count + most)
    for queue in later where windows.count < limit {
      windows += queue.lend(atMost: limit - windows.count, \.window)
    }
    return windows
  }

  /// To be called once a file is no longer needed.
  func release(_ video: DecodeJob) {
    state.withLock { $0.underWay[ObjectIdentifier(video)] = nil }
    room.signal()
  }

  /// Ends all workers, whatever they are doing, and waits until they have.
  func end() {
    over.raise()
    // The thread that this wakes wakes the next.
    room.signal()
    let underWay = state.withLock { Array($0.underWay.values) }
    for video in underWay { video.arrivals.abandon() }
    threads.wait()
  }

  /// Ends all workers and the file whose windows are being taken; to be followed by `end`.
  func interrupt(_ video: DecodeJob) {
    over.raise()
    video.arrivals.fail(VideoError.interrupted)
  }

  /// Its process has ended, and been waited for, when this returns.
  private func decode(with worker: consuming DecodeWorker) {
    while let video = nextJob() { worker.decode(video) }
  }

  /// The next file, once there is room for it; nil when there is none.
  private func nextJob() -> DecodeJob? {
    room.wait()
    let video = files.withLock { takeNext(&$0) }
    if video == nil { room.signal() }
    return video
  }

  private func takeNext(_ files: inout any FileSource) -> DecodeJob? {
    if state.withLock({ $0.ending != nil }) { return nil }
    let found: Result<BytePath?, ClassifierError>
    do {
      found = .success(try files.next { over.isRaised || stop.isRaised })
    } catch {
      found = .failure(error)
    }
    let video = (try? found.get()).map { DecodeJob($0, after: film) }
    let isTaken = state.withLock { state -> Bool in
      guard let video, !over.isRaised else {
        state.ending = found.map { _ in () }
        return false
      }
      state.waiting.append(video)
      state.underWay[ObjectIdentifier(video)] = video
      return true
    }
    taken.signal()
    return isTaken ? video : nil
  }
}
