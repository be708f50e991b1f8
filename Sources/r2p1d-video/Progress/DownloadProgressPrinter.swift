import FoundationEssentials
import Glibc
import R2P1DVideo
import Synchronization

/// What is printed of a download: that it begins, and on a terminal a bar with amount and rate.
final class DownloadProgressPrinter: Sendable {
  private let state = Mutex(State())

  private struct State {
    var hasBegun = false
    var began = ContinuousClock.now
    var drawn = ContinuousClock.now
    /// Bytes that were there before this run.
    var bytesAtStart: Int64?
  }

  func report(_ download: ModelDownload, _ event: DownloadEvent) {
    switch event {
    case .waiting: Terminal.warn("\(download.name): another process is downloading it: waiting")
    case .began(let draft):
      Signals.remove(draft)
      state.withLock { $0 = State() }
    case .received(let bytes, let total): received(bytes, total, download)
    case .retrying(let cause, let attempt, let count, let seconds):
      draw("\(download.name): \(cause); try \(attempt) of \(count) in \(seconds) s")
    case .ended(let draft):
      Signals.keep(draft)
      draw("")
    }
  }

  private func received(_ bytes: Int64, _ total: Int64?, _ download: ModelDownload) {
    let line = state.withLock { state -> String? in
      let now = ContinuousClock.now
      if !state.hasBegun {
        state.hasBegun = true
        Terminal.warn(Self.beginning(download, total))
      }
      let first = state.bytesAtStart ?? bytes
      if state.bytesAtStart == nil {
        state.bytesAtStart = bytes
        state.began = now
      } else if now - state.drawn < .milliseconds(100), bytes != total {
        return nil
      }
      state.drawn = now
      return Self.bar(bytes, total, since: first, in: now - state.began) + "  \(download.name)"
    }
    if let line { draw(line) }
  }

  private static func beginning(_ download: ModelDownload, _ total: Int64?) -> String {
    let size = total.map { " (\(megabytes($0)) MB)" } ?? ""
    return "\(download.name): downloading \(download.shownAddress)\(size) to \(download.target.printable)"
  }

  private static func bar(_ bytes: Int64, _ total: Int64?, since first: Int64, in time: Duration) -> String {
    let seconds = Double(time.components.seconds) + Double(time.components.attoseconds) / 1e18
    let rate = seconds > 0.2 ? String(format: ", %.1f MB/s", Double(bytes - first) / seconds / 1e6) : ""
    guard let total, total > 0 else { return "\(megabytes(bytes)) MB\(rate)" }
    let cells = Int(24 * min(bytes, total) / total)
    let bar = String(repeating: "█", count: cells) + String(repeating: "░", count: 24 - cells)
    return "\(bar) \(megabytes(bytes)) of \(megabytes(total)) MB\(rate)"
  }

  private static func megabytes(_ bytes: Int64) -> String { String(format: "%.1f", Double(bytes) / 1e6) }

  private func draw(_ line: String) {
    if Terminal.drawsBars { Terminal.write("\r\u{1B}[K\(line)") }
  }
}
