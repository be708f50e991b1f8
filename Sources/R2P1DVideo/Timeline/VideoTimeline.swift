/// What happens when in one video: windows over the whole of it, each decoded and scored as it is asked for.
///
///     let timeline = classifier.timeline(of: .file("movie.mp4"))
///     for try await window in timeline { print(window.start.double, window.scores.top(1)) }
///     let summary = try await timeline.summary()
///
/// All iterators are of one and the same pass, as those of ``Classifier/Windows`` are. Memory holds the
/// windows under way and no more, however long the video is.
public struct VideoTimeline: AsyncSequence, Sendable {
  public typealias Element = ScoredWindow
  public typealias Failure = ClassifierError

  public let file: BytePath
  public let model: ModelSummary
  /// The names of the network's classes.
  public let labels: LabelSet
  /// The sampling in force; `placement` is a stride.
  public let sampling: ResolvedSampling

  package let decision: Decision
  let pass: ScoringPass

  init(_ classifier: Classifier, of input: VideoInput, thumbnails: Int) {
    file = input.name
    model = classifier.model
    labels = classifier.labels
    decision = classifier.decision
    sampling = classifier.sampling.strided
    pass = ScoringPass(classifier, input, ScoringPass.Request(sampling: sampling, thumbnails: thumbnails))
  }

  public func makeAsyncIterator() -> Classifier.Windows.Iterator { Classifier.Windows.Iterator(pass: pass) }

  /// What the container says of the video, before anything is decoded: its duration may be an estimate, and
  /// counts are 0.
  public func outline() async throws(ClassifierError) -> VideoSummary {
    try await pass.run { (state) throws(ClassifierError) in try state.outline() }
  }

  /// What is known once all windows have come; those that are left are scored, and no iterator gives them out
  /// then.
  public func summary() async throws(ClassifierError) -> TimelineSummary {
    try await pass.run { (state) throws(ClassifierError) in try state.timelineSummary() }
  }
}

extension VideoTimeline {
  /// What makes segments of its windows.
  package func segmenter(_ options: SegmentOptions) -> Segmenter {
    Segmenter(options, labels: labels, decision: decision)
  }

  /// The classes that a window shows: of a model of several labels all of them, else the best if it is one.
  package func said(_ window: ScoredWindow) -> [Int] {
    decision.labels(window.scores, top: decision.isMultiLabel ? window.scores.values.count : 1)
  }
}

extension Classifier {
  /// The timeline of a video: a window every `options.sampling.placement`'s stride or, where that is `.even`,
  /// every half window, and one that ends with the last sample. With `thumbnails`, so many small frames are
  /// taken on the way, evenly over the video; fewer where it has fewer samples, or FFmpeg no JPEG encoder.
  public func timeline(of input: VideoInput, thumbnails: Int = 0) -> VideoTimeline {
    VideoTimeline(self, of: input, thumbnails: thumbnails)
  }

  /// The segments of a video, each as soon as no later window can change it; windows lie as those of
  /// ``timeline(of:thumbnails:)`` do.
  public func segments(of input: VideoInput, _ options: SegmentOptions = SegmentOptions()) -> Segments {
    Segments(windows: timeline(of: input), options: options)
  }

  /// The segments of one video in time order.
  ///
  /// Each iterator has segments of its own of the windows that it gets, and all are of one and the same pass:
  /// make one.
  public struct Segments: AsyncSequence, Sendable {
    public typealias Element = VideoSegment
    public typealias Failure = ClassifierError

    let windows: VideoTimeline
    let options: SegmentOptions

    public struct Iterator: AsyncIteratorProtocol {
      private var windows: Classifier.Windows.Iterator
      private var segmenter: Segmenter
      private var ready: ArraySlice<VideoSegment> = []
      private var hasEnded = false

      init(_ windows: VideoTimeline, _ options: SegmentOptions) {
        self.windows = windows.makeAsyncIterator()
        segmenter = Segmenter(options, labels: windows.labels, decision: windows.decision)
      }

      public mutating func next(
        isolation actor: isolated (any Actor)?
      ) async throws(ClassifierError) -> VideoSegment? {
        while true {
          if let segment = ready.popFirst() { return segment }
          if hasEnded { return nil }
          if let window = try await windows.next(isolation: actor) {
            ready = segmenter.add(window)[...]
          } else {
            hasEnded = true
            ready = segmenter.finish()[...]
          }
        }
      }
    }

    public func makeAsyncIterator() -> Iterator { Iterator(windows, options) }

    /// What is known once all windows have come.
    public func summary() async throws(ClassifierError) -> TimelineSummary { try await windows.summary() }
  }
}

/// What is known of a video once its timeline has been read.
public struct TimelineSummary: Sendable, Equatable, Codable {
  public let video: VideoSummary
  /// The highest scores of the whole video, highest first.
  public let labels: [ScoredLabel]
  /// How many windows there were.
  public let windows: Int
  /// In time order.
  public let thumbnails: [VideoThumbnail]
  /// What the scores were made with; nil if the classifier's options want none.
  public internal(set) var receipt: Provenance?

  public init(
    video: VideoSummary, labels: [ScoredLabel], windows: Int, thumbnails: [VideoThumbnail] = [],
    receipt: Provenance? = nil
  ) {
    self.video = video
    self.labels = labels
    self.windows = windows
    self.thumbnails = thumbnails
    self.receipt = receipt
  }
}
