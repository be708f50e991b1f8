import Foundation
import TestSupport
import Testing

@testable import Inference
@testable import R2P1DVideo
@testable import VideoDecoding

/// Videos whose frames contradict the times in their containers: some frames are so damaged that none comes
/// out.
@Suite struct SettledWindowTests {
  struct Case: CustomTestStringConvertible {
    let rate: SampleRate
    let placement: WindowPlacement
    let seeking: Bool

    var testDescription: String { "\(rate) samples a second, \(placement), seeking: \(seeking)" }

    static let all = [true, false].flatMap { seeking in
      [
        Case(rate: .perSecond(15), placement: .even(5), seeking: seeking),
        Case(rate: .source, placement: .even(4), seeking: seeking),
        Case(rate: .perSecond(15), placement: .stride(2), seeking: seeking),
        Case(rate: .perSecond(15), placement: .stride(11), seeking: seeking),
        Case(rate: .source, placement: .stride(3), seeking: seeking),
        // Frames between the windows are never decoded, and may be missing.
        Case(rate: .source, placement: .stride(19), seeking: seeking),
      ]
    }

    func reader(_ path: String, threads: Int = 1) throws -> WindowReader {
      try WindowReader(
        path: Array(path.utf8),
        ResolvedSampling(
          frames: 8, rate: rate, placement: placement, resize: .crop, normalization: .kinetics, start: nil,
          end: nil, seeking: seeking, track: nil, merge: .mean, crops: 1), threads: threads)
    }
  }

  /// What can be seen of a window.
  struct Sight: Equatable {
    let number: Int
    let start: Rational
    let end: Rational
    let padded: Bool
    let samples: [Int]

    init(_ window: Window) {
      (number, start, end, padded) = (window.number, window.exactStart, window.exactEnd, window.padded)
      samples = window.samples.map { sample in
        var hasher = Hasher()
        hasher.combine(bytes: UnsafeRawBufferPointer(start: sample.bytes, count: Sample.count))
        return hasher.finalize()
      }
    }
  }

  let folder = FileManager.default.temporaryDirectory.appending(path: "settled-\(UUID().uuidString)")

  /// Copies of a sample video, each with some bytes of its frames' data overwritten: a hole, or all from a
  /// place on.
  private func damaged() throws -> [String] {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let clip = try Data(contentsOf: Checkout.samples.appending(path: "pan_right_then_tilt_up.mp4"))
    // The index lies in front of the frames.
    return try (0..<8).map { place in
      var bytes = clip
      let at = clip.count * (place / 2 + 2) / 6
      let hole = at..<(place % 2 == 0 ? min(at + 600, clip.count) : clip.count)
      bytes.replaceSubrange(hole, with: Data(repeating: 0, count: hole.count))
      let file = folder.appending(path: "\(place).mp4")
      try bytes.write(to: file)
      return file.path
    }
  }

  /// All windows of a file are those of a reading that knew where they lie before it began; none was handed
  /// over that was final and came otherwise.
  @Test(arguments: Case.all)
  func whatIsHandedOverIsRightThoughTheFramesContradictTheirContainer(_ item: Case) throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    var (contradictions, restarts) = (0, 0)
    for path in try damaged() {
      let reader = try item.reader(path)
      let (starts, duration) = (reader.starts, reader.duration)
      var (windows, finalWindows): ([Window], [Sight]) = ([], [])
      try reader.read { event in
        switch event {
        case .window(let window):
          #expect(window.number == windows.count)
          windows.append(window)
          if window.isFinal { finalWindows.append(Sight(window)) }
        case .restarted:
          restarts += 1
          windows.removeAll { !$0.isFinal }
        case .ended(let video): #expect(video.duration == reader.duration)
        }
      }
      if reader.starts != starts || reader.duration != duration { contradictions += 1 }

      let settled = try item.reader(path)
      try settled.settle()
      var expected: [Sight] = []
      try settled.read { event in
        if case .window(let window) = event {
          expected.append(Sight(window))
          #expect(window.isFinal)
        }
        if case .restarted = event { Issue.record("a settled reading restarts") }
      }
      #expect(windows.map(Sight.init) == expected)
      #expect(windows.count == reader.starts.count && windows.last?.count == windows.count)
      #expect(Array(expected.prefix(finalWindows.count)) == finalWindows)
      if case .stride = item.placement, item.rate != .source { #expect(finalWindows.count == windows.count) }
    }
    #expect(contradictions > 3, "the damage contradicts no container: the test looks at nothing")
    if case .even = item.placement {
      #expect(restarts > 0)
    } else if item.rate != .source {
      #expect(restarts == 0)
    }
  }

