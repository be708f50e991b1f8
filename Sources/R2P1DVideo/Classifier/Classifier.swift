import FoundationEssentials
import Glibc
import Inference
import VideoDecoding

/// Labels videos with one network: load it once, then classify as many files as you like.
///
/// A classifier belongs to one thread at a time; it starts one of its own that decodes ahead of the network, and
/// one that computes the model's hash. Several that work at once share a ``Network``.
public final class Classifier {
  public let network: Network
  public let options: ClassifierOptions
  /// The names of the network's classes.
  public let labels: LabelSet
  /// The sampling in force: the options', completed by the model's own.
  public let sampling: ResolvedSampling
  /// The precision in force: `f32` where the CPU lacks the instructions for what was asked for.
  public let precision: Precision

  public var model: ModelSummary { network.summary }
  /// What one should know of the weights that were read.
  public var modelNotes: ModelNotes { network.notes }
  /// Inputs of the network's last layer, 512 in the networks of the paper: what `embed` gives a window.
  public var features: Int { network.features }

  let predictor: Predictor

  /// Loads a model: a name (`r2plus1d_18`), the path of a checkpoint, or `random:NAME[:SEED]`.
  public convenience init(
    model: String = "r2plus1d_18", options: ClassifierOptions = ClassifierOptions()
  ) throws(ClassifierError) {
    guard let source = ModelSource(FilePath(model)) else {
      throw .network(model, cause: "expected random:NAME or random:NAME:SEED, the seed a whole number")
    }
    try self.init(source: source, options: options)
  }

  /// Loads the model that `source` names, for this classifier alone.
  public convenience init(source: ModelSource, options: ClassifierOptions) throws(ClassifierError) {
    try options.input.certificates?.checkCertificates()
    try self.init(network: try Network(source: source, options: options.network), options: options)
  }

  /// A classifier with memory and threads of its own and the weights of `network`, which others may use at the same
  /// time; of the options, those about loading (`network`) were the network's.
  public init(network: Network, options: ClassifierOptions) throws(ClassifierError) {
    try options.input.certificates?.checkCertificates()
    self.network = network
    self.options = options
    labels = try network.loaded.labels(from: options.labels)
    sampling = ResolvedSampling(options.sampling, merge: options.merge, traits: network.loaded.traits)
    predictor = try network.predictor(
      frames: sampling.frames, threads: options.threads, precision: options.precision)
    precision = Precision(predictor.precision)
    if options.givesReceipts, options.threads > 1 {
      DetachedThread.start { [network] in _ = network.hash.digits }
    }
  }

  /// The labels of the video at `path`; `progress` hears how many windows of how many are done.
  ///
  /// This is the whole way of the data: file → samples → windows → logits → scores → labels.
  public func classify(
    _ path: FilePath, progress: @escaping (_ done: Int, _ of: Int) -> Void = { _, _ in }
  ) throws(ClassifierError) -> VideoLabels {
    try classify(path, scoredWindows(of: path, progress: progress))
  }

  /// The labels of the video at `path`, made of all its windows.
  func classify(_ path: FilePath, _ scored: ScoredWindows) throws(ClassifierError) -> VideoLabels {
    var merged = MergedScores(options.merge)
    var windows: [WindowLabels] = []
    while let window = try scored.next() {
      merged.add(logits: window.logits, scores: window.scores)
      windows.append(
        WindowLabels(
          start: window.start.double, end: window.end.double, padded: window.padded,
          labels: self.scored(window.scores), logits: options.keepsLogits ? window.logits : nil))
    }
    let video = try scored.summary
    return VideoLabels(
      file: path, model: model, video: video, sampling: sampling, labels: self.scored(merged.scores),
      windows: windows, receipt: receipt(video))
  }

  /// The labels of one of many videos, or what kept it from them.
  public func outcome(
    of path: FilePath, progress: @escaping (_ done: Int, _ of: Int) -> Void = { _, _ in }
  ) -> Outcome {
    do {
      return Outcome(file: path, result: .success(try classify(path, progress: progress)))
    } catch {
      return Outcome(file: path, result: .failure(error))
    }
  }

  /// The same for a path in UTF-8.
  public func classify(_ path: String) throws(ClassifierError) -> VideoLabels {
    try classify(FilePath(path))
  }

  func scored(_ scores: Scores) -> [ScoredLabel] {
    scores.top(options.top).map { ScoredLabel(label: labels.names[$0], index: $0, score: scores.values[$0]) }
  }
}
