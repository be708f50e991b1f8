import Testing
import VideoDecoding

/// Which frames are shown in a stretch of time.
@Suite struct FrameRangeTests {
  /// 25 a second, in ticks of 1/25 s, from 0.5 s of a player's clock on.
  private func times(_ stamps: [Int64], rate: Int32 = 25, tick: Int32 = 50) -> PresentationTimes {
    let clock = PresentationTimes.Clock(tickSeconds: (1, tick), rate: (rate, 1), containerStart: (0, tick))
    return PresentationTimes(
      times: stamps.map { Int128($0) * clock.tick }, start: clock.scale / 2, clock: clock)
  }

  private func frames(_ times: PresentationTimes, _ start: Double, _ end: Double) -> Range<Int>? {
    let thousandths = 1000 * Double(times.scale)
    return times.frames(from: Int128(start * thousandths), to: Int128(end * thousandths))
  }

  @Test(
    arguments: [
      (0.5, 0.9, 0..<10), (0.52, 0.9, 0..<10), (0.54, 0.58, 1..<2), (0.541, 0.579, 1..<2),
      (0.55, 0.5501, 1..<2),
      // Within a millisecond of an edge it is the edge.
      (0.5395, 0.9, 1..<10), (0.5, 0.9005, 0..<10), (0.5385, 0.9, 0..<10), (0.5, 0.9015, 0..<11),
      (0, 0.6, 0..<3), (0.9, 100, 10..<50), (2.498, 3, 49..<50), (2.47, 2.6, 49..<50),
      // What lies in the video shows a frame, however short it is.
      (0.5, 0.5005, 0..<1), (0.5, 0.501, 0..<1), (2.4995, 2.5, 49..<50), (1.0001, 1.0002, 12..<13),
    ] as [(Double, Double, Range<Int>)])
  func aFrameBelongsToTheStretchesInWhichItIsShown(_ start: Double, _ end: Double, _ expected: Range<Int>) {
    #expect(frames(times((0..<50).map { 2 * $0 }), start, end) == expected)
  }

  @Test(arguments: [(0, 0.5), (0, 0.4), (0, 0.5005), (2.5, 3), (2.4995, 3), (7, 8)])
  func outsideTheVideoThereIsNone(_ start: Double, _ end: Double) {
    #expect(frames(times((0..<50).map { 2 * $0 }), start, end) == nil)
  }

  @Test func aSlideIsShownUntilTheNext() {
    let slides = times([0, 500, 520], rate: 1)
    #expect(frames(slides, 5, 6) == 0..<1)
    #expect(frames(slides, 9, 10.6) == 0..<2)
    #expect(frames(slides, 10.89, 10.91) == 1..<3)
  }
}
