import FoundationEssentials
import Glibc
import R2P1DVideo

/// WebVTT: a note about the sampling, then a cue a segment.
struct VTTReport: TimelineReport {
  private let facts: TimelineFacts
  private let options: SegmentOptions
  private var rows: TimelineRows

  init(_ facts: TimelineFacts, _ options: TimelineReportOptions) {
    self.facts = facts
    self.options = options.segments
    rows = TimelineRows(facts, options)
  }

  mutating func begin() -> String {
    let model = facts.model
    let lines = [
      "file: \(facts.file.name.printable)",
      "model: \(BytePath(model.name).printable) (\(model.architecture), \(model.classes) classes)",
      "windows: \(facts.windows), \(facts.sampling.resize.rawValue)",
      "segments: smooth \(options.smoothing) s, enter \(options.enter), leave \(options.leave), "
        + "min-length \(options.minimumLength) s, min-score \(options.minimumScore)",
    ]
    return "WEBVTT\n\nNOTE\n" + lines.map { Self.escape($0) + "\n" }.joined() + "\n"
  }

  mutating func add(_ window: ScoredWindow) -> String { cues(rows.add(window)) }

  mutating func end(_ summary: TimelineSummary) -> String { cues(rows.finish()) }

  private func cues(_ segments: [VideoSegment]) -> String {
    segments.map { "\($0.cueTimes("."))\n\(Self.escape($0.cueText))\n\n" }.joined()
  }

  /// Cue text and comments have `&`, `<` and `>` (and so `-->`) only as escapes.
  private static func escape(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
  }
}

/// SubRip: a numbered cue a segment.
struct SRTReport: TimelineReport {
  private var rows: TimelineRows
  private var count = 0

  init(_ facts: TimelineFacts, _ options: TimelineReportOptions) {
    rows = TimelineRows(facts, options)
  }

  mutating func begin() -> String { "" }

  mutating func add(_ window: ScoredWindow) -> String { cues(rows.add(window)) }

  mutating func end(_ summary: TimelineSummary) -> String { cues(rows.finish()) }

  private mutating func cues(_ segments: [VideoSegment]) -> String {
    segments.map { segment in
      count += 1
      return "\(count)\n\(segment.cueTimes(","))\n\(Self.defuse(segment.cueText))\n\n"
    }.joined()
  }

  /// SubRip has no escapes, and players take `<i>` and `{\an8}` for markup, an arrow for times: an invisible
  /// word joiner within keeps them text.
  private static func defuse(_ text: String) -> String {
    text.replacing("<", with: "<\u{2060}").replacing("{", with: "{\u{2060}")
      .replacing("-->", with: "--\u{2060}>")
  }
}

extension VideoSegment {
  /// `pan left (98 %)`, on one line.
  fileprivate var cueText: String {
    BytePath(label).printable + String(format: " (%.0f %%)", score * 100)
  }

  /// Players want a cue to last, if only a millisecond.
  fileprivate func cueTimes(_ point: String) -> String {
    let (first, last) = (start.rounded(perSecond: 1000), end.rounded(perSecond: 1000))
    return Rational.clock(milliseconds: first, point) + " --> "
      + Rational.clock(milliseconds: max(last, first + 1), point)
  }
}
