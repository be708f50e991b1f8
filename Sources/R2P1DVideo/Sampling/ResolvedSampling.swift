/// The sampling in force: the user's options, completed by the model's own. Made once, then handed on whole:
/// to the reader of windows, to a scan's workers and into what a result says of itself.
///
/// No field has a default: whoever makes one says what each is.
public struct ResolvedSampling: Sendable, Equatable, Codable {
  /// Samples in a window, at least 1.
  public let frames: Int
  public let rate: SampleRate
  public package(set) var placement: WindowPlacement
  public let resize: SamplingOptions.Resize
  /// The model's own.
  public let normalization: SampleNormalization
  /// The part of the video to look at, in seconds of a player's clock; nil is the video's own start or end.
  public internal(set) var start: Rational?
  public internal(set) var end: Rational?
  /// Whether windows are reached by seeking, with the same result.
  public let seeking: Bool
  /// The stream asked for; nil is the best one.
  public let track: Int?
  public let merge: ClassScores.Merge
  /// How many parts of each frame are looked at, and their scores averaged: 1 or 3.
  public let crops: Int

  public init(
    frames: Int, rate: SampleRate, placement: WindowPlacement, resize: SamplingOptions.Resize,
    normalization: SampleNormalization, start: Rational?, end: Rational?, seeking: Bool, track: Int?,
    merge: ClassScores.Merge, crops: Int
  ) {
    self.frames = frames
    self.rate = rate
    self.placement = placement
    self.resize = resize
    self.normalization = normalization
    self.start = start
    self.end = end
    self.seeking = seeking
    self.track = track
    self.merge = merge
    self.crops = crops
  }
}

extension ResolvedSampling {
  package init(_ options: SamplingOptions, merge: ClassScores.Merge, traits: ModelMetadata) {
    frames = options.frames ?? traits.frames
    rate = options.rate ?? traits.rate
    placement = options.placement
    resize = options.resize ?? traits.teaching?.resize ?? .crop
    normalization = traits.normalization
    start = options.start
    end = options.end
    seeking = options.seeking
    track = options.track
    crops = options.crops
    self.merge = merge
  }

  /// The same with windows at a stride: half a window where none was asked for.
  var strided: ResolvedSampling {
    guard case .even = placement else { return self }
    var strided = self
    strided.placement = .halfWindows(of: frames)
    return strided
  }

  /// The same of a part of the video, where one is given.
  package func part(from start: Rational?, to end: Rational?) -> ResolvedSampling {
    guard start != nil || end != nil else { return self }
    var part = self
    (part.start, part.end) = (start, end)
    return part
  }
}

/// What results say of their sampling: all of it but `seeking`, which changes no result.
package struct SamplingJSON: Codable {
  package let sampling: ResolvedSampling

  package init(_ sampling: ResolvedSampling) { self.sampling = sampling }

  private enum Key: CodingKey {
    case frames, fps, windows, stride, resize, crops, merge, start, end, track, mean, std
  }

  /// What is not in it is as in a sampling that nobody has changed.
  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    let placement: WindowPlacement =
      if let stride = try values.decodeIfPresent(Int.self, forKey: .stride) {
        .stride(stride)
      } else {
        .even(try values.decode(Int.self, forKey: .windows))
      }
    guard
      let normalization = SampleNormalization(
        mean: try values.decode([Float].self, forKey: .mean),
        deviation: try values.decode([Float].self, forKey: .std))
    else {
      throw DecodingError.dataCorruptedError(
        forKey: .std, in: values, debugDescription: "expected three numbers each, the deviations more than 0")
    }
    sampling = ResolvedSampling(
      frames: try values.decode(Int.self, forKey: .frames), rate: try Self.rate(values), placement: placement,
      resize: try values.decode(SamplingOptions.Resize.self, forKey: .resize), normalization: normalization,
      start: try Self.time(values, .start), end: try Self.time(values, .end),
      seeking: true,
      track: try values.decodeIfPresent(Int.self, forKey: .track),
      merge: try values.decode(ClassScores.Merge.self, forKey: .merge),
      crops: try values.decodeIfPresent(Int.self, forKey: .crops) ?? 1)
  }

  /// To the microsecond, as it is written.
  private static func time(_ values: KeyedDecodingContainer<Key>, _ key: Key) throws -> Rational? {
    guard let seconds = try values.decodeIfPresent(Double.self, forKey: key) else { return nil }
    guard (0...1e9).contains(seconds) else {
      throw DecodingError.dataCorruptedError(
        forKey: key, in: values, debugDescription: "expected seconds from 0 to a billion")
    }
    return Rational(Int((seconds * 1e6).rounded()), 1_000_000)
  }

  private static func rate(_ values: KeyedDecodingContainer<Key>) throws -> SampleRate {
    if let text = try? values.decode(String.self, forKey: .fps) {
      if text == "source" { return .source }
      if text.hasSuffix(" by index"), case .perSecond(let rate)? = SampleRate(String(text.dropLast(9))) {
        return .indexed(rate)
      }
    }
    let number = try values.decode(Double.self, forKey: .fps)
    if (0.001...1000).contains(number) {
      // Rates of television are said in a microsecond's precision: 29.97003 is 30000/1001.
      let television = Rational(Int((number * 1001).rounded()), 1001)
      if television.double.roundedTime == number { return .perSecond(television) }
    }
    guard let rate = SampleRate("\(number)") else {
      throw DecodingError.dataCorruptedError(
        forKey: .fps, in: values, debugDescription: "expected source or 0.001 to 1000")
    }
    return rate
  }

  package func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Key.self)
    try values.encode(sampling.frames, forKey: .frames)
    switch sampling.rate {
    case .source, .indexed: try values.encode("\(sampling.rate)", forKey: .fps)
    case .perSecond(let rate): try values.encode(rate.double.roundedTime, forKey: .fps)
    }
    switch sampling.placement {
    case .even(let count): try values.encode(count, forKey: .windows)
    case .stride(let samples): try values.encode(samples, forKey: .stride)
    }
    try values.encode(sampling.resize.rawValue, forKey: .resize)
    if sampling.crops > 1 { try values.encode(sampling.crops, forKey: .crops) }
    try values.encode(sampling.merge.rawValue, forKey: .merge)
    try values.encodeIfPresent(sampling.start?.double.roundedTime, forKey: .start)
    try values.encodeIfPresent(sampling.end?.double.roundedTime, forKey: .end)
    try values.encodeIfPresent(sampling.track, forKey: .track)
    try values.encode(sampling.normalization.mean, forKey: .mean)
    try values.encode(sampling.normalization.deviation, forKey: .std)
  }
}
