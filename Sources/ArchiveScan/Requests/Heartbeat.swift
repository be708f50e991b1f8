import R2P1DVideo
import Synchronization

/// A line every now and then while a file is worked on, as long as that gets on: so whoever waits can tell a
/// long film from a hang.
final class Heartbeat: Sendable {
  private struct State {
    var file: (video: DecodeJob, done: Int, of: Int?)?
    /// When the last line was written, or the file begun.
    var last = ContinuousClock.now
    /// What had come of the file by then.
    var signsOfLife = 0
    var isOver = false

    mutating func begin(_ video: DecodeJob) {
      file = (video, 0, nil)
      last = .now
      // It may be decoded already, which is progress.
      signsOfLife = 0
    }
  }

  private let state = Mutex(State())
  private let interval: Duration
  private let write: @Sendable (DecodeJob, ProgressLine.Windows) -> Void

  static let usualInterval = Duration.seconds(10)

  /// Calls `write` from a thread of its own, never at the same time as `begin` or `end` of a file.
  init(
    every interval: Duration = Heartbeat.usualInterval,
    _ write: @escaping @Sendable (DecodeJob, ProgressLine.Windows) -> Void
  ) {
    self.interval = interval
    self.write = write
    let pause = min(interval / 4, .milliseconds(500)) / .seconds(1)
    DetachedThread.start { [self] in
      while beat() { DetachedThread.sleep(seconds: pause) }
    }
  }

  func begin(_ video: DecodeJob) {
    state.withLock { $0.begin(video) }
  }

  func scored(_ done: Int, of total: Int) {
    state.withLock { state in
      state.file?.done = done
      state.file?.of = total
    }
  }

  /// From when this returns on, no line of the file comes.
  func endFile() { state.withLock { $0.file = nil } }

  func end() { state.withLock { $0.isOver = true } }

  private func beat() -> Bool {
    state.withLock { state in
      guard let file = state.file, !state.isOver else { return !state.isOver }
      let now = ContinuousClock.now
      let signs = file.video.signsOfLife + file.done
      guard now - state.last >= interval, signs != state.signsOfLife else { return true }
      (state.last, state.signsOfLife) = (now, signs)
      write(file.video, ProgressLine.Windows(done: file.done, of: file.of))
      return true
    }
  }
}
