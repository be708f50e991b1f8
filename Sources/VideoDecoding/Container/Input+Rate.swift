import CFFmpeg

/// How many frames a second a stream has.
extension Input {
  /// Average frames a second; both parts positive, and not less than one a day.
  ///
  /// That is the container's average, except where it measured nothing: a raw stream, whose packets carry no
  /// times, has FFmpeg's default of 25 there, DV one frame a tick, and a GIF of short delays what browsers do
  /// not show. There, the first packets' durations count, or FFmpeg's guess where it is lower: H.264 stored
  /// in fields has two packets a frame.
  func rate(of index: Int) -> AVRational {
    guard let stream = streams[index] else { return Self.defaultRate }
    let average = stream.pointee.avg_frame_rate
    let guess = av_guess_frame_rate(context, stream, nil)
    var candidates = [average, guess]
    if hasNoTimes || delays != nil || average.isOne(per: stream.pointee.time_base) {
      let measured = measuredRate(of: index, stream.pointee.time_base)
      if delays?.areChanged == true {
        candidates = [measured?.rate].compactMap { $0 }
      } else if hasNoTimes || delays == nil && measured?.rate.isFar(below: average) ?? false {
        candidates = [measured?.reconciled(with: guess) ?? guess, average]
      }
    }
    return candidates.first(where: \.isRate) ?? Self.defaultRate
  }

  private static let defaultRate = AVRational(num: 25, den: 1)

  /// Packets of the stream whose durations are measured, the first of which may have a default's.
  private static let measuredPackets = 5
  /// Packets of all streams that are read for it.
  private static let readPackets = 64

  /// The rate that the first packets' durations make; nil where they have none.
  private func measuredRate(of index: Int, _ tick: AVRational) -> MeasuredRate? {
    guard tick.num > 0, tick.den > 0 else { return nil }
    readAhead(Self.readPackets) { [index] packets in
      packets.count { $0.stream_index == index && $0.size > 0 } >= Self.measuredPackets
    }
    let durations = ahead.map(\.pointee).filter { $0.stream_index == index && $0.size > 0 }.map(\.duration)
    let counted = durations.count > 1 ? durations.dropFirst() : durations[...]
    let (sum, overflow) = counted.reduce((Int64(0), false)) { sum, duration in
      let (next, overflow) = sum.0.addingReportingOverflow(duration)
      return (next, sum.1 || overflow || duration <= 0)
    }
    guard sum > 0, !overflow else { return nil }
    var rate = AVRational()
    // Frames times ticks a second over the ticks that they last.
    let (total, tooLong) = sum.multipliedReportingOverflow(by: Int64(tick.num))
    guard !tooLong else { return nil }
    av_reduce(&rate.num, &rate.den, Int64(counted.count) * Int64(tick.den), total, Int64(Int32.max))
    return rate.isRate ? MeasuredRate(rate: rate, error: Double(counted.count) / Double(sum)) : nil
  }
}

/// A rate out of durations that are rounded to ticks.
private struct MeasuredRate {
  let rate: AVRational
  /// Relative to the rate, at most: a tick a frame.
  let error: Double

  /// The rate that FFmpeg's guess makes of this one: the guess itself, half of it (H.264 counts fields), or,
  /// where it has nothing to do with the packets, the lower of both.
  func reconciled(with guess: AVRational) -> AVRational {
    guard guess.isRate else { return rate }
    let ratio = guess.hertz / rate.hertz
    for fields: Int32 in [1, 2] where abs(ratio - Double(fields)) <= Double(fields) * error {
      var exact = AVRational()
      av_reduce(&exact.num, &exact.den, Int64(guess.num), Int64(guess.den) * Int64(fields), Int64(Int32.max))
      return exact
    }
    return ratio < 1 ? guess : rate
  }
}

extension AVRational {
  fileprivate var hertz: Double { Double(num) / Double(den) }

  /// Positive, and not less than one a day.
  fileprivate var isRate: Bool { num > 0 && den > 0 && Int64(den) <= 86_400 * Int64(num) }

  /// Whether this rate is one frame in each `tick`.
  fileprivate func isOne(per tick: AVRational) -> Bool {
    num > 0 && Int64(num) * Int64(tick.num) == Int64(den) * Int64(tick.den)
  }

  fileprivate func isFar(below other: AVRational) -> Bool { hertz < 0.67 * other.hertz }
}
