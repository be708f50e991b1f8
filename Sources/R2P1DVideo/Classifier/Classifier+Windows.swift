extension Classifier {
  /// The windows of one video in time order, each decoded and scored as it is asked for. What comes is final.
  ///
  /// All iterators are of one and the same pass, which begins with the first window that is asked for. At
  /// most three windows are decoded ahead. The pass ends when neither the sequence nor an iterator is there
  /// any more, or when the task that waits for it is cancelled: then it throws an error of kind
  /// ``FailureKind/cancelled``, and so does whatever is asked of it later.
  public struct Windows: AsyncSequence, Sendable {
    public typealias Element = ScoredWindow
    public typealias Failure = ClassifierError

    let pass: ScoringPass

    public struct Iterator: AsyncIteratorProtocol {
      let pass: ScoringPass

      public mutating func next(
        isolation actor: isolated (any Actor)?
      ) async throws(ClassifierError) -> ScoredWindow? {
        try await pass.next()
      }
    }

    public func makeAsyncIterator() -> Iterator { Iterator(pass: pass) }

    /// The labels of the video, made of all its windows: those that were given out before, and those that are
    /// left, which no iterator gives out then.
    public func labels() async throws(ClassifierError) -> VideoLabels {
      try await pass.run { (state) throws(ClassifierError) in try state.labels() }
    }
  }

  /// The windows of a video. Their labels are kept until all have come, for ``Windows/labels()``; over a day
  /// of video at a small stride use ``timeline(of:thumbnails:)``, which keeps none. `progress` is called on
  /// the pass's thread with how many windows of how many are done.
  public func windows(
    of input: VideoInput, progress: @escaping @Sendable (_ done: Int, _ of: Int) -> Void = { _, _ in }
  ) -> Windows {
    var request = ScoringPass.Request(sampling: sampling, keepsWindows: true)
    request.progress = progress
    return Windows(pass: ScoringPass(self, input, request))
  }

  /// The labels of a video; `progress` is called on another thread with how many windows of how many are
  /// done.
  ///
  /// This is the whole way of the data: file → samples → windows → logits → scores → labels.
  public func classify(
    _ input: VideoInput, progress: @escaping @Sendable (_ done: Int, _ of: Int) -> Void = { _, _ in }
  ) async throws(ClassifierError) -> VideoLabels {
    try await windows(of: input, progress: progress).labels()
  }

  /// The labels of one of many videos, or what kept it from them.
  public func outcome(
    of input: VideoInput, progress: @escaping @Sendable (_ done: Int, _ of: Int) -> Void = { _, _ in }
  ) async -> VideoOutcome {
    do {
      return VideoOutcome(file: input.name, result: .success(try await classify(input, progress: progress)))
    } catch {
      return VideoOutcome(file: input.name, result: .failure(error))
    }
  }

  /// The features of a video, one row per window; `progress` is called on another thread with how many
  /// windows of how many are done.
  public func embed(
    _ input: VideoInput, progress: @escaping @Sendable (_ done: Int, _ of: Int) -> Void = { _, _ in }
  ) async throws(ClassifierError) -> VideoFeatures {
    try await embed(input, sampling, progress: progress)
  }

  /// Of a part of the video, or of the whole of it; `mirrored`, also those of each window from right to left.
  package func embed(
    _ input: VideoInput, _ sampling: ResolvedSampling, mirrored: Bool = false,
    progress: @escaping @Sendable (_ done: Int, _ of: Int) -> Void = { _, _ in }
  ) async throws(ClassifierError) -> VideoFeatures {
    let value = mirrored ? ScoredWindows.Value.mirroredFeatures : .features
    let request = ScoringPass.Request(sampling: sampling, value: value, progress: progress)
    return try await ScoringPass(self, input, request).run { (state) throws(ClassifierError) in
      try state.features()
    }
  }
}
