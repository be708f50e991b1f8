import FoundationEssentials
import Glibc
import R2P1DVideo

/// How far a scan is and how fast, in one line.
package struct ScanThroughput {
  /// Files to do in this run, as far as is known.
  package var total: Int
  package private(set) var done = 0
  package private(set) var failed = 0
  private var videoSeconds = 0.0

  package init(total: Int) {
    self.total = total
  }

  package mutating func add(_ record: ScanRecord) {
    done += 1
    if record.isFailed { failed += 1 }
    videoSeconds += record.duration
  }

  /// The line after `seconds` of work: `12/340 files, 1 failed, 3.4 files/min, 12.1 h of video an hour, 1 h
  /// 36 min left`.
  package func text(after seconds: Double) -> String {
    let start = "\(done)/\(total) files, \(failed) failed"
    guard done > 0, seconds > 0 else { return start }
    let perMinute = String(format: "%.1f files/min", Double(done) * 60 / seconds)
    let video = String(format: "%.1f h of video an hour", videoSeconds / seconds)
    let left = Self.duration(seconds / Double(done) * Double(total - done))
    return "\(start), \(perMinute), \(video), \(left) left"
  }

  /// `42 s`, `13 min`, `5 h 20 min`, `2 d 4 h`
  package static func duration(_ seconds: Double) -> String {
    let seconds = Int(min(seconds, 1e9).rounded(.up))
    switch seconds {
    case ..<100: return "\(seconds) s"
    case ..<6000: return "\((seconds + 59) / 60) min"
    case ..<172_800: return "\(seconds / 3600) h \(seconds % 3600 / 60) min"
    default: return "\(seconds / 86_400) d \(seconds % 86_400 / 3600) h"
    }
  }
}
