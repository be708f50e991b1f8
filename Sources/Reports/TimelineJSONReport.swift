import FoundationEssentials
import Glibc
import R2P1DVideo

/// One object: what is known before, `windows` as they come, and what is known after; with segments, these
/// too.
struct TimelineJSONReport: TimelineReport {
  private let facts: TimelineFacts
  private let options: TimelineReportOptions
  private var segmenter: Segmenter?
  private var segments: [VideoSegment] = []

  init(_ facts: TimelineFacts, _ options: TimelineReportOptions) {
    self.facts = facts
    self.options = options
    segmenter = options.showsSegments ? facts.segmenter(options.segments) : nil
  }

  mutating func begin() -> String {
    let head = JSON.text(facts, pretty: true)
    return head.dropLast("\n}\n".count) + ",\n  \"windows\" : ["
  }

  mutating func add(_ window: ScoredWindow) -> String {
    segments += segmenter?.add(window) ?? []
    let object = JSON.text(TimelineWindow(window, facts, options), pretty: true).dropLast()
    return (window.number == 0 ? "\n" : ",\n") + object.replacing(/^/.anchorsMatchLineEndings(), with: "    ")
  }

  mutating func end(_ summary: TimelineSummary) -> String {
    segments += segmenter?.finish() ?? []
    let tail = TimelineTail(
      labels: summary.labels, uncertain: summary.labels.isEmpty ? true : nil,
      segmentation: segmenter == nil ? nil : options.segments,
      segments: segmenter == nil
        ? nil : segments.map { TimelineSegment($0, showsAllScores: options.showsAllScores) },
      video: summary.video, receipt: summary.receipt)
    return "\n  ],\n" + JSON.text(tail, pretty: true).dropFirst("{\n".count)
  }
}

/// An object a line: a window or a segment, each when the next one is known; the last one carries the
/// receipt.
struct TimelineJSONLinesReport: TimelineReport {
  private let facts: TimelineFacts
  private let options: TimelineReportOptions
  private var segmenter: Segmenter?
  private var last: (any TimelineLine)?

  init(_ facts: TimelineFacts, _ options: TimelineReportOptions) {
    self.facts = facts
    self.options = options
    segmenter = options.showsSegments ? facts.segmenter(options.segments) : nil
  }

  mutating func begin() -> String { "" }

  mutating func add(_ window: ScoredWindow) -> String {
    if segmenter != nil { return lines(segmenter?.add(window) ?? []) }
    return line(TimelineWindow(window, facts, options))
  }

  mutating func end(_ summary: TimelineSummary) -> String {
    let rest = lines(segmenter?.finish() ?? [])
    last?.receipt = summary.receipt
    return rest + (last.map { JSON.text($0, pretty: false) } ?? "")
  }

  private mutating func lines(_ segments: [VideoSegment]) -> String {
    segments.map { line(TimelineSegment($0, showsAllScores: options.showsAllScores)) }.joined()
  }

  /// The line before `next`, which is kept in its place.
  private mutating func line(_ next: some TimelineLine) -> String {
    defer { last = next }
    return last.map { JSON.text($0, pretty: false) } ?? ""
  }
}

/// What may be the last line.
private protocol TimelineLine: Encodable {
  var receipt: Provenance? { get set }
}

extension TimelineFacts: Encodable {
  private enum Key: CodingKey {
    case model, sampling
  }

  func encode(to encoder: any Encoder) throws {
    try file.encodeAsFile(to: encoder)
    var values = encoder.container(keyedBy: Key.self)
    try values.encode(model, forKey: .model)
    try values.encode(SamplingJSON(sampling), forKey: .sampling)
  }
}

/// As the windows of `VideoLabels`, with the scores of all classes where they are wanted.
private struct TimelineWindow: TimelineLine {
  let start: Double
  let end: Double
  let padded: Bool
  let labels: [ScoredLabel]
  let scores: [Double]?
  let logits: [Float]?
  var receipt: Provenance?

  init(_ window: ScoredWindow, _ facts: TimelineFacts, _ options: TimelineReportOptions) {
    start = window.start.jsonSeconds
    end = window.end.jsonSeconds
    padded = window.padded
    labels = facts.decision.labels(window.scores, top: options.top).map {
      ScoredLabel(label: facts.labels.names[$0], index: $0, score: window.scores.values[$0])
    }
    scores = options.showsAllScores ? window.scores.values.map(\.roundedScore) : nil
    logits = options.showsLogits ? window.logits : nil
  }
}

private struct TimelineSegment: TimelineLine {
  let start: Double
  let end: Double
  let label: String
  let index: Int
  let score: Double
  let scores: [Double]?
  var receipt: Provenance?

  init(_ segment: VideoSegment, showsAllScores: Bool) {
    start = segment.start.jsonSeconds
    end = segment.end.jsonSeconds
    label = segment.label
    index = segment.index
    score = segment.score.roundedScore
    scores = showsAllScores ? segment.scores.values.map(\.roundedScore) : nil
  }
}

private struct TimelineTail: Encodable {
  let labels: [ScoredLabel]
  let uncertain: Bool?
  let segmentation: SegmentOptions?
  let segments: [TimelineSegment]?
  let video: VideoSummary
  let receipt: Provenance?
}

extension SegmentOptions: Encodable {
  private enum Key: CodingKey {
    case smooth, enter, leave, minLength, minScore
  }

  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Key.self)
    try values.encode(smoothing, forKey: .smooth)
    try values.encode(enter, forKey: .enter)
    try values.encode(leave, forKey: .leave)
    try values.encode(minimumLength, forKey: .minLength)
    try values.encode(minimumScore, forKey: .minScore)
  }
}

extension Rational {
  /// Seconds to the microsecond.
  fileprivate var jsonSeconds: Double { Double(rounded(perSecond: 1_000_000)) / 1e6 }
}
