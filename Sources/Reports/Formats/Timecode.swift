import R2P1DVideo

/// Frames as an editor's clock shows them: `01:00:00:00`, or `01:00:00;02` where numbers are dropped so that
/// 29.97 and 59.94 frames a second keep pace with the time (SMPTE ST 12).
struct Timecode: Sendable, Equatable {
  let rate: FrameRate
  /// Numbers that a second's frames have: 24 for 23.976.
  let base: Int
  private(set) var isDropFrame: Bool

  /// The clock of an editor's timeline for a video of this rate: the same rate where timelines have it; else
  /// the lowest of which each frame of the video takes a whole number of frames, or the nearest.
  init(for rate: FrameRate) {
    let wanted = rate.perSecond
    let all = Self.bases.map { Rational($0) } + Self.bases.map { Rational($0 * 1000, 1001) }
    let kept =
      all.first { $0 == wanted } ?? all.first { ($0 / wanted).denominator == 1 }
      ?? all.last { (wanted / $0).denominator == 1 } ?? Self.nearest(wanted, all)
    self.init(counting: kept)
  }

  /// The clock that showed `reading` when a video of this rate was recorded; nil if none does.
  init?(ofRecording rate: FrameRate, showing reading: TimecodeReading) {
    self.init(counting: rate.perSecond)
    if reading.isDropFrame && !isDropFrame { return nil }
    isDropFrame = reading.isDropFrame
  }

  private init(counting rate: Rational) {
    self.rate = FrameRate(rate)
    base = rate.rounded(perSecond: 1)
    isDropFrame = rate.denominator == 1001 && base % 30 == 0
  }

  /// Frames a second of timelines, in ascending order; and those of which 1000/1001 are.
  private static let bases = [24, 25, 30, 48, 50, 60]

  private static func nearest(_ rate: Rational, _ all: [Rational]) -> Rational {
    func distance(_ other: Rational) -> Double {
      let ratio = other.double / rate.double
      return max(ratio, 1 / ratio)
    }
    // Whole rates come first, so that they are taken where one of 1000/1001 is no nearer.
    return all.prefix(bases.count).min { distance($0) < distance($1) } ?? 25
  }

  /// Numbers that are left out at the start of each minute but every tenth.
  private var dropped: Int { isDropFrame ? base / 15 : 0 }
  private var framesPerMinute: Int { 60 * base - dropped }
  private var framesPerTenMinutes: Int { 600 * base - 9 * dropped }
  /// Frames until the clock is at 0 again.
  var framesPerDay: Int { 144 * framesPerTenMinutes }

  /// What the clock shows at frame `frame` after 0; below `framesPerDay`.
  func text(_ frame: Int) -> String {
    let (tens, rest) = frame.quotientAndRemainder(dividingBy: framesPerTenMinutes)
    let minutes = rest < 60 * base ? 0 : 1 + (rest - 60 * base) / framesPerMinute
    let number = frame + dropped * (9 * tens + minutes)
    let (seconds, left) = number.quotientAndRemainder(dividingBy: base)
    let fields = [seconds / 3600, seconds / 60 % 60, seconds % 60, left]
    let texts = fields.map { ($0 < 10 ? "0" : "") + "\($0)" }
    return texts[..<3].joined(separator: ":") + (isDropFrame ? ";" : ":") + texts[3]
  }

  /// The frame at which the clock shows this; nil where it never does.
  func frame(_ reading: TimecodeReading) -> Int? {
    guard reading.frames < base, isDropFrame || !reading.isDropFrame else { return nil }
    let minutes = reading.hours * 60 + reading.minutes
    let isLeftOut = reading.seconds == 0 && reading.frames < dropped && minutes % 10 != 0
    guard !isLeftOut else { return nil }
    return (minutes * 60 + reading.seconds) * base + reading.frames - dropped * (minutes - minutes / 10)
  }
}

extension Rational {
  /// Exactly; `right` is not 0. Of rates alone, whose numbers are small.
  fileprivate static func / (left: Rational, right: Rational) -> Rational {
    Rational(left.numerator * right.denominator, left.denominator * right.numerator)
  }
}
