import R2P1DVideo

/// A bar that moves while a file is worked on; drawn only on a terminal.
struct ProgressBar {
  private let isDrawn: Bool

  init(isQuiet: Bool) {
    isDrawn = Terminal.isPresent && !isQuiet
  }

  /// What to call as windows of `file` are done.
  func start(_ file: BytePath) -> @Sendable (_ done: Int, _ of: Int) -> Void {
    guard isDrawn else { return { _, _ in } }
    return { done, total in
      let cells = 24 * done / max(total, 1)
      let bar = String(repeating: "█", count: cells) + String(repeating: "░", count: 24 - cells)
      Terminal.write("\r\u{1B}[K\(bar) \(done)/\(total)  \(file.name.printable)")
    }
  }

  /// Takes the bar off the screen.
  func clear() {
    if isDrawn { Terminal.write("\r\u{1B}[K") }
  }
}
