import Checkpoints

/// What no tensor of a checkpoint says: it comes from the checkpoint's metadata, else from the model's entry,
/// else it is the family's own.
package struct ModelMetadata: Sendable, Equatable {
  /// What BatchNorm adds to the variance.
  package var batchNormEpsilon = 1e-5
  /// Samples in a window.
  package var frames = 16
  /// Samples a second.
  package var rate = SampleRate.perSecond(15)
  package var normalization = SampleNormalization.kinetics
  /// Nil where the checkpoint does not name its classes.
  package var labels: LabelSet?
  /// How logits become labels.
  package var decision = Decision()
  /// What a taught model was taught with; nil of others.
  var teaching: TaughtFacts?

  init(frames: Int = 16) {
    self.frames = frames
  }

  /// The metadata that a safetensors file may carry: `frames`, `fps`, `batch_norm_eps`, `mean` and `std`
  /// (red, green, blue, with blanks between), and `classes`, one a line. What makes no sense is not followed.
  init(_ entry: PublishedModel? = nil, metadata: [String: String] = [:]) {
    if let entry {
      batchNormEpsilon = entry.batchNormEpsilon
      frames = entry.frames
    }
    if let frames = metadata["frames"].flatMap(Int.init), (1...512).contains(frames) { self.frames = frames }
    if let rate = metadata["fps"].flatMap(SampleRate.init) { self.rate = rate }
    if let epsilon = metadata["batch_norm_eps"].flatMap(Double.init), (1e-12..<1).contains(epsilon) {
      batchNormEpsilon = epsilon
    }
    if let mean = metadata["mean"], let deviation = metadata["std"],
      let given = SampleNormalization(mean: mean, deviation: deviation)
    {
      normalization = given
    }
    labels = metadata["classes"].map { LabelSet($0.split(whereSeparator: \.endsLine).map(String.init)) }
    teaching = TaughtFacts(metadata)
    if teaching != nil { decision = Decision(metadata, classes: labels?.names.count ?? 0) }
  }

  /// The traits of a model of which no weight is read; a published one need not even be there.
  package init(
    of source: ModelSource, weights: String? = nil, folders: ModelStore
  ) throws(ClassifierError) {
    switch source {
    case .random:
      self.init()
    case .named(let name):
      if let checkpoint = try BuiltInModel.checkpoint(named: name, weights: weights) {
        self.init(metadata: checkpoint.metadata)
        return
      }
      do throws(ClassifierError) {
        try self.init(folders.find(name), .named(name), weights)
      } catch {
        guard case .absentModel = error else { throw error }
        self.init(.named(name))
      }
    case .file(let path):
      try self.init(path, nil, weights)
    }
  }

  /// Those of a file, which may be known by its own name or by `entry`.
  private init(_ path: BytePath, _ entry: PublishedModel?, _ weights: String?) throws(ClassifierError) {
    if let known = PublishedModel.of(path) ?? entry {
      self.init(known, metadata: (try? Checkpoint.open(path, weights: weights))?.metadata ?? [:])
    } else {
      self.init(metadata: try Checkpoint.open(path, weights: weights).metadata)
    }
  }
}

extension Checkpoint {
  /// The checkpoint in a file, or the one of its several that `weights` names, with errors in this module's
  /// terms.
  static func open(_ path: BytePath, weights: String? = nil) throws(ClassifierError) -> Checkpoint {
    do {
      return try Checkpoint(contentsOf: path.bytes, named: path.string, weights: weights)
    } catch {
      throw .checkpoint(path, error)
    }
  }
}
