import VideoDecoding

/// One pass over a video on a thread of its own, which all iterators of a sequence share: each window is
/// decoded ahead and scored when it is asked for.
struct ScoringPass: Sendable {
  /// What is wanted of a pass.
  struct Request: Sendable {
    let sampling: ResolvedSampling
    var value = ScoredWindows.Value.scores
    /// Whether each window's labels are kept for the whole video's.
    var keepsWindows = false
    var thumbnails = 0
    var progress: @Sendable (_ done: Int, _ of: Int) -> Void = { _, _ in }
  }

  private let thread: StreamThread<ScoringState>

  init(_ classifier: Classifier, _ input: VideoInput, _ request: Request) {
    thread = StreamThread(video: input.name) { ScoringState(classifier, input, request, $0) }
  }

  /// The next window; nil after the last.
  func next() async throws(ClassifierError) -> ScoredWindow? {
    try await run { (state) throws(ClassifierError) in try state.next() }
  }

  /// What `job` gives on the pass's thread; the task's cancellation ends the pass within a window.
  func run<Value: Sendable>(
    _ job: @escaping @Sendable (inout ScoringState) throws(ClassifierError) -> Value
  ) async throws(ClassifierError) -> Value {
    try await thread.run(job)
  }
}

/// How far a pass is; its thread's alone.
struct ScoringState {
  private let classifier: Classifier
  private let input: VideoInput
  private let request: ScoringPass.Request
  private let control: DecodingControl
  private let filmstrip: Filmstrip?

  private enum Progress {
    case new
    case running(ScoredWindows)
    case ended(VideoSummary)
    case failed(ClassifierError)
  }

  private var progress = Progress.new
  /// What the container says of the video; nil until it is open.
  private var containerSummary: VideoSummary?
  private var merged: MergedScores
  private var windows: [WindowLabels] = []
  private var count = 0

  init(
    _ classifier: Classifier, _ input: VideoInput, _ request: ScoringPass.Request, _ control: DecodingControl
  ) {
    self.classifier = classifier
    self.input = input
    self.request = request
    self.control = control
    filmstrip = request.thumbnails > 0 ? Filmstrip(count: request.thumbnails) : nil
    merged = MergedScores(request.sampling.merge, classifier.decision)
  }

  /// The next window; nil after the last. What failed once fails again.
  mutating func next() throws(ClassifierError) -> ScoredWindow? {
    do throws(ClassifierError) {
      guard let scored = try scored() else { return nil }
      guard let window = try scored.next() else {
        progress = .ended(try scored.summary)
        return nil
      }
      add(window)
      return window
    } catch {
      progress = .failed(error)
      throw error
    }
  }

  /// Nil once all windows have come.
  private mutating func scored() throws(ClassifierError) -> ScoredWindows? {
    switch progress {
    case .new:
      let reader = try input.open(
        request.sampling, classifier.options.input, threads: classifier.options.threads, control: control)
      if let filmstrip { reader.addFilmstrip(filmstrip) }
      containerSummary = VideoSummary(reader)
      let source = LocalWindowSource(
        reader, of: input.name, threads: classifier.options.threads,
        batch: classifier.options.gpu?.batch ?? 1)
      let scored = try ScoredWindows(
        source, of: input.name, classifier, request.value, control: control, progress: request.progress)
      progress = .running(scored)
      return scored
    case .running(let scored): return scored
    case .ended: return nil
    case .failed(let error): throw error
    }
  }

  private mutating func add(_ window: ScoredWindow) {
    count += 1
    guard request.value == .scores else { return }
    merged.add(logits: window.logits, scores: window.scores)
    if request.keepsWindows { windows.append(classifier.labels(of: window)) }
  }

  /// What the video turned out to be; the windows that have not come yet are scored and dropped.
  private mutating func video() throws(ClassifierError) -> VideoSummary {
    while try next() != nil {}
    guard case .ended(let video) = progress else { preconditionFailure("a pass ends or fails") }
    return video
  }

  /// The labels of all windows, those that were given out too.
  mutating func labels() throws(ClassifierError) -> VideoLabels {
    let video = try video()
    return VideoLabels(
      file: input.name, model: classifier.model, video: video, sampling: request.sampling,
      labels: classifier.scored(merged.scores), windows: windows,
      receipt: classifier.receipt(video, request.sampling))
  }

  /// What is known of the video before anything of it is decoded.
  mutating func outline() throws(ClassifierError) -> VideoSummary {
    do throws(ClassifierError) {
      _ = try scored()
    } catch {
      progress = .failed(error)
      throw error
    }
    guard let containerSummary else { preconditionFailure("a pass that has not failed has been opened") }
    return containerSummary
  }

  mutating func timelineSummary() throws(ClassifierError) -> TimelineSummary {
    let video = try video()
    return TimelineSummary(
      video: video, labels: classifier.scored(merged.scores), windows: count,
      thumbnails: filmstrip?.thumbnails ?? [], receipt: classifier.receipt(video, request.sampling))
  }

  mutating func features() throws(ClassifierError) -> VideoFeatures {
    var windows: [WindowFeatures] = []
    while let window = try next() { windows.append(WindowFeatures(window)) }
    let video = try video()
    return VideoFeatures(
      file: input.name, video: video, windows: windows, receipt: classifier.receipt(video, request.sampling))
  }
}
