/// The sampling in force: the user's options, completed by the model's own. Made once, then handed on whole: to the reader
/// of windows, to a scan's workers and into what a result says of itself.
///
/// No field has a default: whoever makes one says what each is.
public struct ResolvedSampling: Sendable, Equatable, Codable {
  /// Samples in a window, at least 1.
  public let frames: Int
  public let rate: SampleRate
  public internal(set) var placement: WindowPlacement
  public let resize: Resize
  /// The model's own.
  public let normalization: Normalization
  /// The part of the video to look at, in seconds of a player's clock; nil is the video's own start or end.
  public let start: Rational?
  public let end: Rational?
  /// Whether windows are reached by seeking, with the same result.
  public let seeking: Bool
  /// The stream asked for; nil is the best one.
  public let track: Int?
  public let merge: Merge
}

extension ResolvedSampling {
  init(_ options: SamplingOptions, merge: Merge, traits: ModelMetadata) {
    frames = options.frames ?? traits.frames
    rate = options.rate ?? traits.rate
    placement = options.placement
    resize = options.resize
    normalization = traits.normalization
    start = options.start
    end = options.end
    seeking = options.seeking
    track = options.track
    self.merge = merge
  }

  /// The same with windows at a stride: half a window where none was asked for.
  var strided: ResolvedSampling {
    guard case .even = placement else { return self }
    var strided = self
    strided.placement = .stride(max(1, frames / 2))
    return strided
  }
}

/// What results say of their sampling.
struct SamplingJSON: Encodable {
  let sampling: ResolvedSampling

  init(_ sampling: ResolvedSampling) { self.sampling = sampling }

  private enum Key: CodingKey {
    case frames, fps, windows, stride, resize, merge, track, mean, std
  }

  func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Key.self)
    try values.encode(sampling.frames, forKey: .frames)
    switch sampling.rate {
    case .source: try values.encode("source", forKey: .fps)
    case .perSecond(let rate): try values.encode(rate.double.roundedTime, forKey: .fps)
    }
    switch sampling.placement {
    case .even(let count): try values.encode(count, forKey: .windows)
    case .stride(let samples): try values.encode(samples, forKey: .stride)
    }
    try values.encode(sampling.resize.rawValue, forKey: .resize)
    try values.encode(sampling.merge.rawValue, forKey: .merge)
    try values.encodeIfPresent(sampling.track, forKey: .track)
    try values.encode(sampling.normalization.mean, forKey: .mean)
    try values.encode(sampling.normalization.deviation, forKey: .std)
  }
}
