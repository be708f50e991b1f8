import Checkpoints

/// What a program can act on, whatever the particulars, when a model cannot be loaded or used.
package enum ModelErrorKind: Sendable, Hashable {
  /// There is no such file.
  case missing
  /// It is there, and cannot be read: a right is lacking, a disk fails, or it is no file.
  case unreadable
  /// It asks for what is not allowed: to run code, for one.
  case refused
  /// Not a checkpoint, or one of a format, a type or a network that is not read.
  case unsupported
  /// It contradicts itself, ends too early, or holds numbers that no network can have.
  case damaged
  /// More than any checkpoint needs.
  case tooLarge
  /// What was asked of it does not fit: a name, a number of frames, an instruction set.
  case request
  case outOfMemory
  /// A GPU is not there, not fit for it, or fails.
  case device
}

extension CheckpointError {
  package var kind: ModelErrorKind { reason.kind }
}

extension CheckpointError.Reason {
  package var kind: ModelErrorKind {
    switch self {
    case .missing: .missing
    case .cannotOpen, .notAFile, .cannotWrite: .unreadable
    case .refusedName, .refusedOpcode: .refused
    case .notACheckpoint, .notTorchSave, .unsupported, .compressed, .noTensors, .unreadType, .wholeModel,
      .distributed:
      .unsupported
    case .empty, .truncated, .damaged, .duplicate, .tensor: .damaged
    case .tooLarge: .tooLarge
    case .noSuchWeights, .severalWeights: .request
    case .shard(_, let reason): reason.kind
    }
  }
}

extension ModelError {
  package var kind: ModelErrorKind {
    switch self {
    case .notAVideoResNet, .tensors: .unsupported
    case .notFinite, .notFoldable: .damaged
    case .unknownNetwork, .frames, .instructionSet, .instructionSetMissing, .precision: .request
    case .outOfMemory: .outOfMemory
    case .gpu: .device
    }
  }
}
