import VideoDecoding

/// Input sources and limits per file. All numbers are at least 1.
public struct InputOptions: Sendable, Equatable {
  /// Whether a path that begins with `http://` or `https://` is read over the network. What a file names
  /// inside, as playlists do, is never opened, neither on the disk nor elsewhere.
  public var allowsNetwork = false
  /// A file of certificates (PEM) to trust for `https://`; nil stands for that of `SSL_CERT_FILE`, or else
  /// the system's.
  public var certificates: BytePath?
  /// Width times height of a frame.
  public var maxPixels = InputRules().maxPixels
  /// Streams in a file, of every kind.
  public var maxStreams = InputRules().maxStreams
  /// Frames in a video.
  public var maxPictures = InputRules().maxFrames
  /// Samples in a video that windows are laid over at a stride.
  public var maxSamples = InputRules().maxSamples
  /// Bytes that may be read to find out what the streams are.
  public var probeBytes = InputRules().probeBytes
  /// Bytes that the decoder may ask for at once; the last value used holds for the whole process, and for one
  /// alone that called ``FFmpegProcess/own()``.
  public var maxBlockBytes = InputRules().maxBlockBytes

  public init() {}

  package var rules: InputRules {
    var rules = InputRules()
    rules.allowsNetwork = allowsNetwork
    rules.certificates = certificates?.bytes
    rules.maxPixels = maxPixels
    rules.maxStreams = maxStreams
    rules.maxFrames = maxPictures
    rules.maxSamples = maxSamples
    rules.probeBytes = probeBytes
    rules.maxBlockBytes = maxBlockBytes
    return rules
  }
}
