import Inference

/// Samples that the network sees at once.
package struct Window: Sendable {
  /// From 0, in time order.
  package let number: Int
  /// How many windows there are, as far as is known when this one comes.
  package let count: Int
  /// When its first sample is shown and its last one ends, in seconds of a player's clock.
  package let exactStart: Rational
  package let exactEnd: Rational
  /// When the whole video ends, in seconds of a player's clock, as far as is known when this window comes.
  package let videoEnd: Double
  /// As many as asked for; shared with the windows that overlap this one.
  package let samples: [Sample]
  /// Whether the video is shorter than the window, so that its last sample is held.
  package let padded: Bool

  package var start: Double { exactStart.double }
  package var end: Double { exactEnd.double }
}
