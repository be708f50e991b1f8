import VideoDecoding

/// What a parent tells its worker before the first file: how to sample, and what it may use.
struct WorkerConfiguration: Codable, Equatable {
  var frames = 16
  /// As `SampleRate` reads it.
  var rate = "15"
  /// Windows spread evenly, or nil for a window every `stride` samples.
  var windows: Int? = 5
  var stride = 1
  var resize = Resize.crop.rawValue
  /// Numerator and denominator.
  var start: [Int]?
  var end: [Int]?
  var seeking = true
  /// The stream, or nil for the best one.
  var track: Int?
  var threads = 1
  /// Bytes of address space.
  var memory = 4 << 30
  var rules = InputRules()

  init() {}

  init(
    _ sampling: ResolvedSampling, _ options: SamplingOptions, _ input: InputOptions, threads: Int, memory: Int
  ) {
    frames = sampling.frames
    rate = sampling.rate.description
    switch sampling.placement {
    case .even(let count): windows = count
    case .stride(let samples): (windows, stride) = (nil, samples)
    }
    resize = sampling.resize.rawValue
    start = options.start.map { [$0.numerator, $0.denominator] }
    end = options.end.map { [$0.numerator, $0.denominator] }
    seeking = options.seeking
    track = sampling.track
    self.threads = threads
    self.memory = memory
    rules = input.rules
    rules.allowsNetwork = false
  }

  /// A reader of the windows of the file at `path`.
  func open(_ path: FilePath, control: DecodingControl) throws -> WindowReader {
    try WindowReader(
      path: path.bytes, frames: frames, rate: SampleRate(rate) ?? .perSecond(15),
      placement: windows.map(WindowPlacement.even) ?? .stride(stride),
      resize: Resize(rawValue: resize) ?? .crop, normalization: SampleBytes.normalizationOnTheWay,
      start: start.map { Rational($0[0], $0[1]) }, end: end.map { Rational($0[0], $0[1]) }, seeking: seeking,
      track: track, threads: threads, rules: rules, control: control)
  }
}
