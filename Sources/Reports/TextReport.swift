import FoundationEssentials
import Glibc
import R2P1DVideo

/// A table for people: a line about the file, then a line a label. A file that failed has none; its error
/// goes elsewhere.
struct TextReport: LabelReport {
  private var isFirst = true

  init() {}

  mutating func begin() -> String { "" }

  mutating func add(_ outcome: VideoOutcome) -> String {
    guard case .success(let video) = outcome.result else { return "" }
    defer { isFirst = false }
    return (isFirst ? "" : "\n") + Self.heading(video) + Self.notes(video) + Self.table(video.labels)
  }

  mutating func end() -> String { "" }

  private static func heading(_ labels: VideoLabels) -> String {
    let video = labels.video
    let count = labels.windows.count
    let facts = [
      String(format: "%.1f s", video.duration), "\(video.width)×\(video.height)",
      String(format: "%.4g fps", video.frameRate), video.codec,
      "\(count.counted("window")) of \(labels.sampling.frames)", labels.model.name,
    ]
    return "\(labels.file.printable)  (\(facts.joined(separator: ", ")))\n"
  }

  private static func notes(_ labels: VideoLabels) -> String {
    var notes = ""
    if labels.video.decodeErrors > 0 {
      notes += "  damaged: \(labels.video.damage)\n"
    }
    if labels.windows.contains(where: \.padded) {
      notes += "  shorter than a window: its last sample is held\n"
    }
    return notes
  }

  private static func table(_ labels: [ScoredLabel]) -> String {
    if labels.isEmpty { return "  uncertain: no score is high enough\n" }
    return labels.map { String(format: "  %5.1f %%  ", $0.score * 100) + BytePath($0.label).printable + "\n" }
      .joined()
  }
}

extension VideoSummary {
  /// What a person is told of decode errors.
  var damage: String { decodeErrors.counted("decode error was skipped", "decode errors were skipped") }
}
