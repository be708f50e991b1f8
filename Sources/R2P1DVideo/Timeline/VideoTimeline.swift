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
      file, sampling, classifier.options.sampling, classifier.options.input,
      threads: classifier.options.threads)
    filmstrip = thumbnails > 0 ? Filmstrip(count: thumbnails) : nil
    if let filmstrip { reader.addFilmstrip(filmstrip) }
  }

  /// Hands every window to `body`, in time order, while the next ones are decoded; call it once. Memory holds the
  /// windows under way and no more, however long the video is.
  ///
  /// Where the pictures contradict the times that the container gave, the windows are laid out anew:
  /// **a window with number 0 begins them again**, and takes back all that came before.
  @discardableResult
  public func read(
    _ body: (ScoredWindow) throws(ClassifierError) -> Void
  ) throws(ClassifierError) -> TimelineSummary {
    let merge = sampling.merge
    var merged = MergedScores(merge)
    var count = 0
    try reader.windows(of: file, threads: classifier.options.threads) { (window) throws(ClassifierError) in
      if window.number == 0 { (merged, count) = (MergedScores(merge), 0) }
      let logits = classifier.predictor.predict([window.samples])[0].logits
      guard logits.allSatisfy(\.isFinite) else { throw .notFinite(file, window: window.number) }
      let scored = ScoredWindow(window, logits)
      merged.add(logits: logits, scores: scored.scores)
      count += 1
      try body(scored)
    }
    return TimelineSummary(
      video: VideoSummary(reader), labels: classifier.scored(merged.scores), windows: count,
      thumbnails: filmstrip?.thumbnails ?? [], receipt: classifier.receipt(VideoSummary(reader), sampling))
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

/// One window of a timeline and what the network says of it.
public struct ScoredWindow: Sendable {
  /// From 0, in time order.
  public let number: Int
  /// How many windows there are, as far as is known when this one comes.
  public let count: Int
  /// When its first sample is shown and when its last one ends, in seconds of a player's clock.
  public let start: Rational
  public let end: Rational
  /// Whether the video is shorter than the window, so that its last sample is held.
  public let padded: Bool
  /// When the whole video ends, in seconds of a player's clock, as far as is known when this window comes.
  public let videoEnd: Double
  /// One probability a class.
  public let scores: Scores
  /// One a class.
  public let logits: [Float]
}

extension ScoredWindow {
  init(_ window: Window, _ logits: [Float]) {
    self.init(
      number: window.number, count: window.count, start: window.exactStart, end: window.exactEnd,
      padded: window.padded, videoEnd: window.videoEnd,
      scores: Scores(logits: logits.map(Double.init)), logits: logits)
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

extension ResolvedSampling {
  /// The same with windows at a stride: half a window where none was asked for.
  var strided: ResolvedSampling {
    guard case .even = placement else { return self }
    var strided = self
    strided.placement = .stride(max(1, frames / 2))
    return strided
  }
}
