import Testing

@testable import R2P1DVideo

@Suite struct RationalTests {
  @Test(arguments: [
    (Rational(0), "0.0", "00:00:00.000", "0:00.000"),
    (Rational(16, 15), "1.066667", "00:00:01.067", "0:01.067"),
    (Rational(181, 2), "90.5", "00:01:30.500", "1:30.500"),
    (Rational(3_599_999_500, 1_000_000), "3599.9995", "01:00:00.000", "1:00:00.000"),
    (Rational(59_999, 1000), "59.999", "00:00:59.999", "0:59.999"),
    (Rational(1, 2_000_000), "0.000001", "00:00:00.000", "0:00.000"),
    (Rational(360_000), "360000.0", "100:00:00.000", "100:00:00.000"),
  ])
  func aTimeIsPrintedAs(_ time: Rational, _ decimal: String, _ clock: String, _ short: String) {
    #expect(time.decimal == decimal)
    #expect(time.clock(".") == clock)
    #expect(time.shortClock(hours: false) == short)
  }

  @Test func hoursAreShownWhereTheVideoHasThem() {
    #expect(Rational(61).shortClock(hours: true) == "0:01:01.000")
  }

  @Test func fractionsCompareExactly() {
    #expect(Rational(1, 3) < Rational(333_333_334, 1_000_000_000))
    #expect(Rational(333_333_333, 1_000_000_000) < Rational(1, 3))
    #expect(Rational(Int.max, Int.max - 1) > Rational(Int.max - 1, Int.max - 2 + 1))
    #expect(!(Rational(2, 6) < Rational(1, 3)))
  }

  @Test func aMidpointIsExact() {
    #expect(Rational.midpoint(Rational(1, 3), Rational(1, 2)) == Rational(5, 12))
    #expect(Rational.midpoint(Rational(Int.max), Rational(Int.max)) == Rational(Int.max))
  }

  @Test func whatDoesNotFitIsRoundedToTheNanosecond() {
    #expect(Rational(nearest: 10, 4) == Rational(5, 2))
    let tiny = Rational(nearest: (1 << 100) + 1, 1 << 100)
    #expect(tiny == 1)
    #expect(Rational(nearest: .max, 1).numerator > 1 << 60)
  }
}
