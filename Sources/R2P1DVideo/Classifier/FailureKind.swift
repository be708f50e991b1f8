import Checkpoints
import Inference
import VideoDecoding

/// What a program can act on when something fails, whatever the particulars: a server answers 404 to
/// `missing`, 415 to `unsupported`, 413 to a `limit`.
public enum FailureKind: Sendable, Hashable {
  /// There is no such file, or no model of this name.
  case missing
  /// It is there, and cannot be read: a right is lacking, a disk or a server fails, or it is no file.
  case unreadable
  /// It asks for what is not allowed: to open other files, to run code.
  case refused
  /// Not a video, or not a checkpoint, or one of a kind that is not read.
  case unsupported
  /// So damaged that nothing can be done with it.
  case damaged
  /// What was asked does not fit it: a track, a part, a number of frames, labels of other classes.
  case request
  /// It takes more than is allowed.
  case limit(Limit)
  case outOfMemory
  case cancelled
  /// The GPU that was asked for is not there, not fit for the network, or fails.
  case device
  /// The result cannot be written.
  case output
  /// Something else, as its text says.
  case other

  /// What there was too much of, as ``InputOptions`` name it.
  public enum Limit: Sendable, Hashable {
    case pixels, streams, frames, samples, windows, memory
    /// Of a checkpoint's file.
    case checkpoint
  }

  /// That of whatever keeps a video from being read.
  package init(of error: any Error) {
    self =
      switch error {
      case let error as VideoError: FailureKind(error.kind)
      case let error as ClassifierError: error.kind
      case is CancellationError: .cancelled
      default: .other
      }
  }

  package init(_ kind: VideoError.Kind) {
    self =
      switch kind {
      case .missing: .missing
      case .unreadable: .unreadable
      case .refused: .refused
      case .unsupported: .unsupported
      case .damaged: .damaged
      case .request: .request
      case .limit(.pixels): .limit(.pixels)
      case .limit(.streams): .limit(.streams)
      case .limit(.frames): .limit(.frames)
      case .limit(.samples): .limit(.samples)
      case .limit(.windows): .limit(.windows)
      case .limit(.memory): .limit(.memory)
      case .outOfMemory: .outOfMemory
      case .cancelled: .cancelled
      case .restart: .other
      }
  }

  package init(_ kind: ModelErrorKind) {
    self =
      switch kind {
      case .missing: .missing
      case .unreadable: .unreadable
      case .refused: .refused
      case .unsupported: .unsupported
      case .damaged: .damaged
      case .tooLarge: .limit(.checkpoint)
      case .request: .request
      case .outOfMemory: .outOfMemory
      case .device: .device
      }
  }
}

extension ClassifierError {
  public var kind: FailureKind {
    switch self {
    case .video(_, _, let kind, _), .checkpoint(_, _, let kind), .network(_, _, let kind),
      .gpu(_, _, let kind, _):
      kind
    case .notFinite: .damaged
    case .unknownModel, .absentModel: .missing
    case .tensors: .unsupported
    case .labelCount: .request
    case .download, .labels, .certificates, .list: .unreadable
    case .output: .output
    }
  }

  /// What kept the video at `path` from being read.
  package static func video(_ path: BytePath, _ error: any Error) -> ClassifierError {
    .video(path, cause: "\(error)", kind: FailureKind(of: error), remedy: FailureRemedy(of: error))
  }

  /// What kept the checkpoint at `path` from being read.
  static func checkpoint(_ path: BytePath, _ error: CheckpointError) -> ClassifierError {
    .checkpoint(path, cause: "\(error.reason)", kind: FailureKind(error.kind))
  }
}
