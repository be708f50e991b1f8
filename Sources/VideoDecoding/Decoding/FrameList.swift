/// Frames that a program has, or makes, itself: each with the time at which it is shown, in place of a
/// video's.
package final class FrameList: FrameSource {
  package let info: VideoInfo
  package let decodeErrors = 0
  package private(set) var framesDecoded = 0
  package private(set) var framesSkipped = 0
  package let bytesRead: Int? = nil
  package let fileBytes: Int? = nil

  private let times: PresentationTimes
  private let frame: (Int) throws -> PixelBuffer
  private let rules: InputRules
  private let control: DecodingControl
  private let converter = RGBConverter()

  /// - Parameters:
  ///   - stamps: when each frame is shown, in whole numbers of 1/`timescale` s of a player's clock; each is
  ///     later than the one before.
  ///   - lastDuration: how long the last frame is shown; nil for as long as the others on average.
  ///   - frame: gives the frame of a number, asked for once and in ascending order, and not for those that no
  ///     window shows. Frames of another size than the first are scaled to it.
  package init(
    stamps: [Int64], timescale: Int32, lastDuration: Int64? = nil, rules: InputRules = InputRules(),
    control: DecodingControl = DecodingControl(), frame: @escaping (Int) throws -> PixelBuffer
  ) throws {
    guard timescale > 0 else { throw VideoError.unusableFrames("a timescale of \(timescale)") }
    guard let firstStamp = stamps.first, let lastStamp = stamps.last else {
      throw VideoError.unusableFrames("there are no frames")
    }
    guard stamps.count <= rules.maxFrames else {
      throw VideoError.tooManyFrames(limit: rules.maxFrames)
    }
    if let index = zip(stamps, stamps.dropFirst()).enumerated().first(where: { $1.0 >= $1.1 })?.offset {
      throw VideoError.unusableFrames("frame \(index + 1) is not shown after frame \(index)")
    }
    if let lastDuration, lastDuration <= 0 {
      throw VideoError.unusableFrames("the last frame is shown for \(lastDuration) units")
    }
    let rate = try Self.rate(
      count: stamps.count, span: Int128(lastStamp) - Int128(firstStamp), lastDuration, timescale)
    let clock = PresentationTimes.Clock(
      tickSeconds: (1, timescale), rate: rate, containerStart: (0, timescale))
    var builder = TimelineBuilder(clock: clock)
    let times = stamps.map { builder.time(stamp: $0) }
    self.times = PresentationTimes(
      times: times, start: builder.start, lastDuration: lastDuration, clock: clock)
    let first = try frame(0)
    try rules.check(width: first.width, height: first.height)
    info = VideoInfo(
      codec: first.layout.rawValue, width: first.width, height: first.height,
      orientation: .upright, frameRate: Double(rate.0) / Double(rate.1), track: 0, dolbyVisionProfile: nil,
      timecodes: [])
    var pending: PixelBuffer? = first
    self.frame = { number in
      defer { pending = nil }
      if number == 0, let first = pending { return first }
      return try frame(number)
    }
    self.rules = rules
    self.control = control
  }

  /// Frames that are all there.
  package convenience init(
    _ frames: [PixelBuffer], stamps: [Int64], timescale: Int32, lastDuration: Int64? = nil,
    rules: InputRules = InputRules(), control: DecodingControl = DecodingControl()
  ) throws {
    guard frames.count == stamps.count else {
      throw VideoError.unusableFrames("\(frames.count) frames and \(stamps.count) times")
    }
    try self.init(
      stamps: stamps, timescale: timescale, lastDuration: lastDuration, rules: rules, control: control
    ) { frames[$0] }
  }

  /// Frames a second on average.
  private static func rate(
    count: Int, span: Int128, _ lastDuration: Int64?, _ timescale: Int32
  ) throws -> (Int32, Int32) {
    let (frames, units) =
      if count > 1 { (Int128(count - 1), span) } else { (1, Int128(lastDuration ?? Int64(timescale) / 25)) }
    // A fraction of 32 bits that is near enough: it says how long the last frame is shown, no more.
    var (numerator, denominator) = (frames * Int128(timescale), max(units, 1))
    while numerator > Int128(Int32.max) || denominator > Int128(Int32.max) {
      (numerator, denominator) = (max(numerator / 2, 1), max(denominator / 2, 1))
    }
    return (Int32(numerator), Int32(denominator))
  }

  package func timeline() -> PresentationTimes { times }

  package func frames(
    _ numbers: [Int], seeking: Bool, _ body: (Int, borrowing Frame) throws -> Void
  ) throws {
    for number in numbers {
      if control.isCancelled { throw VideoError.interrupted }
      let buffer = try frame(number)
      try rules.check(width: buffer.width, height: buffer.height)
      let pixels = try PixelFrame(buffer)
      framesDecoded += 1
      control.countPacket()
      try withExtendedLifetime(pixels) {
        try body(number, Frame(pixels.frame, .upright, width: info.width, height: info.height, converter))
      }
    }
    framesSkipped += times.times.count - numbers.count
  }
}
