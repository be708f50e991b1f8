import Dispatch
import FoundationEssentials
import Glibc
import Synchronization

/// Decodes files in worker processes, some ahead of the one that is asked for.
///
/// Lanes, each a thread with a worker of its own, take the files in their order: so the file that is waited for is
/// always one that a lane is at. How many files are ahead, and how many windows of each, is bounded, and memory with it.
final class WorkerPool: Sendable {
  fileprivate struct State {
    /// The number of the file that the next free lane takes.
    var next = 0
    /// Files that a lane has taken, or that are asked for.
    var videos: [Int: DecodeJob] = [:]
  }

  private let files: [FilePath]
  private let state = Mutex(State())
  private let room = DispatchSemaphore(value: 0)
  private let over = StopFlag()
  private let threads = DispatchGroup()

  /// Begins to decode `files`.
  init(
    _ files: [FilePath], order: WorkerConfiguration, options: ScanOptions
  ) {
    self.files = files
    for _ in 0..<options.workers {
      threads.enter()
      DetachedThread.start { [self] in
        var lane = DecodeWorker(order, timeout: options.timeout, stop: over)
        while let video = take() { lane.decode(video) }
        threads.leave()
      }
    }
    // Two more than there are lanes, so that a heavy file holds up the other lanes only after some light ones.
    for _ in 0..<options.workers + 2 { room.signal() }
  }

  /// File number `index`, perhaps only about to be decoded.
  subscript(index: Int) -> DecodeJob {
    state.withLock { $0.video(index, files) }
  }

  /// To be called once file number `index` is no longer needed.
  func release(_ index: Int) {
    state.withLock { $0.videos[index] = nil }
    room.signal()
  }

  /// Ends all lanes, whatever they are doing, and waits until they have.
  func end() {
    over.raise()
    // The lane that this wakes wakes the next.
    room.signal()
    let underWay = state.withLock { state in
      state.videos.filter { $0.key < state.next }.map(\.value)
    }
    for video in underWay { video.arrivals.abandon() }
    threads.wait()
  }

  private func take() -> DecodeJob? {
    room.wait()
    return state.withLock { state in
      guard !over.isRaised, state.next < files.count else {
        room.signal()
        return nil
      }
      state.next += 1
      return state.video(state.next - 1, files)
    }
  }
}

extension WorkerPool.State {
  fileprivate mutating func video(_ index: Int, _ files: [FilePath]) -> DecodeJob {
    let video = videos[index] ?? DecodeJob(files[index])
    videos[index] = video
    return video
  }
}
