import TestSupport
import Testing

@testable import R2P1DVideo
@testable import Reports

/// Rates, timecodes, and edges of segments on a format's marks.
@Suite struct SegmentGridTests {
  @Test(
    arguments: [
      (23.976023976023978, Rational(24000, 1001)), (23.976, Rational(24000, 1001)), (24, 24), (25, 25),
      (29.97, Rational(30000, 1001)), (29.97002997002997, Rational(30000, 1001)), (30, 30), (50, 50),
      (59.94005994005994, Rational(60000, 1001)), (60, 60), (14.985014985014985, Rational(15000, 1001)),
      (12.5, Rational(25, 2)), (7.5, Rational(15, 2)), (1 / 7.0, Rational(1, 7)), (0.5, Rational(1, 2)),
      (3.75, Rational(15, 4)), (28.25, 28),
      (119.88011988011988, Rational(120_000, 1001)), (30.001, 30), (28, 28),
      // Variable ones.
      (29.870312, 30), (24.61, 25), (0.37, 1), (.nan, 25), (0, 25), (1e12, 1_000_000),
    ] as [(Double, Rational)])
  func theRateOfFrames(_ average: Double, _ rate: Rational) {
    #expect(FrameRate(average: average).perSecond == rate)
  }

  @Test func aDoubleLeadsBackToTheFractionThatItCameFrom() {
    var random = SplitMix64(seed: 7)
    for _ in 0..<10_000 {
      let rate = Rational(
        Int.random(in: 1...120_000, using: &random), Int.random(in: 1...1001, using: &random))
      #expect(Rational(simplest: rate.double) == rate)
    }
  }

  @Test(
    arguments: [
      (Rational(25), 0, "00:00:00:00"), (25, 25 * 3600 + 26, "01:00:01:01"), (24, 2_073_599, "23:59:59:23"),
      (Rational(24000, 1001), 24 * 60, "00:01:00:00"), (50, 99, "00:00:01:49"),
      // SMPTE's own cases: two numbers of 30 are left out each minute but every tenth, four of 60.
      (SegmentCase.ntsc, 1799, "00:00:59;29"), (SegmentCase.ntsc, 1800, "00:01:00;02"),
      (SegmentCase.ntsc, 3597, "00:01:59;29"), (SegmentCase.ntsc, 3598, "00:02:00;02"),
      (SegmentCase.ntsc, 17_981, "00:09:59;29"), (SegmentCase.ntsc, 17_982, "00:10:00;00"),
      (SegmentCase.ntsc, 107_891, "00:59:59;29"), (SegmentCase.ntsc, 107_892, "01:00:00;00"),
      (SegmentCase.ntsc, 2_589_407, "23:59:59;29"),
      (Rational(60000, 1001), 3599, "00:00:59;59"), (Rational(60000, 1001), 3600, "00:01:00;04"),
      (Rational(60000, 1001), 215_784, "01:00:00;00"),
    ] as [(Rational, Int, String)])
  func timecodes(_ rate: Rational, _ frame: Int, _ text: String) throws {
    let clock = Timecode(for: FrameRate(rate))
    #expect(clock.rate.perSecond == rate)
    #expect(clock.text(frame) == text)
    #expect(clock.frame(try #require(TimecodeReading(text))) == frame)
  }

  /// Every number of a day of drop-frame counting: one after the other, and back to the frame.
  @Test(arguments: [SegmentCase.ntsc, Rational(60000, 1001), Rational(25)]) func aDayOfTimecodes(
    _ rate: Rational
  ) {
    let clock = Timecode(for: FrameRate(rate))
    var last = ""
    for frame in stride(from: 0, to: clock.framesPerDay, by: 7) {
      let text = clock.text(frame)
      let isNext = last < text && TimecodeReading(text).flatMap(clock.frame) == frame
      #expect(isNext, "\(text)")
      guard isNext else { return }
      last = text
    }
    #expect(clock.framesPerDay == clock.base * 86_400 - (clock.isDropFrame ? clock.base / 30 * 2592 : 0))
  }

  @Test(
    arguments: [
      (Rational(12_500, 1000), Rational(25)), (28, 30), (15, 30), (10, 30), (120, 60), (100, 50), (240, 60),
      (Rational(120_000, 1001), Rational(60000, 1001)), (Rational(15000, 1001), SegmentCase.ntsc), (1, 24),
      (Rational(1, 7), 24), (Rational(48000, 1001), Rational(48000, 1001)), (48, 48),
    ] as [(Rational, Rational)])
  func theRateOfAnEditorsTimeline(_ rate: Rational, _ timeline: Rational) {
    #expect(Timecode(for: FrameRate(rate)).rate.perSecond == timeline)
  }

