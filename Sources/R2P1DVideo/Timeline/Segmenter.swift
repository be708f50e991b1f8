/// Makes segments of windows, as the windows come: moments, smoothed, judged, joined.
///
/// It holds what a later window can still change, so memory does not grow with the video. The same windows
/// and options give the same segments, bit for bit.
public struct Segmenter: Sendable {
  private let labels: LabelSet
  private var moments = OverlapAverager()
  private var smoothing: Smoothing
  private var hysteresis: Hysteresis
  private var runs: SegmentMerger

  public init(_ options: SegmentOptions = SegmentOptions(), labels: LabelSet) {
    self.init(options, labels: labels, decision: Decision())
  }

  /// Of a model that says which scores are labels.
  package init(_ options: SegmentOptions, labels: LabelSet, decision: Decision) {
    self.labels = labels
    smoothing = Smoothing(width: options.smoothing)
    hysteresis = Hysteresis(enter: options.enter, leave: options.leave, decision: decision)
    runs = SegmentMerger(
      minimumLength: options.minimumLength, minimumScore: options.minimumScore, decision: decision)
  }

  /// The segments that are certain once `window` is known. Windows come in the order of their starts, each
  /// with a score for every label.
  public mutating func add(_ window: ScoredWindow) -> [VideoSegment] {
    precondition(window.scores.values.count == labels.names.count, "a window has a score for every label")
    return segments(of: moments.add(window).flatMap { smoothing.add($0) })
  }

  /// The rest, after the last window.
  public mutating func finish() -> [VideoSegment] {
    let last = moments.finish().flatMap { smoothing.add($0) } + smoothing.finish()
    return segments(of: last) + runs.finish().map(segment)
  }

  private mutating func segments(of moments: [SmoothedMoment]) -> [VideoSegment] {
    moments.flatMap { runs.add($0.moment, label: hysteresis.label($0.scores)) }.map(segment)
  }

  private func segment(_ run: LabelRun) -> VideoSegment {
    let index = run.label ?? 0
    return VideoSegment(
      start: run.start, end: run.end, label: labels.names[index], index: index,
      scores: ClassScores(run.means))
  }
}
