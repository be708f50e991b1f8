/// Which samples of a video become which windows. A nil is the model's own value.
public struct SamplingOptions: Sendable, Equatable {
  /// Samples in a window, at least 1; the networks were trained on 8, 16 or 32. Else 16.
  public var frames: Int?
  /// Samples a second. Else 15.
  public var rate: SampleRate?
  public var placement: WindowPlacement = .even(5)
  /// Else `crop`.
  public var resize: Resize?
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
