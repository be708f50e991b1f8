import Dispatch
import FoundationEssentials
import Glibc
import R2P1DVideo
import Synchronization

/// Decodes files in worker processes, some ahead of the one that is asked for.
///
/// Threads, each with a worker of its own, take the files in their order: so the file that is waited for is
/// always one that a worker is at. How many files are ahead, and how many windows of each, is bounded, and
/// memory with it.
final class WorkerPool: Sendable {
  fileprivate struct State {
    /// The number of the file that the next free worker takes.
    var next = 0
    /// Files that a worker has taken, or that are asked for.
    var videos: [Int: DecodeJob] = [:]
  }

  private let files: [BytePath]
  private let state = Mutex(State())
  private let room = DispatchSemaphore(value: 0)
  private let over = StopFlag()
  private let threads = DispatchGroup()

  /// Begins to decode `files`.
  init(
    _ files: [BytePath], workers: Int, _ configuration: WorkerConfiguration, _ options: ScanOptions
  ) {
    self.files = files
    for _ in 0..<workers {
      threads.enter()
      DetachedThread.start { [self] in
        var worker = DecodeWorker(configuration, options, stop: over)
        while let video = nextJob() { worker.decode(video) }
        threads.leave()
      }
    }
    // Two more than there are workers, so that a heavy file holds up the other workers only after some light
    // ones.
    for _ in 0..<workers + 2 { room.signal() }
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

  /// Ends all workers, whatever they are doing, and waits until they have.
  func end() {
    over.raise()
    // The thread that this wakes wakes the next.
    room.signal()
    let underWay = state.withLock { state in
      state.videos.filter { $0.key < state.next }.map(\.value)
    }
    for video in underWay { video.arrivals.abandon() }
    threads.wait()
  }

  /// The next file, once there is room for it; nil when there is none.
  private func nextJob() -> DecodeJob? {
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
  fileprivate mutating func video(_ index: Int, _ files: [BytePath]) -> DecodeJob {
    let video = videos[index] ?? DecodeJob(files[index])
    videos[index] = video
    return video
  }
}
