import Foundation
import Testing
import VideoDecoding

@testable import R2P1DVideo

@Suite struct SamplerTests {
  /// The goldens of `make_sampling.py`.
  struct Goldens: Decodable {
    struct Stream: Decodable {
      let tick: String
      let rate: String
      let stamps: [Int]
    }

    struct Case: Decodable, CustomTestStringConvertible {
      let name: String
      let fps: String
      let start: String?
      let end: String?
      let frames: Int
      let windows: Int?
      let stride: Int?
      let picks: [Int]
      let starts: [Int]

      var testDescription: String {
        "\(name), \(fps) samples a second from \(start ?? "the start") to \(end ?? "the end")"
      }
      var placement: WindowPlacement { stride.map { .stride($0) } ?? .even(windows ?? 1) }
    }

    let streams: [String: Stream]
    let cases: [Case]

    static let all = Self.read()

    private static func read() -> Goldens {
      guard let folder = Bundle.module.url(forResource: "Goldens", withExtension: nil),
        let data = try? Data(contentsOf: folder.appending(path: "sampling.json")),
        let goldens = try? JSONDecoder().decode(Goldens.self, from: data)
      else { return Goldens(streams: [:], cases: []) }
      return goldens
    }

    /// The timeline of the stream of this name.
    static func timeline(_ name: String) throws -> Timeline {
      let stream = try #require(all.streams[name])
      let (tick, rate) = (try #require(Rational(stream.tick)), try #require(Rational(stream.rate)))
      let clock = Timeline.Clock(
        tickSeconds: (Int32(tick.numerator), Int32(tick.denominator)),
        rate: (Int32(rate.numerator), Int32(rate.denominator)))
      return Timeline(times: stream.stamps.map { Int128($0) * clock.tick }, clock: clock)
    }
  }

  @Test func theGoldensAreThere() {
    #expect(Goldens.all.cases.count > 50)
  }

  @Test(arguments: Goldens.all.cases)
  func samplesShowTheFramesThatExactFractionsGive(_ golden: Goldens.Case) throws {
    let sampler = try Sampler(
      Goldens.timeline(golden.name), rate: try #require(SampleRate(golden.fps)),
      start: golden.start.flatMap(Rational.init(time:)), end: golden.end.flatMap(Rational.init(time:)))
    #expect(Array(sampler) == golden.picks)
    #expect(try sampler.starts(frames: golden.frames, golden.placement) == golden.starts)
  }

  @Test func timesAreTheFilesOwn() throws {
    let timeline = try Goldens.timeline("28 frames a second")
    let whole = try Sampler(timeline, rate: .perSecond(15))
    #expect(whole.time(of: 0) == 0 && whole.time(of: 16) == Rational(16, 15) && whole.endTime == 10)
    let part = try Sampler(timeline, rate: .perSecond(15), start: Rational(time: "2.5"), end: 4)
    #expect(
      part.time(of: 0) == Rational(5, 2) && part.time(of: 15) == Rational(7, 2) && part.endTime == 4
        && part.count == 22)
    let source = try Sampler(timeline, rate: .source, start: 1)
    #expect(
      source.time(of: 0) == 1 && source.time(of: 14) == Rational(3, 2) && source.time(of: source.count) == 10)
  }

  @Test func aPartThatHoldsNothingIsAnError() throws {
    let timeline = try Goldens.timeline("30")
    #expect(throws: VideoError.emptyPart(start: 3, end: 3)) {
      try Sampler(timeline, rate: .perSecond(15), start: 3)
    }
    #expect(throws: VideoError.emptyPart(start: 2, end: 1)) {
      try Sampler(timeline, rate: .source, start: 2, end: 1)
    }
    #expect(try Sampler(timeline, rate: .perSecond(15), start: Rational(time: "2.99")).count == 1)
  }

  @Test func ratesAndTimesOutOfRangeAreErrors() throws {
    let timeline = try Goldens.timeline("30")
    for rate in [Rational(0), Rational(1001), Rational(1, 2_000_000_000)] {
      #expect(throws: VideoError.self) { try Sampler(timeline, rate: .perSecond(rate)) }
    }
    #expect(throws: VideoError.self) { try Sampler(timeline, rate: .source, start: Rational(.max)) }
    #expect(throws: VideoError.self) { try Sampler(timeline, rate: .source, end: Rational(1, 3_000_000)) }
  }

  /// The latest times and the finest units that a timeline can have.
  @Test func productsOfExtremeTimesFit() throws {
    let clock = Timeline.Clock(tickSeconds: (1, 2_147_483_647), rate: (2_147_483_629, 1))
    let timeline = Timeline(times: [0, 1 << 64], clock: clock)
    for rate in [Rational(1_073_741_789, 1_073_742), Rational(1_073_742, 1_073_741_789), 15] {
      let sampler = try Sampler(timeline, rate: .perSecond(rate), start: Rational(999_999, 1_000_000))
      #expect(sampler.first == 0)
      #expect(sampler[sampler.count - 1] <= 1)
    }
  }

  @Test func aListOfTooManyWindowsIsAnError() throws {
    let clock = Timeline.Clock(tickSeconds: (1, 1000), rate: (25, 1))
    let sampler = try Sampler(Timeline(times: [0, 1 << 50], clock: clock), rate: .perSecond(15))
    #expect(throws: VideoError.tooManyWindows(samples: sampler.count)) {
      try sampler.starts(frames: 16, .stride(8))
    }
    #expect(try sampler.starts(frames: 16, .even(3)) == [0, (sampler.count - 16) / 2, sampler.count - 16])
  }

  @Test(
    arguments: [
      ("90", Rational(90)), ("1:30", 90), ("00:01:30.5", Rational(181, 2)), ("0.25", Rational(1, 4)),
      (".5", Rational(1, 2)),
      ("90:00", 5400), ("1:2:3", 3723), ("", nil), (":", nil), ("1:60", nil), ("1:61:00", nil), ("-1", nil),
      ("1.5:00", nil), ("1e3", nil), ("1:2:3:4", nil), ("9999999999", nil), ("nan", nil), ("١", nil),
      ("0x10", nil),
      ("999999999:0:0", nil),
    ] as [(String, Rational?)])
  func timesAreReadAsPeopleWriteThem(_ text: String, _ seconds: Rational?) {
    #expect(Rational(time: text) == seconds)
  }

  @Test(
    arguments: [
      ("15", .perSecond(15), "15"), ("12.5", .perSecond(Rational(25, 2)), "12.5"),
      ("source", .source, "source"),
      ("30000/1001", .perSecond(Rational(30000, 1001)), "30000/1001"),
      ("0.5", .perSecond(Rational(1, 2)), "0.5"),
      ("0", nil, ""), ("1001", nil, ""), ("-5", nil, ""), ("fast", nil, ""), ("1/0", nil, ""),
      ("0.0001", nil, ""),
      ("15 ", nil, ""), ("1/2/3", nil, ""),
    ] as [(String, SampleRate?, String)])
  func ratesAreReadAndWritten(_ text: String, _ rate: SampleRate?, _ written: String) {
    #expect(SampleRate(text) == rate)
    if let rate { #expect(rate.description == written) }
  }
}
