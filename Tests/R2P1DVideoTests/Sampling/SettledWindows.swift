@testable import R2P1DVideo

extension WindowReader {
  /// All windows, none of which is taken back.
  func settledWindows() throws -> [Window] {
    var queue = SettlingQueue<Window>()
    var windows: [Window] = []
    try read { event in
      switch event {
      case .window(let window): queue.add(window, isFinal: window.isFinal)
      case .restarted: queue.restart()
      case .ended: queue.settle()
      }
      while let window = queue.next() { windows.append(window) }
    }
    return windows
  }
}
