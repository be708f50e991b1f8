import Inference
import VideoDecoding

/// The windows of one video with what the network says of them: the one loop from windows to scores.
///
/// Ask for one after the other, on one thread at a time. While one is scored the next ones are decoded. What
/// comes is final: windows that may yet be laid out otherwise are scored, too, but held back until they are
/// settled.
package final class ScoredWindows {
  /// What is wanted of each window, and so has to be finite.
  package enum Value: Sendable {
    case scores, features
    /// Also those of the window mirrored.
    case mirroredFeatures
  }

  /// How many windows an earlier pass has scored, of those that come; known once the first has come.
  package private(set) var earlier = 0

  private let source: any WindowSource
  /// Windows that an earlier pass has scored, until it is known whether they hold.
  private var kept: (any KeptWindows)?
  private var replayed: (any KeptWindows)?
  private let path: BytePath
  private let workspace: Workspace
  private let control: DecodingControl
  private let value: Value
  private let decision: Decision
  private let progress: (_ done: Int, _ of: Int) -> Void
  private var scored = SettlingQueue<ScoredWindow>()
  /// Nil until all windows have come.
  private var video: VideoSummary?

  /// `progress` is called with how many windows of how many have been scored, those that are held back too.
  /// Once `control` is cancelled, no further window is scored. Where `source` begins behind the windows of
  /// `kept`, those come first; where it begins with the first window, they are dropped.
  package init(
    _ source: some WindowSource, of path: BytePath, _ classifier: Classifier, _ value: Value = .scores,
    control: DecodingControl = DecodingControl(), after kept: (any KeptWindows)? = nil,
    progress: @escaping (_ done: Int, _ of: Int) -> Void = { _, _ in }
  ) throws(ClassifierError) {
    self.source = source
    self.kept = kept
    self.path = path
    self.control = control
    self.value = value
    decision = classifier.decision
    workspace = try classifier.workspaces.workspace()
    self.progress = progress
  }

  /// The next window; nil after the last.
  package func next() throws(ClassifierError) -> ScoredWindow? {
    while true {
      if control.isCancelled { throw .video(path, VideoError.interrupted) }
      if let window = try replayed?.next() { return ScoredWindow(window, decision) }
      if let window = scored.next() { return window }
      if video != nil { return nil }
      switch try source.next() {
      case .window(let window):
        if let kept = kept.take(), window.number == kept.count { (replayed, earlier) = (kept, kept.count) }
        scored.add(try score(window), isFinal: window.isFinal)
        progress(window.number + 1, window.count)
      case .restarted:
        scored.restart()
      case .ended(var video):
        video.decodeErrors += replayed?.decodeErrors ?? 0
        video.framesDecoded += replayed?.framesDecoded ?? 0
        self.video = video
        scored.settle()
      }
    }
  }

  /// What the video turned out to be; the windows that have not come yet are skipped.
  package var summary: VideoSummary {
    get throws(ClassifierError) {
      while true {
        if let video { return video }
        _ = try next()
      }
    }
  }

  /// What the network says of `window`, which has to be finite.
  private func score(_ window: Window) throws(ClassifierError) -> ScoredWindow {
    do throws(ModelError) {
      try workspace.scorer.score(window, value.views, source.ahead)
      guard !value.views.contains(where: { window.outcome[$0]?.overflows == true }) else {
        throw .gpu(.overflow)
      }
    } catch {
      throw ClassifierError(error, of: workspace.scorer.predictor.model, at: path)
    }
    let predictions = value.views.compactMap { window.outcome[$0] }
    for prediction in predictions {
      let values = value == .scores ? prediction.logits : prediction.features
      guard values.allSatisfy(\.isFinite) else { throw .notFinite(path, window: window.number) }
    }
    var scored = ScoredWindow(window, predictions[0], decision)
    if value == .mirroredFeatures { scored.mirroredFeatures = predictions[1].features }
    return scored
  }
}

extension ScoredWindows.Value {
  fileprivate var views: [WindowScorer.View] { self == .mirroredFeatures ? [.plain, .mirrored] : [.plain] }
}

extension ClassifierError {
  /// What kept `model` from computing windows of the video at `path`: what float16 does not hold is the
  /// video's, all else the GPU's. Without one only a mirrored sample's memory can be missing.
  fileprivate init(_ error: ModelError, of model: PackedModel, at path: BytePath) {
    guard let gpu = model.gpu, case .gpu(let cause) = error else {
      self = .video(path, VideoError.outOfMemory)
      return
    }
    let failure = ClassifierError(error, of: gpu.facts.name)
    if cause.kind == .overflow {
      self = .video(path, cause: failure.cause, kind: failure.kind, remedy: failure.remedy)
    } else {
      self = failure
    }
  }
}

/// One window of a video and what the network says of it.
public struct ScoredWindow: Sendable, Equatable, Codable {
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
  public let scores: ClassScores
  /// One a class.
  public let logits: [Float]
  /// The values before the classifier.
  public let features: [Float]
  /// Those of the window mirrored, where they were asked for.
  var mirroredFeatures: [Float]?

  public init(
    number: Int, count: Int, start: Rational, end: Rational, padded: Bool = false, videoEnd: Double,
    scores: ClassScores, logits: [Float] = [], features: [Float] = []
  ) {
    self.number = number
    self.count = count
    self.start = start
    self.end = end
    self.padded = padded
    self.videoEnd = videoEnd
    self.scores = scores
    self.logits = logits
    self.features = features
  }
}

extension ScoredWindow {
  init(_ window: Window, _ prediction: Prediction, _ decision: Decision) {
    self.init(
      number: window.number, count: window.count, start: window.exactStart, end: window.exactEnd,
      padded: window.padded, videoEnd: window.videoEnd,
      scores: decision.scores(prediction.logits.map(Double.init)), logits: prediction.logits,
      features: prediction.features)
  }
}
