import Inference
import VideoDecoding

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
  /// Whether nothing that is decoded later can change it, nor any window before it.
  package let isFinal: Bool
  /// What the network says of it, once it has.
  let outcome = WindowOutcome()
  /// Of each of its samples that is not held, what it shows; empty where a scan's worker read the window.
  package let shown: [ShownFrame]

  package init(
    number: Int, count: Int, exactStart: Rational, exactEnd: Rational, videoEnd: Double, samples: [Sample],
    padded: Bool, isFinal: Bool
  ) {
    self.init(
      number: number, count: count, exactStart: exactStart, exactEnd: exactEnd, videoEnd: videoEnd,
      samples: samples, padded: padded, isFinal: isFinal, shown: [])
  }

  init(
    number: Int, count: Int, exactStart: Rational, exactEnd: Rational, videoEnd: Double, samples: [Sample],
    padded: Bool, isFinal: Bool, shown: [ShownFrame]
  ) {
    self.number = number
    self.count = count
    self.exactStart = exactStart
    self.exactEnd = exactEnd
    self.videoEnd = videoEnd
    self.samples = samples
    self.padded = padded
    self.isFinal = isFinal
    self.shown = shown
  }

  package var start: Double { exactStart.double }
  package var end: Double { exactEnd.double }
}

/// Which frame a sample shows.
package struct ShownFrame: Sendable, Equatable {
  /// The sample's number in the part of the video that is looked at.
  package let sample: Int
  /// When the sample is due, and when its frame is shown, in seconds of a player's clock.
  package let due: Rational
  package let time: Rational
  /// The frame's number, counted from 0 over the whole file.
  package let frame: Int
  package let damage: FrameDamage
}

/// What comes of reading a video, in order.
package enum WindowEvent: Sendable {
  case window(Window)
  /// Decoding contradicted the container's times: all windows that were not final are taken back, and come
  /// again laid out otherwise, from the number of the first of them on.
  case restarted
  /// All windows have come, and all are final.
  case ended(VideoSummary)
}
