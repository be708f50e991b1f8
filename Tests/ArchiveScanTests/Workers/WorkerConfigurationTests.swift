import Foundation
import Testing
import VideoDecoding

@testable import ArchiveScan
@testable import R2P1DVideo

/// What a parent tells its worker arrives whole, or not at all.
@Suite struct WorkerConfigurationTests {
  /// No field has the value that another one, or a default, might stand in with.
  private static func odd() throws -> ResolvedSampling {
    ResolvedSampling(
      frames: 13, rate: .perSecond(Rational(30000, 1001)), placement: .even(7), resize: .squash,
      normalization: try #require(SampleNormalization(mean: "0.1 0.2 0.3", deviation: "1 0.5 0.333333")),
      start: Rational(1_234_567, 1_000_000), end: Rational(7, 3), seeking: false, track: 4, merge: .max,
      crops: 3)
  }

  private func fields(_ value: Any) -> [String: String] {
    Dictionary(
      uniqueKeysWithValues: Mirror(reflecting: value).children.map { ($0.label ?? "", "\($0.value)") })
  }

  private func returned(_ configuration: WorkerConfiguration) throws -> WorkerConfiguration {
    try JSONDecoder().decode(WorkerConfiguration.self, from: JSONEncoder().encode(configuration))
  }

  @Test func everyFieldReachesTheWorker() throws {
    var rules = InputRules()
    (rules.maxPixels, rules.maxStreams, rules.maxFrames, rules.maxSamples) = (1, 2, 3, 4)
    (rules.probeBytes, rules.maxBlockBytes, rules.certificates) = (5, 6, [7])
    let sent = WorkerConfiguration(try Self.odd(), threads: 3, memory: 5 << 30, rules: rules)
    let found = try returned(sent)
    #expect(found == sent)
    // Equality may forget a field; a mirror does not.
    #expect(fields(found.sampling) == fields(try Self.odd()) && fields(found.sampling).count == 11)
    #expect(fields(found.rules) == fields(rules) && fields(found) == fields(sent))
  }

  @Test(
    arguments: [
      SampleRate.source, .perSecond(15), .perSecond(Rational(1 << 30, 1_000_003)),
      .perSecond(Rational(1, 1000)),
    ], [WindowPlacement.even(1), .stride(1), .stride(1_000_000)])
  func everyRateAndPlacementReachTheWorker(_ rate: SampleRate, _ placement: WindowPlacement) throws {
    let sampling = ResolvedSampling(
      frames: 8, rate: rate, placement: placement, resize: .crop, normalization: .kinetics, start: nil,
      end: nil, seeking: true, track: nil, merge: .logits, crops: 1)
    let sent = WorkerConfiguration(sampling, threads: 1, memory: 1 << 30, rules: InputRules())
    #expect(try returned(sent) == sent)
  }

  @Test func aWorkerReadsFilesAlone() throws {
    var rules = InputRules()
    rules.allowsNetwork = true
    let sent = WorkerConfiguration(try Self.odd(), threads: 1, memory: 1 << 30, rules: rules)
    #expect(!sent.rules.allowsNetwork)
  }

  /// A worker that does not understand what it is given does not go by something else.
  @Test(arguments: [
    ("\"squash\"", "\"stretch\""), ("\"frames\":13", "\"frames\":\"many\""), ("\"seeking\":false,", ""),
    ("[7,3]", "[7,0]"), ("[7,3]", "[-7,3]"), ("[7,3]", "7"), ("\"even\"", "\"odd\""), ("0.5,", "0,"),
    ("0.5,", ""),
  ])
  func whatMakesNoSenseIsRefused(_ words: String, _ others: String) throws {
    let configuration = WorkerConfiguration(
      try Self.odd(), threads: 1, memory: 1 << 30, rules: InputRules())
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let text = String(decoding: try encoder.encode(configuration), as: UTF8.self)
    try #require(text.contains(words), "\(text)")
    let changed = Data(text.replacing(words, with: others).utf8)
    #expect(throws: DecodingError.self) { try JSONDecoder().decode(WorkerConfiguration.self, from: changed) }
  }
}