  /// The scoring loop gives what it would have given had it known.
  @Test(arguments: [WindowPlacement.even(5), .stride(2)])
  func scoresAreThoseOfTheTrueWindows(_ placement: WindowPlacement) throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    var options = ClassifierOptions()
    options.sampling.placement = placement
    options.threads = 1
    let classifier = try Classifier(model: "camera-motion", options: options)
    for path in try damaged().map({ BytePath($0) }).prefix(6) {
      let reader = try VideoInput.file(path).open(classifier.sampling, threads: 1)
      let predictor = try classifier.workspaces.workspace().scorer.predictor
      let expected = try reader.settledWindows().map { try predictor.predict([$0.samples])[0].logits }
      var done: [Int] = []
      let scored = try classifier.scoredWindows(of: path) { now, _ in done.append(now) }
      var found: [[Float]] = []
      while let window = try scored.next() {
        #expect(window.number == found.count)
        #expect(window.scores == ClassScores(logits: window.logits.map(Double.init)))
        found.append(window.logits)
      }
      #expect(found == expected)
      #expect(done.last == found.count && done.count >= found.count)
      #expect(try scored.next() == nil && scored.summary.duration == reader.duration)
    }
  }

  /// Whoever holds the control ends the loop from another thread, and waits for no more than the window under
  /// way.
  @Test(arguments: [1, 2])
  func aLoopThatIsCancelledScoresNoFurtherWindow(_ threads: Int) throws {
    var options = ClassifierOptions()
    options.sampling.placement = .stride(1)
    options.threads = threads
    let classifier = try Classifier(model: "camera-motion", options: options)
    let path = BytePath(Checkout.clip)
    let control = DecodingControl()
    let scored = try classifier.scoredWindows(of: path, control: control)
    #expect(try scored.next()?.number == 0)
    control.cancel()
    #expect(throws: ClassifierError.video(path, cause: "interrupted", kind: .cancelled)) { try scored.next() }
  }

  @Test(arguments: ClassScores.Merge.allCases)
  func mergingWindowByWindowHasTheBitsOfMergingThemAll(_ merge: ClassScores.Merge) async throws {
    var options = ClassifierOptions()
    options.sampling.placement = .stride(3)
    options.merge = merge
    options.top = 9
    options.keepsLogits = true
    let classifier = try Classifier(model: "camera-motion", options: options)
    let path = BytePath(Checkout.samples.appending(path: "pan_right_then_tilt_up.mp4").path)
    let labels = try await classifier.classify(.file(path))
    let logits = labels.windows.compactMap(\.logits)
    #expect(logits.count == labels.windows.count)
    // Every sum in the order of the windows, as written out here.
    let scores = logits.map { ClassScores(logits: $0.map(Double.init)).values }
    let expected = (0..<9).map { label -> Double in
      switch merge {
      case .mean: scores.map { $0[label] }.dropFirst().reduce(scores[0][label], +) / Double(scores.count)
      case .max: scores.map { $0[label] }.reduce(0, max)
      case .logits: Double(logits.map { Double($0[label]) }.reduce(0, +)) / Double(logits.count)
      }
    }
    let merged = merge == .logits ? ClassScores(logits: expected).values : expected
    #expect(labels.labels.sorted { $0.index < $1.index }.map(\.score) == merged)
  }
}
