import Inference
import R2P1DVideo
import VideoDecoding

/// What a network is shown of a video: every sample of every window, with the frame that it is, and, if a
/// network was asked, what it says of each window.
public struct VideoInspection: Sendable {
  public let file: BytePath
  /// The network that was asked; nil if none was.
  public let model: ModelSummary?
  public let sampling: ResolvedSampling
  public let video: VideoSummary
  /// In time order; there is at least one.
  public let windows: [InspectedWindow]
  /// What ended the reading before all windows had come; nil where all have.
  public let failure: ClassifierError?
  /// What it was made with; nil if no network was asked, or the options want none.
  public let receipt: Provenance?
}

/// One window of a video, sample by sample.
public struct InspectedWindow: Sendable {
  /// From 0, in time order.
  public let number: Int
  /// When its first sample is shown and its last one ends, in seconds of a player's clock.
  public let start: Rational
  public let end: Rational
  /// Whether the video is shorter than the window, so that its last sample is held.
  public let padded: Bool
  /// As many as the network sees at once.
  public let samples: [InspectedSample]
  /// The highest scores, highest first; nil where no network was asked.
  public internal(set) var labels: [ScoredLabel]?
}

/// One sample of a window.
public struct InspectedSample: Sendable {
  /// Of the samples of the part of the video that is looked at, from 0; where `isHeld`, that of the last one.
  public let number: Int
  /// When it is due, in seconds of a player's clock.
  public let due: Rational
  /// The number of the frame that it shows, counted from 0 over the whole file.
  public let frame: Int
  /// When that frame is shown, in seconds of a player's clock.
  public let time: Rational
  /// Whether it is the video's last sample once more, where the window is longer than the video.
  public let isHeld: Bool
  public let damage: Damage
  /// Nil where only the facts were asked for.
  let sample: Sample?

  /// How much of the frame is what was encoded, as far as the decoder says.
  public enum Damage: String, Sendable, CaseIterable {
    case none
    /// Parts of it were lost, and made up from what is around them.
    case concealed
    /// It was decoded behind a damaged frame and before the next keyframe, and may be wrong as well.
    case inherited
  }

  /// Rows and columns of ``pixels``.
  public static let side = Sample.side

  /// Packed 8-bit RGB, row by row: the values that the network is given, before they are normalised.
  public var pixels: [UInt8]? { sample?.packedRGB }
}

extension InspectedWindow {
  init(_ window: Window, keepsPixels: Bool) {
    number = window.number
    (start, end) = (window.exactStart, window.exactEnd)
    padded = window.padded
    let last = window.shown.count - 1
    samples = window.samples.enumerated().map { place, sample in
      InspectedSample(
        window.shown[min(place, last)], isHeld: place > last, sample: keepsPixels ? sample : nil)
    }
  }
}

extension InspectedSample {
  init(_ shown: ShownFrame, isHeld: Bool, sample: Sample?) {
    number = shown.sample
    due = shown.due
    frame = shown.frame
    time = shown.time
    self.isHeld = isHeld
    damage =
      switch shown.damage {
      case .none: .none
      case .concealed: .concealed
      case .inherited: .inherited
      }
    self.sample = sample
  }
}
