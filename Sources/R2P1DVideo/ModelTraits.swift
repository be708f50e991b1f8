import Inference

/// What no tensor of a checkpoint says: it comes from the model's entry, else from the checkpoint's metadata, else it
/// is the family's own.
package struct ModelTraits: Sendable, Equatable {
  /// What BatchNorm adds to the variance.
  package var batchNormEpsilon = 1e-5
  /// Samples in a window.
  package var frames = 16
  /// Samples a second.
  package var rate = SampleRate.perSecond(15)
  /// Nil where the checkpoint does not name its classes.
  package var labels: LabelSet?

  init(frames: Int = 16) {
    self.frames = frames
  }

  init(_ entry: ModelEntry) {
    batchNormEpsilon = entry.batchNormEpsilon
    frames = entry.frames
  }

  /// The metadata that a safetensors file may carry: `frames`, `fps`, `batch_norm_eps`, and `classes`, one a line.
  init(metadata: [String: String]) {
    if let frames = metadata["frames"].flatMap(Int.init), (1...512).contains(frames) { self.frames = frames }
    if let rate = metadata["fps"].flatMap(SampleRate.init) { self.rate = rate }
    if let epsilon = metadata["batch_norm_eps"].flatMap(Double.init), (1e-12..<1).contains(epsilon) {
      batchNormEpsilon = epsilon
    }
    labels = metadata["classes"].map { LabelSet($0.split(whereSeparator: \.isNewline).map(String.init)) }
  }

  /// The traits of a model of which no weight is read; a published one need not even be there.
  package init(of source: ModelSource, folders: ModelFolders) throws(ClassifierError) {
    switch source {
    case .random:
      self.init()
    case .named(let name):
      if let entry = ModelEntry.named(name) {
        self.init(entry)
      } else if let checkpoint = try BuiltInModel.checkpoint(named: name) {
        self.init(metadata: checkpoint.metadata)
      } else {
        try self.init(of: .file(folders.find(name)), folders: folders)
      }
    case .file(let path):
      if let entry = ModelEntry.of(path) {
        self.init(entry)
      } else {
        self.init(metadata: try Checkpoint.open(path).metadata)
      }
    }
  }
}

extension Checkpoint {
  /// The checkpoint in a file, an error told in this module's terms.
  static func open(_ path: FilePath) throws(ClassifierError) -> Checkpoint {
    do {
      return try Checkpoint(contentsOf: path.string)
    } catch {
      throw .checkpoint(path, cause: "\(error.reason)")
    }
  }
}
