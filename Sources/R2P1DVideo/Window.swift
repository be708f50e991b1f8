import Inference

/// Samples that the network sees at once.
package struct Window: Sendable {
  /// From 0, in time order.
  package let number: Int
  /// When its first sample is shown and its last one ends, in seconds of the file's time.
  package let start: Double
  package let end: Double
  /// As many as asked for; shared with the windows that overlap this one.
  package let samples: [Sample]
  /// Whether the video is shorter than the window, so that its last sample is held.
  package let padded: Bool
}
