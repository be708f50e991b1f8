import Foundation
import TestSupport
import Testing

@testable import R2P1DVideo

/// Results go to JSON and back.
@Suite struct ResultCodingTests {
  /// Encoded, decoded and encoded again: the same text, by Foundation's encoder and by the project's own.
  private func expectSame<Value: Codable>(_ value: Value, _ place: SourceLocation = #_sourceLocation) throws
    -> Value
  {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let data = try encoder.encode(value)
    let back = try JSONDecoder().decode(Value.self, from: data)
    #expect(try encoder.encode(back) == data, sourceLocation: place)
    let own = try JSONDecoder().decode(Value.self, from: Data(JSON.text(value, pretty: true).utf8))
    #expect(JSON.text(own, pretty: true) == JSON.text(value, pretty: true), sourceLocation: place)
    return back
  }

  struct Case: Sendable {
    var rate: SampleRate?
    var placement = WindowPlacement.even(2)
    var merge = ClassScores.Merge.mean
    var givesReceipts = true
  }

  @Test(
    "Labels, features and timelines of a video come back as they were",
    arguments: [
      Case(), Case(rate: .source, placement: .stride(16), merge: .max),
      Case(rate: .perSecond(Rational(30_000, 1001)), merge: .logits),
      Case(rate: .perSecond(Rational(25, 2)), givesReceipts: false),
    ])
  func roundTrip(_ item: Case) async throws {
    var options = ClassifierOptions()
    options.sampling.rate = item.rate
    options.sampling.placement = item.placement
    options.merge = item.merge
    options.givesReceipts = item.givesReceipts
    options.keepsLogits = true
    let classifier = try await Network.load(.named("camera-motion")).classifier(options)
    let input = VideoInput.file(BytePath(Checkout.clip))
    let labels = try await classifier.classify(input)
    let back = try expectSame(labels)
    #expect(back.sampling == labels.sampling && back.file == labels.file && back.receipt == labels.receipt)
    #expect(back.windows.map(\.logits) == labels.windows.map(\.logits))
    _ = try expectSame(try await classifier.embed(input))
    let timeline = classifier.timeline(of: input, thumbnails: 2)
    for try await window in timeline { #expect(try expectSame(window) == window) }
    let summary = try expectSame(try await timeline.summary())
    #expect(summary.thumbnails.count == 2)
  }

  @Test("A segmenter takes windows that a client's test has made")
  func fakes() throws {
    let names = LabelSet(["rain", "sun"])
    var segmenter = Segmenter(labels: names)
    var segments: [VideoSegment] = []
    for number in 0..<8 {
      let scores = ClassScores(number < 4 ? [0.9, 0.1] : [0.1, 0.9])
      segments += segmenter.add(
        ScoredWindow(
          number: number, count: 8, start: Rational(number), end: Rational(number + 1), videoEnd: 8,
          scores: scores))
    }
    segments += segmenter.finish()
    #expect(segments.map(\.label) == ["rain", "sun"] && segments.map(\.end) == [4, 8])
    for segment in segments { #expect(try expectSame(segment) == segment) }
  }

  @Test("A result that a client's test has made goes to JSON and back, though its path is not UTF-8")
  func made() throws {
    let sampling = ResolvedSampling(
      frames: 16, rate: .perSecond(15), placement: .stride(8), resize: .squash,
      normalization: try #require(SampleNormalization(mean: [0, 0, 0], deviation: [1, 1, 1])),
      start: Rational(3, 2), end: nil,
      seeking: true, track: 3, merge: .max, crops: 3)
    #expect(SampleNormalization(mean: [0, 0, 0], deviation: [1, 0, 1]) == nil)
    let video = VideoSummary(
      start: 0, duration: 3, width: 320, height: 240, frameRate: 30, codec: "h264", framesDecoded: 90,
      track: 3, timecode: "10:20:30:12")
    let label = ScoredLabel(label: "rain", index: 4, score: 0.5)
    let labels = VideoLabels(
      file: BytePath(bytes: [0x61, 0xFF]), model: ModelSummary(name: "m", architecture: "r2d_18", classes: 9),
      video: video, sampling: sampling, labels: [label],
      windows: [WindowLabels(start: 0, end: 1, labels: [label], logits: [1.5, 0.1])],
      receipt: Provenance(
        tool: "1", ffmpeg: ["libavcodec": "60"], instructionSet: "avx2", precision: "f32", logitError: 1e-6,
        model: "m",
        sampling: sampling, framesDecoded: 90))
    #expect(try expectSame(labels) == labels)
    #expect(try expectSame(sampling) == sampling)
  }

  @Test(
    "JSON that no result gives is refused, and traps nothing",
    arguments: [
      #"{"start":[0,1],"end":[1,1],"label":"a","index":2,"scores":[0.5]}"#,
      #"{"start":[0,0],"end":[1,1],"label":"a","index":0,"scores":[0.5]}"#,
      #"{"start":[0,1],"end":[-1,1],"label":"a","index":0,"scores":[0.5]}"#,
      #"{"start":[0,1],"end":[1,1],"label":"a","index":-1,"scores":[]}"#,
    ])
  func refused(_ json: String) {
    #expect(throws: DecodingError.self) { try JSONDecoder().decode(VideoSegment.self, from: Data(json.utf8)) }
  }

  @Test("A rate that no sampling has is refused", arguments: ["0", "-15", "1e300", "\"fast\"", "null"])
  func rates(_ fps: String) {
    let json = """
      {"frames":8,"fps":\(fps),"windows":5,"resize":"crop","merge":"mean","mean":[0,0,0],"std":[1,1,1]}
      """
    #expect(throws: DecodingError.self) { try JSONDecoder().decode(SamplingJSON.self, from: Data(json.utf8)) }
  }
}
