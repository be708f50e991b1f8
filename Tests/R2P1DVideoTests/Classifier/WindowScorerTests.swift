import Inference
import TestSupport
import Testing
import VideoDecoding

@testable import R2P1DVideo

/// A driver that computes on the CPU.
private enum SoftwareGPU {
  static let gpu = try? GPU.all().first { $0.facts.kind == .software && $0.facts.problem == nil }
  static let need: Comment = "needs a Vulkan driver that computes on the CPU (mesa-vulkan-drivers)"
}

/// Windows that a GPU computes together, of one video and of several.
@Suite(.enabled(if: SoftwareGPU.gpu != nil, SoftwareGPU.need), .slow, .serialized)
struct WindowScorerTests {
  /// Windows that are all decoded, of a video and then of those behind it.
  private final class Decoded: WindowSource {
    private var windows: [Window]
    private var isEnded = false
    private let behind: Decoded?
    private var lent = 0
    var failure: ClassifierError?

    init(_ windows: [Window], before behind: Decoded? = nil) {
      (self.windows, self.behind) = (windows, behind)
    }

    func next() throws(ClassifierError) -> WindowEvent {
      lent = max(lent - 1, 0)
      if !windows.isEmpty { return .window(windows.removeFirst()) }
      if let failure { throw failure }
      return .ended(
        VideoSummary(
          start: 0, duration: 1, width: 64, height: 48, frameRate: 25, codec: "none", framesDecoded: 0))
    }

    func ahead(_ count: ClosedRange<Int>) -> [Window] {
      guard waiting >= count.lowerBound else { return [] }
      let own = Array(windows.dropFirst(lent).prefix(count.upperBound))
      lent += own.count
      let rest = count.upperBound - own.count
      return own + (rest > 0 ? behind?.ahead(0...rest) ?? [] : [])
    }

    private var waiting: Int { windows.count - lent + (behind?.waiting ?? 0) }
  }

  /// Of the built-in network.
  private static let frames = 8

  private static func windows(_ count: Int, seed: UInt64, isFinal: Bool = true) throws -> [Window] {
    let values = SampleValues(mean: [0.4, 0.4, 0.4], deviation: [0.2, 0.2, 0.2])
    var random = SplitMix64(seed: seed)
    return try (0..<count).map { number in
      let samples = try (0..<frames).map { _ in
        let sample = try Sample(values)
        for i in 0..<Sample.count { sample.bytes[i] = UInt8(truncatingIfNeeded: random.next()) }
        return sample
      }
      return Window(
        number: number, count: count, exactStart: Rational(number),
        exactEnd: Rational(number + 1), videoEnd: Double(count), samples: samples, padded: false,
        isFinal: isFinal)
    }
  }

  private static func classifier(isOnGPU: Bool = true) throws -> Classifier {
    var options = ClassifierOptions()
    options.gpu = isOnGPU ? SoftwareGPU.gpu : nil
    options.threads = 1
    return try Classifier(model: "camera-motion", options: options)
  }

  private static func scored(
    _ source: Decoded, _ classifier: Classifier, _ value: ScoredWindows.Value = .scores
  ) throws -> [ScoredWindow] {
    let scored = try ScoredWindows(source, of: "video", classifier, value)
    var windows: [ScoredWindow] = []
    while let window = try scored.next() { windows.append(window) }
    return windows
  }

  private static func batches(_ classifier: Classifier) throws -> [Int] {
    try classifier.workspaces.workspace().scorer.batches
  }

  @Test("Windows that are decoded are computed with the one that is asked for, to the same bits")
  func batchesOfAVideo() throws {
    let together = try Self.classifier()
    let found = try Self.scored(Decoded(Self.windows(6, seed: 1)), together)
    #expect(try Self.batches(together) == [4, 2])
    let alone = try Self.classifier()
    let windows = try Self.windows(6, seed: 1)
    let expected = try windows.flatMap { try Self.scored(Decoded([$0]), alone) }
    #expect(try Self.batches(alone) == Array(repeating: 1, count: 6))
    #expect(found == expected)
    #expect(Set(found.map(\.logits)).count == 6)
  }

  @Test("Windows of several videos are computed together, and each video gets its own")
  func batchesOfVideos() throws {
    let classifier = try Self.classifier()
    let videos = try (1...6).map { try Self.windows($0 % 3 == 0 ? 2 : 1, seed: UInt64($0)) }
    var sources: [Decoded] = []
    for windows in videos.reversed() { sources.insert(Decoded(windows, before: sources.first), at: 0) }
    let found = try sources.map { try Self.scored($0, classifier) }
    #expect(try Self.batches(classifier) == [4, 4])
    let alone = try Self.classifier()
    for (number, found) in found.enumerated() {
      let windows = try Self.windows(videos[number].count, seed: UInt64(number + 1))
      #expect(found == (try Self.scored(Decoded(windows), alone)), "video \(number)")
    }
  }

  @Test("A video that fails leaves what was computed of others with it")
  func failure() throws {
    let classifier = try Self.classifier()
    let second = Decoded(try Self.windows(3, seed: 2))
    let first = Decoded(try Self.windows(1, seed: 1), before: second)
    first.failure = .video("video", cause: "is damaged")
    #expect(throws: ClassifierError.self) { try Self.scored(first, classifier) }
    let found = try Self.scored(second, classifier)
    #expect(try Self.batches(classifier) == [4])
    #expect(found == (try Self.scored(Decoded(Self.windows(3, seed: 2)), Self.classifier())))
  }

  @Test("Features of mirrored windows come in batches of their own")
  func mirrored() throws {
    let classifier = try Self.classifier()
    let found = try Self.scored(Decoded(Self.windows(2, seed: 3)), classifier, .mirroredFeatures)
    #expect(try Self.batches(classifier) == [2, 2])
    let expected = try Self.scored(
      Decoded(Self.windows(2, seed: 3)), Self.classifier(isOnGPU: false), .mirroredFeatures)
    for (found, expected) in zip(found, expected) {
      let (plain, mirrored) = (try #require(found.mirroredFeatures), try #require(expected.mirroredFeatures))
      #expect(zip(found.features, expected.features).allSatisfy { abs($0 - $1) < 1e-4 })
      #expect(zip(plain, mirrored).allSatisfy { abs($0 - $1) < 1e-4 })
      #expect(found.features != found.mirroredFeatures)
    }
  }
}
