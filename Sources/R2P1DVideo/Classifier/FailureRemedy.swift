import VideoDecoding

/// The way out of a failure, where there is one besides other input. A library has no options to name: a
/// program says it in its own words, as `r2p1d-video` names its flags.
public enum FailureRemedy: Sendable, Hashable {
  /// The path is an address: `InputOptions.allowsNetwork` reads it.
  case allowNetwork
  /// A file of certificates that vouches for the server: `InputOptions.certificates`.
  case trustServer
  /// Another file of certificates than the one that cannot be read.
  case otherCertificates
  /// Another stream of the file than the one asked for: `SamplingOptions.track`.
  case otherTrack
  /// A limit of `InputOptions`, if the file is trusted.
  case raise(FailureKind.Limit)
  /// Fewer windows at once: a part of the video, a wider stride.
  case fewerWindows
  /// Fewer segments: `SegmentOptions.minimumLength` joins them.
  case fewerSegments
  /// Another start of an editor's timeline: `SegmentDocumentOptions.startTimecode`.
  case otherTimecode
  /// More time for a decoder that makes no progress.
  case wait
  /// The same at another time: another process is at it.
  case later
  /// The SHA-256 that a download is to have.
  case giveHash
  /// The checkpoint's download, which nobody has asked for yet.
  case download(RemoteCheckpoint)
  /// The same once more, for it failed.
  case downloadAgain(RemoteCheckpoint)
  /// The same once more, which resumes where this ended.
  case resume
  /// Another place for the result, or what makes this one right.
  case otherOutput(Alternative? = nil)
  /// The same of the journal of an evaluation.
  case otherJournal(Alternative?)
  /// Encoding a clip's frames again, where their packets cannot be copied.
  case reencode
  /// Leave to replace what is there, or another place.
  case overwrite
  /// A driver for the GPU.
  case installGPUDriver
  /// Another value of a variable of the environment, which the cause names, or none.
  case correctVariable
  /// The CPU instead of the GPU, or another GPU: `ClassifierOptions.gpu`.
  case computeOnCPU
  /// A precision of more range: `ClassifierOptions.precision`.
  case exactPrecision
  /// Another place for the features of teaching, or none where they are.
  case otherCache

  /// What helps instead of another output.
  public enum Alternative: Sendable, Hashable, CaseIterable {
    /// Removing what is there.
    case remove
    /// Restoring it as it was.
    case restore
    /// Waiting until it is no longer written.
    case wait
    /// The settings that it was made with.
    case sameSettings
  }

  /// A checkpoint, where it is to lie, and where it comes from.
  public struct RemoteCheckpoint: Sendable, Hashable {
    /// The published model's name, or the address.
    public let name: String
    public let file: BytePath
    /// Without a password.
    public let address: String
  }
}

extension FailureRemedy {
  /// Whether the same succeeds once another process has ended.
  public var isWaiting: Bool {
    switch self {
    case .later, .otherOutput(.wait), .otherJournal(.wait): true
    default: false
    }
  }

  /// That of whatever keeps a video from being read.
  package init?(of error: any Error) {
    switch error as? VideoError {
    case .networkNotAllowed: self = .allowNetwork
    case .untrustedServer: self = .trustServer
    case .unusableCertificates: self = .otherCertificates
    case .noSuchTrack: self = .otherTrack
    case .tooManyPixels: self = .raise(.pixels)
    case .tooManyStreams: self = .raise(.streams)
    case .tooManyFrames: self = .raise(.frames)
    case .tooManySamples: self = .raise(.samples)
    case .tooMuchMemory: self = .raise(.memory)
    default: return nil
    }
  }
}
