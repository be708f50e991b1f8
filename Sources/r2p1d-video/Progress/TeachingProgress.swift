import R2P1DVideo
import Teaching

/// A bar over the videos, then over the fits; drawn only on a terminal. What failed is a line of its own.
struct TeachingProgress: Sendable {
  private let isDrawn: Bool

  init(isQuiet: Bool) { isDrawn = Terminal.isPresent && !isQuiet }

  func report(_ progress: Teacher.Progress) {
    switch progress {
    case .video(let file, let number, let total, let isCached):
      draw(number, total, "\(file.name.printable)\(isCached ? ", from the cache" : "")")
    case .failed(_, let error):
      clear()
      Terminal.warn(error)
    case .warnings(let warnings, let file):
      if !warnings.isEmpty { clear() }
      Terminal.warn(warnings, of: file)
    case .fitted(let done, let total): draw(done, total, "fitting")
    }
  }

  private func draw(_ done: Int, _ total: Int, _ text: String) {
    guard isDrawn else { return }
    let cells = 24 * done / max(total, 1)
    let bar = String(repeating: "█", count: cells) + String(repeating: "░", count: 24 - cells)
    Terminal.write("\r\u{1B}[K\(bar) \(done)/\(total)  \(text)")
  }

  /// Takes the bar off the screen.
  func clear() {
    if isDrawn { Terminal.write("\r\u{1B}[K") }
  }
}
