import Testing

@testable import VideoDecoding

@Suite struct TimelineTests {
  /// Ticks of 1/10 s, 5 pictures a second: a unit is 1/10 s, a period 2 units.
  static let clock = PresentationTimes.Clock(tickSeconds: (1, 10), rate: (5, 1))

  @Test(
    arguments: [
      ([0, 2, 4], [0, 2, 4]),
      ([7, 9, 20], [0, 2, 13]),
      ([-5, -3, 1], [0, 2, 6]),
      ([0, nil, 4], [0, 2, 4]),
      ([0, nil, 1, 5], [0, 2, 2, 5]),
      ([nil, nil, 9], [0, 2, 9]),
      ([nil], [0]),
      // Repeated, or back by up to half a second (5 ticks): at the time of the one before.
      ([4, 4, 3, 20], [0, 0, 0, 16]),
      ([0, 10, 10, 10, 12], [0, 10, 10, 10, 12]),
      ([0, 10, 5, 12], [0, 10, 10, 12]),
      // Further back: the clock was reset, and all that follow are moved.
      ([0, 10, 4, 6, 8], [0, 10, 12, 14, 16]),
      ([50, 52, 0, 2, 7, 0, 2], [0, 2, 4, 6, 11, 13, 15]),
      ([0, 10, 0, nil, 5, 8], [0, 10, 12, 14, 17, 20]),
      ([0, 1 << 62, 4, 6], [0, 1 << 62, 1 << 62 + 2, 1 << 62 + 4]),
      ([-4, Int64.max, .max, 4], [0, 1 << 63 + 3, 1 << 63 + 3, 1 << 63 + 5]),
    ] as [([Int64?], [Int128])])
  func aTimeIsNeverBeforeTheOneBefore(_ stamps: [Int64?], _ times: [Int128]) {
    var builder = TimelineBuilder(clock: Self.clock)
    #expect(stamps.map { builder.time(stamp: $0) } == times)
  }

  @Test(arguments: [
    PresentationTimes.Clock(tickSeconds: (.max, 1), rate: (1, 86_400)),
    PresentationTimes.Clock(tickSeconds: (.max, 1), rate: (.max - 1, 1), containerStart: (.min, 1)),
    PresentationTimes.Clock(tickSeconds: (.max, 1), rate: (1, 1), containerStart: (.max, .max - 18)),
    PresentationTimes.Clock(tickSeconds: (1, .max), rate: (.max - 1, 1), containerStart: (.min, .max - 18)),
  ])
  func timesThatNoFileHasStayWithinBounds(_ clock: PresentationTimes.Clock) {
    let extremes: [[Int64?]] = [
      [0, .max, nil, .min, nil], [.min, .max, .min, .max, 0], [.max, .min, .max, nil],
    ]
    for stamps in extremes {
      var builder = TimelineBuilder(clock: clock)
      let times = stamps.map { builder.time(stamp: $0) }
      #expect(times.allSatisfy { (0...1 << 64).contains($0) })
      #expect(times == times.sorted())
      let timeline = PresentationTimes(times: times, start: builder.start, lastDuration: .max, clock: clock)
      #expect(abs(timeline.start) < 1 << 64 && (1...1 << 65).contains(timeline.duration))
      #expect(clock.reach >= 0)
    }
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
    let clock = PresentationTimes.Clock(tickSeconds: tick, rate: rate)
    #expect(clock.scale == scale)
    #expect(clock.tick == units)
    #expect(clock.period == period)
  }

  /// A period is 2 ticks.
  @Test(
    arguments: [(nil, 11), (0, 11), (1, 11), (2, 11), (3, 11), (4, 13), (30, 39), (-5, 11)]
      as [(Int64?, Int128)])
  func theLastFrameLastsOnePeriodOrItsOwnDurationIfThatIsOverOneAndAHalf(_ own: Int64?, _ duration: Int128) {
    #expect(PresentationTimes(times: [0, 2, 9], lastDuration: own, clock: Self.clock).duration == duration)
  }

  @Test(
    arguments: [
      (0, 1, 70, 70, 10), (7, 5, 14, 0, 10), (1, 44100, 70, 70 * 4410 - 1, 44100), (-1, 5, 0, 2, 10),
      (2, 1, 10, -10, 10),
    ] as [(Int64, Int32, Int64, Int, Int)])
  func theFirstFrameIsShownAtItsStampLessTheContainersStart(
    _ above: Int64, _ below: Int32, _ stamp: Int64, _ start: Int, _ scale: Int
  ) {
    let clock = PresentationTimes.Clock(tickSeconds: (1, 10), rate: (5, 1), containerStart: (above, below))
    var builder = TimelineBuilder(clock: clock)
    #expect(builder.time(stamp: stamp) == 0)
    #expect(clock.scale == Int128(scale) && builder.start == Int128(start))
  }

  @Test func whereTheContainerNamesNoStartTheFirstFrameIsAtZero() {
    var builder = TimelineBuilder(clock: Self.clock)
    #expect(builder.time(stamp: 70) == 0 && builder.start == 0)
  }

  @Test func aFirstFrameWithoutAStampIsShownAtTheStart() {
    let clock = PresentationTimes.Clock(tickSeconds: (1, 10), rate: (5, 1), containerStart: (3, 1))
    var builder = TimelineBuilder(clock: clock)
    #expect([nil, 3].map { builder.time(stamp: $0) } == [0, 3] && builder.start == 0)
  }
}
