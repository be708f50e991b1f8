/// The labels of a video, and what they were made from.
public struct VideoLabels: Sendable, Equatable {
  public let file: BytePath
  public let model: ModelSummary
  public let video: VideoSummary
  public let sampling: ResolvedSampling
  /// The highest scores of the whole video, highest first; none where the model is not certain enough.
  public let labels: [ScoredLabel]
  /// Whether no score is high enough for the model to call it a label.
  public var isUncertain: Bool { labels.isEmpty }
  /// In time order; there is at least one.
  public let windows: [WindowLabels]
  /// What they were made with; nil if the options want none.
  public internal(set) var receipt: Provenance?

  public init(
    file: BytePath, model: ModelSummary, video: VideoSummary, sampling: ResolvedSampling,
    labels: [ScoredLabel], windows: [WindowLabels], receipt: Provenance? = nil
  ) {
    self.file = file
    self.model = model
    self.video = video
    self.sampling = sampling
    self.labels = labels
    self.windows = windows
    self.receipt = receipt
  }
}

/// A class and its probability.
public struct ScoredLabel: Sendable, Equatable {
  public let label: String
  /// The class's place among the network's outputs, from 0.
  public let index: Int
  /// From 0 to 1.
  public let score: Double

  public init(
    label: String, index: Int, score: Double
  ) {
    self.label = label
    self.index = index
    self.score = score
  }
}

/// The labels of one window.
public struct WindowLabels: Sendable, Equatable {
  /// When its first sample is shown and when its last one ends, in seconds of a player's clock.
  public let start: Double
  public let end: Double
  /// Whether the video is shorter than the window, so that its last sample is held.
  public let padded: Bool
  /// The highest scores, highest first.
  public let labels: [ScoredLabel]
  /// One a class, if `keepsLogits` asked for them.
  public let logits: [Float]?

  public init(
    start: Double, end: Double, padded: Bool = false, labels: [ScoredLabel], logits: [Float]? = nil
  ) {
    self.start = start
    self.end = end
    self.padded = padded
    self.labels = labels
    self.logits = logits
  }
}

/// The network that scored.
public struct ModelSummary: Sendable, Equatable, Codable {
  public let name: String
  public let architecture: String
  public let classes: Int

  public init(
    name: String, architecture: String, classes: Int
  ) {
    self.name = name
    self.architecture = architecture
    self.classes = classes
  }
}

/// The file as it was decoded.
public struct VideoSummary: Sendable, Equatable {
  /// When the first frame is shown, in seconds of a player's clock: 3 where sound begins 3 s before it.
  public let start: Double
  /// Seconds from the first frame to the end of the last one, which lasts one average frame period, or as
  /// long as its packet says where that is over one and a half periods.
  public let duration: Double
  /// Upright, in pixels.
  public let width: Int
  public let height: Int
  /// Average frames a second.
  public let frameRate: Double
  public let codec: String
  /// Damaged packets and pictures that were skipped.
  public package(set) var decodeErrors: Int
  /// Pictures that the decoder had to produce for the windows.
  public package(set) var framesDecoded: Int
  /// The number in the container of the stream that was looked at, as ffprobe counts.
  public internal(set) var track: Int
  /// What a camera's clock showed at the start, where the container says so: `01:00:00:00`, or
  /// `01:00:00;02` in drop-frame counting (SMPTE ST 12).
  public internal(set) var timecode: String?
  /// What may make the labels worse than they need be.
  public internal(set) var warnings: [VideoWarning]
  /// Bytes of the file that were read, those that were read twice counted twice, and the file's size; nil
  /// where nothing tells. Not in JSON, where the receipt has them.
  public package(set) var bytesRead: Int?
  public package(set) var fileBytes: Int?

  public init(
    start: Double, duration: Double, width: Int, height: Int, frameRate: Double, codec: String,
    decodeErrors: Int = 0, framesDecoded: Int, track: Int = 0, timecode: String? = nil,
    warnings: [VideoWarning] = []
  ) {
    self.start = start
    self.duration = duration
    self.width = width
    self.height = height
    self.frameRate = frameRate
    self.codec = codec
    self.decodeErrors = decodeErrors
    self.framesDecoded = framesDecoded
    self.track = track
    self.timecode = timecode
    self.warnings = warnings
  }
}

/// Something in a video that decoding does not do justice, or that takes longer than it need. `description`
/// is one line without the file's name.
public enum VideoWarning: Sendable, Hashable, CustomStringConvertible {
  /// Frames in colours of their own (IPTPQc2), which are taken for those of any other video.
  case dolbyVision(profile: Int)
  /// It comes from a server that gives no parts of it, so that all of it is read, and perhaps twice.
  case givenWhole

  public var description: String {
    switch self {
    case .dolbyVision(let profile):
      "Dolby Vision profile \(profile): its colours are not converted, so labels may be wrong; "
        + "convert it to SDR first"
    case .givenWhole:
      "its server gives no parts of it (HTTP ranges), so all of it is read; download it first if that is slow"
    }
  }
}
