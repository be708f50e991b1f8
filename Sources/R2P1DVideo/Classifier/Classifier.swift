import FoundationEssentials
import Glibc
import VideoDecoding

/// Labels videos with one network: make it once, then let it work on as many inputs as you like, at once or
/// one after the other, from any task.
///
/// Each request under way has threads and memory for activations of its own; the weights are the
/// ``Network``'s, which other classifiers share.
public final class Classifier: Sendable {
  public let network: Network
  public let options: ClassifierOptions
  /// The names of the network's classes.
  public let labels: LabelSet
  /// The sampling in force: the options', completed by the model's own.
  public let sampling: ResolvedSampling
  /// The precision in force: `f32` where the CPU lacks the instructions for what was asked for.
  public let precision: Network.Precision

  public var model: ModelSummary { network.summary }
  /// What one should know of the weights that were read.
  public var modelNotes: ModelNotes { network.notes }
  /// Inputs of the network's last layer, 512 in the networks of the paper: what `embed` gives a window.
  public var features: Int { network.features }

  let workspaces: Workspaces
  /// Windows that are computed at once: of a GPU, which more than one keep busy.
  package var batch: Int { options.gpu?.batch ?? 1 }
  /// How the model's logits become labels.
  package let decision: Decision

  /// A classifier of the weights of `network`. Computes for a moment where no other classifier has the same
  /// length of windows and precision, for the weights are packed for these; ``Network/classifier(_:)`` does
  /// so on a thread of its own.
  public init(network: Network, options: ClassifierOptions = ClassifierOptions()) throws(ClassifierError) {
    try options.input.certificates?.checkCertificates()
    self.network = network
    self.options = options
    let labels = try network.loaded.labels(from: options.labels)
    self.labels = labels
    var decision = network.loaded.traits.decision
    decision.floor = options.minimumScore
    decision.allowed = try options.only.map { (only) throws(ClassifierError) in
      try labels.mask(of: only, model: network.summary.name)
    }
    self.decision = decision
    try network.loaded.traits.check(options.sampling, model: network.summary.name)
    let sampling = ResolvedSampling(options.sampling, merge: options.merge, traits: network.loaded.traits)
    self.sampling = sampling
    let (threads, wish, gpu) = (options.threads, options.precision, options.gpu)
    let model = try network.packed(frames: sampling.frames, threads: threads, precision: wish, gpu: gpu)
    let workspaces = Workspaces(keeping: max(options.idleWorkspaces, 0)) { () throws(ClassifierError) in
      WindowScorer(try network.loaded.predictor(model, threads: threads))
    }
    precision = Network.Precision(try workspaces.workspace().scorer.predictor.precision)
    self.workspaces = workspaces
    if options.givesReceipts, options.threads > 1 {
      DetachedThread.start { _ = network.hash.digits }
    }
  }

  /// The labels of the video at `path`, made of all windows of `scored`, on the caller's thread; each is
  /// shown to `observe` on the way.
  package func classify(
    _ path: BytePath, _ scored: ScoredWindows,
    observe: (ScoredWindow) throws(ClassifierError) -> Void = { _ in }
  ) throws(ClassifierError) -> VideoLabels {
    var merged = MergedScores(options.merge, decision)
    var windows: [WindowLabels] = []
    while let window = try scored.next() {
      try observe(window)
      merged.add(logits: window.logits, scores: window.scores)
      windows.append(labels(of: window))
    }
    let video = try scored.summary
    return VideoLabels(
      file: path, model: model, video: video, sampling: sampling, labels: self.scored(merged.scores),
      windows: windows, receipt: receipt(video))
  }

  /// Runs `body`, which scores one video after another: batches of a GPU then hold windows of several.
  package func overlapping<Value>(
    _ body: () throws(ClassifierError) -> Value
  ) throws(ClassifierError) -> Value {
    try workspaces.overlapping(body)
  }

  /// The labels of one window, as ``VideoLabels/windows`` holds them.
  public func labels(of window: ScoredWindow) -> WindowLabels {
    WindowLabels(
      start: window.start.double, end: window.end.double, padded: window.padded,
      labels: scored(window.scores), logits: options.keepsLogits ? window.logits : nil)
  }

  func scored(_ scores: ClassScores) -> [ScoredLabel] {
    decision.labels(scores, top: options.top).map {
      ScoredLabel(label: labels.names[$0], index: $0, score: scores.values[$0])
    }
  }

  /// The labels that may be reported, in the order of their classes; nil where all may.
  package var selectedLabels: LabelSet? {
    guard decision.allowed != nil else { return nil }
    return LabelSet(labels.names.indices.filter(decision.allows).map { labels.names[$0] })
  }
}
