import Foundation
import TestSupport
import Testing

@testable import R2P1DVideo
@testable import VideoDecoding

@Suite struct SamplerTests {
  /// The goldens of `make_sampling.py`.
  struct Goldens: Decodable {
    struct Stream: Decodable {
      let tick: String
      let rate: String
      let container: String
      let last: Int64
      let stamps: [Int64?]
      /// What comes of them, as fractions of seconds.
      let times: [String]
      let first: String
      let duration: String
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
      /// When the first sample is shown and the last one ends.
      let first: String
      let finish: String

      var testDescription: String {
        "\(name), \(fps) samples a second from \(start ?? "the start") to \(end ?? "the end")"
      }
      var placement: WindowPlacement { stride.map { .stride($0) } ?? .even(windows ?? 1) }
    }

    let streams: [String: Stream]
    let cases: [Case]

    static let read = Result { try GoldenFile.read("sampling", in: .module, as: Goldens.self) }

    static func all() throws -> Goldens { try read.get() }

    /// The timeline of the stream of this name.
    static func timeline(_ name: String) throws -> PresentationTimes {
      let stream = try #require(try all().streams[name])
      let (tick, rate) = (try #require(Rational(stream.tick)), try #require(Rational(stream.rate)))
      let container = try #require(Rational(stream.container))
      let clock = PresentationTimes.Clock(
        tickSeconds: (Int32(tick.numerator), Int32(tick.denominator)),
        rate: (Int32(rate.numerator), Int32(rate.denominator)),
        containerStart: (Int64(container.numerator), Int32(container.denominator)))
      var builder = TimelineBuilder(clock: clock)
      let times = stream.stamps.map { builder.time(stamp: $0) }
      return PresentationTimes(times: times, start: builder.start, lastDuration: stream.last, clock: clock)
    }
  }

  @Test(arguments: try Goldens.all().cases)
  func samplesShowTheFramesThatExactFractionsGive(_ golden: Goldens.Case) throws {
    let sampler = try Sampler(
      Goldens.timeline(golden.name), rate: try #require(SampleRate(golden.fps)),
      start: golden.start.flatMap(Rational.init(time:)), end: golden.end.flatMap(Rational.init(time:)))
    #expect(Array(sampler) == golden.picks)
    #expect(try sampler.starts(frames: golden.frames, golden.placement) == golden.starts)
    #expect(sampler.time(of: 0) == Rational(golden.first))
    #expect(sampler.endTime == Rational(golden.finish))
  }

  @Test(arguments: try Goldens.all().streams.keys.sorted())
  func stampsGiveTheTimesAndDurationThatExactFractionsGive(_ name: String) throws {
    let (stream, timeline) = (try #require(try Goldens.all().streams[name]), try Goldens.timeline(name))
    let seconds = { (units: Int128) in Rational(nearest: units, timeline.scale).description }
    #expect(timeline.times.map(seconds) == stream.times)
    #expect(seconds(timeline.duration) == stream.duration)
    let sign = timeline.start < 0 ? "-" : ""
    #expect(sign + seconds(abs(timeline.start)) == stream.first)
  }

  /// The containers that people have: where the first frame is not at 0, all printed times are later by that.
  @Test func aStartBeforeTheFirstFrameMeansTheFirstFrame() throws {
    let timeline = try Goldens.timeline("starts 3 s after the sound")
    for start in [nil, 0, 1, Rational(5, 2), 3] as [Rational?] {
      let sampler = try Sampler(timeline, rate: .perSecond(15), start: start)
      #expect(sampler[0] == 0 && sampler.time(of: 0) == 3 && sampler.count == 36)
    }
    #expect(throws: VideoError.emptyPart(start: 3, end: 2)) {
      try Sampler(timeline, rate: .perSecond(15), start: 1, end: 2)
    }
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
    let clock = PresentationTimes.Clock(tickSeconds: (1, 2_147_483_647), rate: (2_147_483_629, 1))
    let timeline = PresentationTimes(times: [0, 1 << 64], clock: clock)
    for rate in [Rational(1_073_741_789, 1_073_742), Rational(1_073_742, 1_073_741_789), 15] {
      let sampler = try Sampler(timeline, rate: .perSecond(rate), start: Rational(999_999, 1_000_000))
      #expect(sampler.first == 0)
      #expect(sampler[sampler.count - 1] <= 1)
    }
  }

  @Test func aListOfTooManyWindowsIsAnError() throws {
    let clock = PresentationTimes.Clock(tickSeconds: (1, 1000), rate: (25, 1))
    let sampler = try Sampler(PresentationTimes(times: [0, 1 << 50], clock: clock), rate: .perSecond(15))
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
