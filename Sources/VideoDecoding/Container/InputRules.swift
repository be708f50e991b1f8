/// What a video may take before it is refused, and where it may come from.
package struct InputRules: Sendable, Equatable, Codable {
  /// Whether an `http://` or `https://` address is read; what such an input names in turn never is.
  package var allowsNetwork = false
  /// The path of a file of certificates (PEM) to trust for `https://`; nil stands for `SSL_CERT_FILE`'s, or
  /// else the system's.
  package var certificates: [UInt8]?
  /// Width times height of a frame.
  package var maxPixels = 1 << 26
  package var maxStreams = 256
  /// Frames in the stream: each takes some tens of bytes until the file is done.
  package var maxFrames = 10_000_000
  /// Samples of a video that windows are laid over at a stride.
  package var maxSamples = 10_000_000
  /// Bytes that are read to find out what the streams are; FFmpeg's own default.
  package var probeBytes = 5_000_000
  /// Bytes that FFmpeg may ask for at once, in the whole process; half as much again as its largest frame
  /// takes.
  package var maxBlockBytes = 1 << 30

  /// How much of the file the times of its frames are read from.
  package var scanning = Scanning.automatic

  package enum Scanning: String, Sendable, Codable {
    /// What the container, the codec and the file's size make worth while.
    case automatic
    /// The first bytes of each packet, wherever container and codec allow it.
    case sparse
    /// The container's index and the first bytes of key packets, wherever both allow it; else as `sparse`.
    case indexed
    /// All of it, payload too.
    case whole
  }

  package init() {}
}
