/// Which samples of a video become which windows. A nil is the model's own value.
public struct SamplingOptions: Sendable, Equatable {
  /// Samples in a window, at least 1; the networks were trained on 8, 16 or 32. Else 16.
  public var frames: Int?
  /// Samples a second. Else 15.
  public var rate: SampleRate?
  public var placement: WindowPlacement = .even(5)
  /// Else `crop`.
  public var resize: Resize?
  /// Parts of each frame that are looked at, each as windows of their own: 1, or, with `resize` of `crop`, 3 along
  /// the longer side of the frame.
  public var crops = 1
  /// The part of the video to look at, in seconds of a player's clock, which counts from the container's
  /// start time; nil is the video's own start or end. A start before the first frame means the first frame.
  public var start: Rational?
  public var end: Rational?
  /// The video stream to look at, by its number in the container as ffprobe counts; nil is the best one.
  public var track: Int?
  /// Whether windows are reached by seeking. The pictures are the same either way; only the time taken
  /// differs.
  public var seeking = true

  public init() {}
}
