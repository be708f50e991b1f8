import ArchiveScan
import FoundationEssentials
import Glibc
import R2P1DVideo
import Synchronization

/// How far a scan is: a line that changes on a terminal, elsewhere one line a minute.
final class ScanProgress: Sendable {
  private struct State {
    var pace: ScanThroughput
    var current = ""
    var hasBegun = false
    var isOver = false
  }

  private let state: Mutex<State>
  private let began = ContinuousClock.now
  private let isDrawn: Bool
  private let isQuiet: Bool

  init(isQuiet: Bool) {
    state = Mutex(State(pace: ScanThroughput(total: 0)))
    self.isQuiet = isQuiet
    isDrawn = Terminal.isPresent && !isQuiet
  }

  /// From now on it is said how far it is; `files` are to do, beside `finished` ones that are done already.
  func begin(files: Int, finished: Int) {
    let isFirst = state.withLock { state in
      defer { state.hasBegun = true }
      state.pace.total = files
      return !state.hasBegun
    }
    guard !isQuiet else { return }
    if finished > 0 {
      Terminal.warn("\(finished.counted("file is", "files are")) done already, \(files) to do")
    }
    guard isFirst else { return }
    let interval = isDrawn ? 1.0 : 60
    DetachedThread.start { [self] in
      while true {
        DetachedThread.sleep(seconds: interval)
        guard tick() else { return }
      }
    }
  }

  var seconds: Double { (ContinuousClock.now - began) / .seconds(1) }

  /// Counts what happens; a failure is printed at once.
  func report(_ event: Scan.Event) {
    if case .planned(let files, let finished) = event { return begin(files: files, finished: finished) }
    state.withLock { state in
      switch event {
      case .began(let file): state.current = file.name.printable
      case .windowDone(let file, let done, let total):
        state.current = "\(file.name.printable) \(done)/\(total)"
      case .warned(let file, let warning):
        clear()
        Terminal.warn([warning], of: file)
      case .planned: break
      case .finished(let record):
        state.pace.add(record)
        if record.isFailed {
          clear()
          Terminal.warn("\(record.path.printable): \(BytePath(record.note).printable)")
        }
      }
      if isDrawn { draw(state) }
    }
  }

  /// Takes the line off the screen for good.
  func end() {
    state.withLock { state in
      if !state.isOver { clear() }
      state.isOver = true
    }
  }

  private func tick() -> Bool {
    state.withLock { state in
      if state.isOver { return false }
      if isDrawn { draw(state) } else { Terminal.warn(state.pace.text(after: seconds)) }
      return true
    }
  }

  private func draw(_ state: State) {
    Terminal.write("\r\u{1B}[K\(state.pace.text(after: seconds))  \(state.current)")
  }

  private func clear() {
    if isDrawn { Terminal.write("\r\u{1B}[K") }
  }
}
