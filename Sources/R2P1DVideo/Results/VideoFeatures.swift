import FoundationEssentials
import Glibc
import Inference

/// What a network sees in each window of a video before it decides: the values that its classifier weighs.
public struct VideoFeatures: Sendable {
  public let file: FilePath
  public let video: VideoSummary
  /// In time order; there is at least one.
  public let windows: [WindowFeatures]
  /// What they were made with; nil if the classifier's options want none.
  public let receipt: Provenance?
}

/// The features of one window.
public struct WindowFeatures: Sendable {
  /// When its first sample is shown and when its last one ends, in seconds of a player's clock.
  public let start: Double
  public let end: Double
  /// Whether the video is shorter than the window, so that its last sample is held.
  public let padded: Bool
  /// As many as the classifier has inputs, 512 in the networks of the paper: the last layer's output averaged over time
  /// and space, as torchvision's `avgpool` gives it.
  public let values: [Float]
}

extension WindowFeatures {
  init(_ window: ScoredWindow) {
    self.init(
      start: window.start.double, end: window.end.double, padded: window.padded, values: window.features)
  }
}
