import Testing

@testable import VideoDecoding

@Suite struct TimelineTests {
  /// Ticks of 1/10 s, 5 pictures a second: a unit is 1/10 s, a period 2 units.
  static let clock = Timeline.Clock(tickSeconds: (1, 10), rate: (5, 1))

  @Test(
    arguments: [
      ([0, 2, 4], [0, 2, 4]),
      ([7, 9, 20], [0, 2, 13]),
      ([-5, -3, 1], [0, 2, 6]),
      ([0, nil, 4], [0, 2, 4]),
      ([0, nil, 1, 5], [0, 2, 4, 5]),
      ([nil, nil, 9], [0, 2, 9]),
      ([nil], [0]),
      ([4, 4, 3, 20], [0, 2, 4, 16]),
      ([0, 1 << 62, 4], [0, 1 << 62, 1 << 62 + 2]),
      ([-4, Int64.max, .max, 4], [0, 1 << 63 + 3, 1 << 63 + 5, 1 << 63 + 7]),
    ] as [([Int64?], [Int128])])
  func aTimeThatIsMissingOrNotLaterIsOnePeriodAfterTheOneBefore(_ stamps: [Int64?], _ times: [Int128]) {
    var builder = TimelineBuilder(clock: Self.clock)
    #expect(stamps.map { builder.time(stamp: $0) } == times)
  }

  @Test func timesThatNoFileHasStayWithinBounds() {
    var builder = TimelineBuilder(clock: Timeline.Clock(tickSeconds: (.max, 1), rate: (1, 86_400)))
    let times = [0, Int64.max, nil, .min, nil].map { builder.time(stamp: $0) }
    #expect(times.allSatisfy { (0...1 << 64).contains($0) })
    #expect(times == times.sorted())
  }

  @Test(
    arguments: [
      ((1, 14336), (28, 1), 14336, 1, 512),
      ((1, 1000), (30000, 1001), 30000, 30, 1001),
      ((1, 90000), (30000, 1001), 90000, 1, 3003),
      ((1, 25), (25, 1), 25, 1, 1),
      ((1001, 30000), (30000, 1001), 30000, 1001, 1001),
      // No common unit is long enough: the period is rounded to 2^-16 of a tick.
      ((1, 2_147_483_647), (2_147_483_646, 1), 2_147_483_647 << 16, 1 << 16, 1 << 16),
    ] as [((Int32, Int32), (Int32, Int32), Int128, Int128, Int128)])
  func theUnitHoldsTheTickAndThePeriodExactly(
    _ tick: (Int32, Int32), _ rate: (Int32, Int32), _ scale: Int128, _ units: Int128, _ period: Int128
  ) {
    let clock = Timeline.Clock(tickSeconds: tick, rate: rate)
    #expect(clock.scale == scale)
    #expect(clock.tick == units)
    #expect(clock.period == period)
  }

  @Test func theDurationIsTheLastTimeAndOnePeriod() {
    #expect(Timeline(times: [0, 2, 9], clock: Self.clock).duration == 11)
    #expect(Timeline(times: [0], clock: Self.clock).duration == 2)
  }
}
