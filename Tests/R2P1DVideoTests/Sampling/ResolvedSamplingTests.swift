import Testing

@testable import R2P1DVideo

@Suite struct ResolvedSamplingTests {
  /// No field has the value that another one, or a default, might stand in with.
  private static func odd() throws -> ResolvedSampling {
    ResolvedSampling(
      frames: 13, rate: .perSecond(Rational(30000, 1001)), placement: .even(7), resize: .squash,
      normalization: try #require(SampleNormalization(mean: "0.1 0.2 0.3", deviation: "1 0.5 0.333333")),
      start: Rational(1_234_567, 1_000_000), end: Rational(7, 3), seeking: false, track: 4, merge: .max,
      crops: 3)
  }

  @Test func whatTheUserAsksForIsCompletedByTheModel() throws {
    var options = SamplingOptions()
    var traits = ModelMetadata(frames: 32)
    traits.rate = .perSecond(10)
    traits.normalization = try #require(SampleNormalization(mean: "0 0 0", deviation: "1 1 1"))
    let plain = ResolvedSampling(options, merge: .mean, traits: traits)
    #expect(plain.frames == 32 && plain.rate == .perSecond(10) && plain.normalization == traits.normalization)
    options.frames = 13
    options.rate = .perSecond(Rational(30000, 1001))
    options.placement = .even(7)
    options.resize = .squash
    (options.start, options.end) = (Rational(1_234_567, 1_000_000), Rational(7, 3))
    (options.track, options.seeking, options.crops) = (4, false, 3)
    traits.normalization = try Self.odd().normalization
    #expect(ResolvedSampling(options, merge: .max, traits: traits) == (try Self.odd()))
  }
}
