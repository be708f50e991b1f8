import R2P1DVideo

/// A file of segments for another tool. It is written at its end, for only then is the video known whole;
/// what the format cannot hold is refused with the first window.
struct SegmentDocumentReport: TimelineReport {
  private let format: SegmentDocument.Format
  private let facts: TimelineFacts
  private let options: TimelineReportOptions
  private var segmenter: Segmenter
  private var segments: [SegmentDocument.Segment] = []

  init(_ format: SegmentDocument.Format, _ facts: TimelineFacts, _ options: TimelineReportOptions) {
    self.format = format
    self.facts = facts
    self.options = options
    segmenter = facts.segmenter(options.segments)
  }

  /// A file without segments has all limits of one with them.
  func check(_ outline: VideoSummary) throws(ClassifierError) {
    _ = try SegmentDocument(facts, options, outline, []).text(format)
  }

  mutating func begin() -> String { "" }

  mutating func add(_ window: ScoredWindow) -> String {
    segments += segmenter.add(window).map(SegmentDocument.Segment.init)
    return ""
  }

  mutating func end(_ summary: TimelineSummary) throws(ClassifierError) -> String {
    segments += segmenter.finish().map(SegmentDocument.Segment.init)
    let document = SegmentDocument(facts, options, summary.video, segments)
    return try document.text(format)
  }
}

extension SegmentDocument {
  /// Who reads it.
  package enum Format: String, Sendable, CaseIterable {
    case labelStudio = "label-studio"
    case activitynet, chapters, otio
    case resolveEDL = "resolve-edl"
    case eaf, losslesscut, fiftyone
  }

  /// The file's content. An error says what the format cannot hold.
  package func text(_ format: Format) throws(ClassifierError) -> String {
    switch format {
    case .labelStudio: try labelStudioTasks()
    case .activitynet: try activityNetResults()
    case .chapters: try chapters()
    case .otio: try editTimeline()
    case .resolveEDL: try markerEDL()
    case .eaf: try elanAnnotations()
    case .losslesscut: try losslessCutTable()
    case .fiftyone: try fiftyOneLabels()
    }
  }

  init(
    _ facts: TimelineFacts, _ options: TimelineReportOptions, _ video: VideoSummary,
    _ segments: [Segment]
  ) {
    self.init(
      file: facts.file, location: options.location ?? facts.file.relativeURL, model: facts.model,
      classes: facts.labels.names, video: video, segments: segments, options: options.document)
    partEnd = facts.sampling.end
  }
}