  @Test(arguments: [
    "", "1:00:00:00", "01:00:00", "01:00:00:00:00", "24:00:00:00", "00:60:00:00", "00:00:60:00",
    "01;00:00:00",
    "01:00:00.00", "-1:00:00:00", "01:00:00:0a", "01:00:00:0000", "01:00:00:0", "01;00;00;00", "٠١:00:00:00",
  ])
  func noTimecode(_ text: String) { #expect(TimecodeReading(text) == nil) }

  @Test(
    arguments: [
      // Left out in drop-frame counting, beyond a second's frames, drop-frame of a rate that has none.
      ("00:01:00;00", SegmentCase.ntsc), ("00:01:00:01", SegmentCase.ntsc), ("00:00:00:25", 25),
      ("00:00:00;00", 25),
    ] as [(String, Rational)])
  func aClockThatNeverShowsIt(_ text: String, _ rate: Rational) throws {
    #expect(Timecode(for: FrameRate(rate)).frame(try #require(TimecodeReading(text))) == nil)
  }

  /// Thousands of timelines: what is written is in order, disjoint, a frame long at least, within the file,
  /// and each edge is the nearest mark where no segment is shorter than a frame.
  @Test(
    .slow,
    arguments: [
      Rational(24000, 1001), 24, 25, SegmentCase.ntsc, 30, 50, Rational(60000, 1001), 60, Rational(25, 2),
      Rational(1, 7), 1000,
    ] as [Rational])
  func whateverTheSegmentsAreTheyFit(_ perSecond: Rational) throws {
    var random = SplitMix64(seed: UInt64(perSecond.numerator))
    let rate = FrameRate(perSecond)
    for round in 0..<200 {
      let frames = Int.random(in: 1...3000, using: &random)
      let length = Double(frames) / perSecond.double
      let segments = Self.segments(
        within: length, shortest: round % 3 == 0 ? 0 : 1 / perSecond.double, &random)
      for scale in [perSecond, 1000, 1_000_000] {
        let grid = SegmentGrid(scale, rate: rate, videoEnd: length)
        guard let placed = grid.place(segments) else {
          #expect(segments.count > frames, "\(round)")
          continue
        }
        #expect(Self.areSound(placed, grid), "round \(round) at \(scale)")
        #expect(Self.areSound(grid.filled(placed), grid) && Self.areWhole(grid.filled(placed), grid))
        guard round % 3 != 0, scale.double > 100 * perSecond.double || scale == perSecond else { continue }
        for (found, wanted) in zip(placed, segments) {
          let exact = (wanted.start.double * scale.double, wanted.end.double * scale.double)
          #expect(abs(Double(found.start) - exact.0) < 1.001 && abs(Double(found.end) - exact.1) < 1.001)
        }
      }
    }
  }

  private static func areSound(_ placed: [PlacedSegment], _ grid: SegmentGrid) -> Bool {
    let shortest = max(1, Int((grid.scale.double / grid.rate.perSecond.double).rounded(.down)))
    let isOrdered = zip(placed, placed.dropFirst()).allSatisfy { $0.end <= $1.start }
    return isOrdered
      && placed.allSatisfy { segment in
        let isLong =
          segment.segment == nil ? segment.end > segment.start : segment.end - segment.start >= shortest
        return isLong && segment.start >= 0 && segment.end <= grid.end
      }
  }

  private static func areWhole(_ placed: [PlacedSegment], _ grid: SegmentGrid) -> Bool {
    placed.first?.start == 0 && placed.last?.end == grid.end
      && zip(placed, placed.dropFirst()).allSatisfy { $0.end == $1.start }
  }

  /// Ascending and disjoint, some of them back to back.
  private static func segments(
    within length: Double, shortest: Double, _ random: inout SplitMix64
  ) -> [SegmentDocument.Segment] {
    var segments: [SegmentDocument.Segment] = []
    let marks = (0..<Int.random(in: 1...40, using: &random)).map { _ in
      Rational(Int(Double.random(in: 0...length, using: &random) * 1e6), 1_000_000)
    }.sorted()
    for (start, end) in zip(marks, marks.dropFirst())
    where Bool.random(using: &random) && start < end && end.double - start.double >= shortest {
      segments.append(SegmentDocument.Segment(start: start, end: end, label: "a", index: 0, score: 1))
    }
    return segments
  }

  /// A frame lasts 33.4 ms: its edges are rounded, and none is pushed on.
  @Test(arguments: [Rational(24000, 1001), SegmentCase.ntsc, Rational(60000, 1001), 60])
  func segmentsOfAFrameEachStayWhereTheyAre(_ rate: Rational) throws {
    let edges = (0...300).map { Rational($0 * rate.denominator, rate.numerator) }
    let segments = zip(edges, edges.dropFirst()).map {
      SegmentDocument.Segment(start: $0, end: $1, label: "a", index: 0, score: 1)
    }
    let end = 300 / rate.double
    let frames = SegmentGrid(rate, rate: FrameRate(rate), videoEnd: end).place(segments)
    #expect(frames?.map(\.start) == Array(0..<300) && frames?.map(\.end) == Array(1...300))
    let milliseconds = SegmentGrid(1000, rate: FrameRate(rate), videoEnd: end).place(segments)
    #expect(milliseconds?.map(\.start) == edges.dropLast().map { $0.rounded(perSecond: 1000) })
  }

  @Test func moreSegmentsThanFramesAreRefused() throws {
    var example = SegmentCase.all[0].document
    example.video = VideoSummary(
      start: 0, duration: 0.08, width: 1, height: 1, frameRate: 25, codec: "", framesDecoded: 1)
    example.segments = (0..<3).map {
      SegmentDocument.Segment(
        start: Rational($0, 100), end: Rational($0 + 1, 100), label: "a", index: 0, score: 1)
    }
    for format in SegmentDocument.Format.allCases {
      let error = #expect(throws: ClassifierError.self) { try example.text(format) }
      #expect(error?.cause.contains("has 3 segments, more than frames to hold them") == true)
    }
    example.segments.removeLast()
    #expect(try example.chapters().contains("START=40\nEND=80\n"))
  }

  @Test func aSegmentBeyondTheLastFrameEndsWithIt() throws {
    var example = SegmentCase.all[0].document
    example.segments = [
      SegmentDocument.Segment(start: 9, end: 12, label: "a", index: 0, score: 1),
      SegmentDocument.Segment(start: 12, end: 13, label: "a", index: 0, score: 1),
    ]
    #expect(
      try example.losslessCutTable() == "Start,End,Name,Score\r\n9.000,9.960,a,1.0\r\n9.960,10.000,a,1.0\r\n")
  }
}
