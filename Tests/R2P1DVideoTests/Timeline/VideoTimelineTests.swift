import Foundation
import TestSupport
import Testing

@testable import R2P1DVideo

@Suite struct VideoTimelineTests {
  private static let clip = BytePath(Checkout.clip)

  @Test func theDefaultIsAWindowEveryHalfWindow() async throws {
    let timeline = try Classifier(model: "camera-motion").timeline(of: .file(Self.clip))
    #expect(timeline.sampling.placement == .stride(4))
    var windows: [ScoredWindow] = []
    for try await window in timeline { windows.append(window) }
    let summary = try await timeline.summary()
    #expect(windows.map(\.number) == Array(windows.indices) && windows.count == summary.windows)
    #expect(windows.allSatisfy { $0.count == windows.count && $0.videoEnd == summary.video.duration })
    #expect(windows.dropLast().map(\.start) == windows.indices.dropLast().map { Rational(4 * $0, 15) })
    #expect(windows.last?.end == 3)
    #expect(summary.labels.first?.label == "pan left" && summary.thumbnails.isEmpty)
  }

  @Test func onlyTheStrideIsTheTimelinesOwn() throws {
    let sampling = ResolvedSampling(
      frames: 32, rate: .source, placement: .even(3), resize: .squash,
      normalization: try #require(SampleNormalization(mean: "0.1 0.2 0.3", deviation: "1 2 3")),
      start: 1, end: 2, seeking: false, track: 2, merge: .max, crops: 3)
    var expected = sampling
    expected.placement = .stride(16)
    #expect(sampling.strided == expected && expected.strided == expected)
  }

  @Test func windowsAreTheOnesThatClassifyGives() async throws {
    var options = ClassifierOptions()
    options.sampling.placement = .stride(7)
    options.keepsLogits = true
    let classifier = try Classifier(model: "camera-motion", options: options)
    let labels = try await classifier.classify(.file(Self.clip))
    var windows: [ScoredWindow] = []
    let timeline = classifier.timeline(of: .file(Self.clip))
    for try await window in timeline { windows.append(window) }
    let summary = try await timeline.summary()
    #expect(windows.map(\.logits) == labels.windows.map { $0.logits ?? [] })
    #expect(windows.map { $0.start.double } == labels.windows.map(\.start))
    #expect(summary.labels == labels.labels)
  }

  /// With one thread reading goes on only when a window has been dealt with.
  @Test func aWindowComesBeforeTheRestIsDecoded() throws {
    let sampling = ResolvedSampling(
      frames: 8, rate: .perSecond(15), placement: .stride(4), resize: .crop, normalization: .kinetics,
      start: nil, end: nil, seeking: true, track: nil, merge: .mean, crops: 1)
    let reader = try VideoInput.file(Self.clip).open(sampling, threads: 1)
    let source = LocalWindowSource(reader, of: Self.clip, threads: 1)
    var decoded: [Int] = []
    while case .window = try source.next() { decoded.append(reader.framesDecoded) }
    let first = try #require(decoded.first)
    #expect(first < 40 && reader.framesDecoded + reader.framesSkipped == 90)
    #expect(try #require(decoded.last) > first)
    #expect(decoded == decoded.sorted())
  }
}
