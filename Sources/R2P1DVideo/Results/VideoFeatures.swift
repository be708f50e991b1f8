import FoundationEssentials
import Glibc

/// What a network sees in each window of a video before it decides: the values that its classifier weighs.
public struct VideoFeatures: Sendable, Equatable {
  public let file: BytePath
  public let video: VideoSummary
  /// In time order; there is at least one.
  public let windows: [WindowFeatures]
  /// What they were made with; nil if the classifier's options want none.
  public let receipt: Provenance?

  public init(
    file: BytePath, video: VideoSummary, windows: [WindowFeatures], receipt: Provenance? = nil
  ) {
    self.file = file
    self.video = video
    self.windows = windows
    self.receipt = receipt
  }
}

/// The features of one window.
public struct WindowFeatures: Sendable, Equatable, Codable {
  /// When its first sample is shown and when its last one ends, in seconds of a player's clock.
  public let start: Double
  public let end: Double
  /// Whether the video is shorter than the window, so that its last sample is held.
  public let padded: Bool
  /// As many as the classifier has inputs, 512 in the networks of the paper: the last layer's output averaged
  /// over time and space, as torchvision's `avgpool` gives it.
  public let values: [Float]
  /// Those of the window mirrored, where they were asked for.
  public let mirrored: [Float]?

  public init(
    start: Double, end: Double, padded: Bool = false, values: [Float], mirrored: [Float]? = nil
  ) {
    self.start = start
    self.end = end
    self.padded = padded
    self.values = values
    self.mirrored = mirrored
  }
}

extension WindowFeatures {
  init(_ window: ScoredWindow) {
    self.init(
      start: window.start.double, end: window.end.double, padded: window.padded, values: window.features,
      mirrored: window.mirroredFeatures)
  }
}

extension VideoFeatures: Codable {
  private enum Key: CodingKey {
    case video, windows, receipt
  }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    self.init(
      file: try BytePath(fileOf: decoder), video: try values.decode(VideoSummary.self, forKey: .video),
      windows: try values.decode([WindowFeatures].self, forKey: .windows),
      receipt: try values.decodeIfPresent(Provenance.self, forKey: .receipt))
  }

  public func encode(to encoder: any Encoder) throws {
    try file.encodeAsFile(to: encoder)
    var values = encoder.container(keyedBy: Key.self)
    try values.encode(video, forKey: .video)
    try values.encode(windows, forKey: .windows)
    try values.encodeIfPresent(receipt, forKey: .receipt)
  }
}
