import FoundationEssentials
import Glibc
import R2P1DVideo

/// How far a timeline is: position, speed and time left, from when it is made on; drawn only on a terminal.
struct TimelineProgress {
  private let name: String
  private let isDrawn: Bool
  private let began = ContinuousClock.now
  private var first: Double?
  private var isOnScreen = false

  init(_ file: BytePath, isQuiet: Bool) {
    // What is longer than the line would fill the screen.
    name = String(file.name.printable.prefix(24))
    isDrawn = Terminal.isPresent && !isQuiet
  }

  mutating func advance(_ window: ScoredWindow) {
    guard isDrawn else { return }
    let first = first ?? window.start.double
    self.first = first
    let share = Double(window.number + 1) / Double(max(window.count, 1))
    let spent = (ContinuousClock.now - began) / .seconds(1)
    let covered = window.end.double - first
    let cells = Int(24 * share)
    let bar = String(repeating: "█", count: cells) + String(repeating: "░", count: max(0, 24 - cells))
    let speed = spent > 0 ? String(format: "%.1f× real time", covered / spent) : ""
    let left = spent / share - spent
    Terminal.write(
      "\r\u{1B}[K\(bar) \(Self.clock(window.end.double)) of \(Self.clock(window.videoEnd))  \(speed)  "
        + "\(Self.clock(left)) left  \(name)")
    isOnScreen = true
  }

  /// Takes the bar off the screen.
  mutating func clear() {
    if isOnScreen { Terminal.write("\r\u{1B}[K") }
    isOnScreen = false
  }

  /// `0:07`, `12:30`, `1:00:00`.
  private static func clock(_ seconds: Double) -> String {
    let whole = Int(max(0, seconds.rounded()))
    let (hours, rest) = whole.quotientAndRemainder(dividingBy: 3600)
    let minutes = String(format: hours > 0 ? "%02d" : "%d", rest / 60)
    return (hours > 0 ? "\(hours):" : "") + minutes + String(format: ":%02d", rest % 60)
  }
}
