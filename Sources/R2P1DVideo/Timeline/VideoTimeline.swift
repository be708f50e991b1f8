import Inference
import VideoDecoding

/// What happens when in one video: windows over the whole of it, each scored as soon as it is decoded.
///
///     let timeline = try classifier.timeline(of: "movie.mp4")
///     try timeline.read { window in print(window.start.double, window.scores.top(1)) }
public final class VideoTimeline {
  public let file: FilePath
  public let model: ModelSummary
  /// The names of the network's classes.
  public let labels: LabelSet
  /// The sampling in force; `placement` is a stride.
  public let sampling: ResolvedSampling

  private let classifier: Classifier
  private let reader: WindowReader
  private let filmstrip: Filmstrip?

  init(_ file: FilePath, _ classifier: Classifier, thumbnails: Int) throws(ClassifierError) {
    self.file = file
    self.classifier = classifier
    model = classifier.model
    labels = classifier.labels
    sampling = classifier.sampling.strided
    reader = try WindowReader.open(
      file, sampling, classifier.options.input, threads: classifier.options.threads)
    filmstrip = thumbnails > 0 ? Filmstrip(count: thumbnails) : nil
    if let filmstrip { reader.addFilmstrip(filmstrip) }
  }

  /// Hands every window to `body`, in time order, while the next ones are decoded; call it once. Memory holds the
  /// windows under way and no more, however long the video is.
  @discardableResult
  public func read(
    _ body: (ScoredWindow) throws(ClassifierError) -> Void
  ) throws(ClassifierError) -> TimelineSummary {
    let source = LocalWindowSource(reader, of: file, threads: classifier.options.threads)
    let scored = ScoredWindows(source, of: file, classifier.predictor)
    var merged = MergedScores(sampling.merge)
    var count = 0
    while let window = try scored.next() {
      merged.add(logits: window.logits, scores: window.scores)
      count += 1
      try body(window)
    }
    let video = try scored.summary
    return TimelineSummary(
      video: video, labels: classifier.scored(merged.scores), windows: count,
      thumbnails: filmstrip?.thumbnails ?? [], receipt: classifier.receipt(video, sampling))
  }
}

extension Classifier {
  /// The video at `path`, ready to be read window by window: a window every `options.sampling.placement`'s stride or,
  /// where that is `.even`, every half window, and one that ends with the last sample. With `thumbnails`, so many small
  /// pictures are taken on the way, evenly over the video; fewer where it has fewer samples, or FFmpeg no JPEG encoder.
  public func timeline(of path: FilePath, thumbnails: Int = 0) throws(ClassifierError) -> VideoTimeline {
    try VideoTimeline(path, self, thumbnails: thumbnails)
  }
}

/// What is known of a video once its timeline has been read.
public struct TimelineSummary: Sendable {
  public let video: VideoSummary
  /// The highest scores of the whole video, highest first.
  public let labels: [ScoredLabel]
  /// How many windows there were.
  public let windows: Int
  /// In time order.
  public let thumbnails: [Thumbnail]
  /// What the scores were made with; nil if the classifier's options want none.
  public internal(set) var receipt: Provenance? = nil
}
