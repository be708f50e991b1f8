import FoundationEssentials
import Glibc
import R2P1DVideo

/// What became of many files, in words.
package struct ScanSummary {
  private let records: [ScanRecord]

  package init(_ records: [ScanRecord]) {
    self.records = records
  }

  package var failures: Int { records.count(where: \.isFailed) }

  /// Files, hours of video, failures by cause, and the commonest labels: a line each.
  package var text: String {
    let hours = records.reduce(0) { $0 + $1.duration } / 3600
    let files = records.count.counted("file")
    var lines = [
      "\(files): \(records.count - failures) labelled, \(failures) failed; \(Self.hours(hours)) of video"
    ]
    let causes = Self.commonest(records.filter(\.isFailed).map(\.note))
    lines += causes.map { "  failed: \($0.count) × \(BytePath($0.text).printable)" }
    let labels = Self.commonest(records.filter { !$0.isFailed }.map(\.note))
    if !labels.isEmpty {
      lines.append(
        "  labels: " + labels.map { "\($0.count) × \(BytePath($0.text).printable)" }.joined(separator: ", "))
    }
    return lines.map { $0 + "\n" }.joined()
  }

  /// How many times the mean a share may have before it is spoken of.
  package static let unevenness = 1.2

  /// With more shares than this each is small beside what one machine does.
  package static let mostSharesToCompare = 64

  /// `share 3/16 has 1.78 times an even share of the video; …`
  package static func uneven(_ shard: Shard, _ times: Double, of what: String) -> String {
    "share \(shard.text) has \(String(format: "%.2f", times)) times an even share of the \(what): "
      + "more shares than machines, or shares of a listing with sizes, make them even"
  }

  /// `3.2 h`
  static func hours(_ hours: Double) -> String {
    String(format: hours < 1 ? "%.3f h" : "%.1f h", hours)
  }

  private static func commonest(_ texts: [String]) -> [(text: String, count: Int)] {
    let counts = Dictionary(texts.map { ($0, 1) }, uniquingKeysWith: +)
    return counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(5).map { ($0.key, $0.value) }
  }
}
