import R2P1DVideo

/// A timeline as text for people, players or programs. What the three functions return, in the order of their
/// calls, is the report; it goes out as it comes, and only what the format needs at its end is kept.
public protocol TimelineReport {
  /// What stands before the first window.
  mutating func begin() -> String
  /// What a window adds.
  mutating func add(_ window: ScoredWindow) -> String
  /// What stands after the last window.
  mutating func end(_ summary: TimelineSummary) -> String
}

/// The reports of a timeline that there are.
public enum TimelineFormat: String, Sendable, CaseIterable {
  case text, csv, json, jsonl, vtt, srt, html

  /// Whether the format is one of segments, whatever `TimelineReportOptions.showsSegments` says.
  public var isOfSegments: Bool { [.vtt, .srt, .html].contains(self) }

  /// Whether it carries a receipt.
  public var isJSON: Bool { self == .json || self == .jsonl }

  /// Whether the format has room for the scores of all classes.
  public var holdsAllScores: Bool { [.csv, .json, .jsonl].contains(self) }

  /// How many thumbnails the report has use for.
  public var thumbnails: Int { self == .html ? 48 : 0 }

  /// A report of what `timeline` will say, from its first window.
  public func report(of timeline: VideoTimeline, _ options: TimelineReportOptions) -> any TimelineReport {
    report(of: TimelineFacts(timeline), options)
  }

  func report(of facts: TimelineFacts, _ options: TimelineReportOptions) -> any TimelineReport {
    var options = options
    options.showsSegments = options.showsSegments || isOfSegments
    return switch self {
    case .text: TimelineTextReport(facts, options)
    case .csv: TimelineCSVReport(facts, options)
    case .json: TimelineJSONReport(facts, options)
    case .jsonl: TimelineJSONLinesReport(facts, options)
    case .vtt: VTTReport(facts, options)
    case .srt: SRTReport(facts, options)
    case .html: TimelineHTMLReport(facts, options)
    }
  }
}

/// What a report of a timeline shows.
public struct TimelineReportOptions: Sendable {
  /// Segments instead of windows; in JSON, beside them.
  public var showsSegments = false
  public var segments = SegmentOptions()
  /// The score of every class, where the format has room for them.
  public var showsAllScores = false
  /// Labels of each window in JSON, rows of scores in HTML (and one for each label of a segment), at least 1.
  public var top = 5
  /// Whether JSON carries each window's raw logits.
  public var showsLogits = false
  /// The video as seen from the HTML page, a relative URL; nil: the page has no player.
  public var videoURL: String?

  public init() {}
}

/// What is known of a timeline before its first window.
struct TimelineFacts: Sendable {
  let file: BytePath
  let model: ModelSummary
  let labels: LabelSet
  let sampling: ResolvedSampling
  var decision = Decision()

  /// `8 samples, one every 4, 15 a second`.
  var windows: String {
    let stride = if case .stride(let samples) = sampling.placement { samples } else { 0 }
    return "\(sampling.frames) samples, one every \(stride), \(sampling.rate.words)"
  }
}

extension TimelineFacts {
  init(_ timeline: VideoTimeline) {
    self.init(
      file: timeline.file, model: timeline.model, labels: timeline.labels, sampling: timeline.sampling,
      decision: timeline.decision)
  }
}

extension TimelineFacts {
  func segmenter(_ options: SegmentOptions) -> Segmenter {
    Segmenter(options, labels: labels, decision: decision)
  }
}

/// The rows of a table: windows with their best label, which is empty where it is uncertain, or segments.
struct TimelineRows {
  private let labels: LabelSet
  private let decision: Decision
  private var segmenter: Segmenter?

  init(_ facts: TimelineFacts, _ options: TimelineReportOptions) {
    labels = facts.labels
    decision = facts.decision
    segmenter = options.showsSegments ? facts.segmenter(options.segments) : nil
  }

  mutating func add(_ window: ScoredWindow) -> [VideoSegment] {
    if segmenter != nil { return segmenter?.add(window) ?? [] }
    let best = decision.best(window.scores)
    let isCertain = !decision.labels(window.scores, top: 1).isEmpty
    return [
      VideoSegment(
        start: window.start, end: window.end, label: isCertain ? labels.names[best] : "", index: best,
        scores: window.scores)
    ]
  }

  mutating func finish() -> [VideoSegment] { segmenter?.finish() ?? [] }
}
