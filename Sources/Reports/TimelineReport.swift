import R2P1DVideo

/// A timeline as text for people, players or programs. What the three functions return, in the order of their
/// calls, is the report; it goes out as it comes, and only what the format needs at its end is kept.
public protocol TimelineReport {
  /// An error where the format cannot hold a video of which no more is known yet than its container says.
  func check(_ outline: VideoSummary) throws(ClassifierError)
  /// What stands before the first window.
  mutating func begin() -> String
  /// What a window adds.
  mutating func add(_ window: ScoredWindow) -> String
  /// What stands after the last window. An error says what the format cannot hold.
  mutating func end(_ summary: TimelineSummary) throws(ClassifierError) -> String
}

extension TimelineReport {
  public func check(_ outline: VideoSummary) throws(ClassifierError) {}
}

/// The reports of a timeline that there are.
public enum TimelineFormat: String, Sendable, CaseIterable {
  case text, csv, json, jsonl, vtt, srt, html
  // Of other tools: docs/formats.md.
  case labelStudio = "label-studio"
  case activitynet, chapters, otio
  case resolveEDL = "resolve-edl"
  case eaf, losslesscut, fiftyone

  /// Whether the format is one of segments, whatever `TimelineReportOptions.showsSegments` says.
  public var isOfSegments: Bool { [.vtt, .srt, .html].contains(self) || document != nil }

  /// The kind of file for another tool that it is, if it is one.
  var document: SegmentDocument.Format? { SegmentDocument.Format(rawValue: rawValue) }

  /// What a file of this format has behind the video's name: `movie.mp4` has the subtitles `movie.mp4.vtt`.
  public var suffix: String {
    switch self {
    case .text: ".txt"
    case .chapters: ".chapters.txt"
    case .resolveEDL: ".edl"
    case .losslesscut: ".losslesscut.csv"
    case .labelStudio, .activitynet, .fiftyone: ".\(rawValue).json"
    case .csv, .json, .jsonl, .vtt, .srt, .html, .otio, .eaf: ".\(rawValue)"
    }
  }

  /// Whether it carries a receipt.
  public var isJSON: Bool { self == .json || self == .jsonl }

  /// Whether the format has room for the scores of all classes.
  public var holdsAllScores: Bool { [.csv, .json, .jsonl].contains(self) }

  /// Whether stretches without a label may have a name.
  public var isFilled: Bool { self == .chapters || self == .otio }

  /// Whether its times are those of an editor's timeline, which has a start of its own.
  public var hasStartTimecode: Bool { self == .resolveEDL }

  /// Whether it tells other programs which file the video is.
  public var refersToVideo: Bool {
    [.labelStudio, .activitynet, .otio, .eaf, .fiftyone].contains(self)
  }

  /// How many thumbnails the report has use for.
  public var thumbnails: Int { self == .html ? 48 : 0 }

  /// A report of what `timeline` will say, from its first window.
  public func report(of timeline: VideoTimeline, _ options: TimelineReportOptions) -> any TimelineReport {
    report(of: TimelineFacts(timeline), options)
  }

  /// The same of the windows that `classifier` scores of `file`, whoever decodes them.
  package func report(
    of file: BytePath, _ classifier: Classifier, _ options: TimelineReportOptions
  ) -> any TimelineReport {
    let facts = TimelineFacts(
      file: file, model: classifier.model, labels: classifier.labels, sampling: classifier.sampling,
      decision: classifier.decision)
    return report(of: facts, options)
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
    case .labelStudio: SegmentDocumentReport(.labelStudio, facts, options)
    case .activitynet: SegmentDocumentReport(.activitynet, facts, options)
    case .chapters: SegmentDocumentReport(.chapters, facts, options)
    case .otio: SegmentDocumentReport(.otio, facts, options)
    case .resolveEDL: SegmentDocumentReport(.resolveEDL, facts, options)
    case .eaf: SegmentDocumentReport(.eaf, facts, options)
    case .losslesscut: SegmentDocumentReport(.losslesscut, facts, options)
    case .fiftyone: SegmentDocumentReport(.fiftyone, facts, options)
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
  /// The video's own URL, for formats whose readers open it; nil: its name.
  public var location: String?
  /// Of files for other tools.
  public var document = SegmentDocumentOptions()

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
