import CFFmpeg

/// From the stamps of a container to a player's clock, in which the first packet's clock goes on where the
/// container's was reset.
package struct ClockShifts: Sendable {
  /// What is added to a stamp's units from this packet of the video on.
  private struct Shift: Sendable {
    let packet: Int
    let units: Int128
  }

  private let shifts: [Shift]
  private let scale: Int128

  /// `frames` are the packets of frames in the order shown, with their stamps; `times` theirs.
  init(
    _ frames: [(packet: Int, stamp: Int64?)], times: [Int128], start: Int128,
    _ clock: PresentationTimes.Clock
  ) {
    scale = clock.scale
    var shifts: [Shift] = []
    for (frame, time) in zip(frames, times) {
      guard let stamp = frame.stamp else { continue }
      let time = time + start
      let units = time - Int128(stamp) * clock.tick
      // Within half a second it is a frame out of order, not a clock that was reset.
      if let last = shifts.last, abs(last.units - units) <= clock.scale / 2 { continue }
      shifts.append(Shift(packet: shifts.isEmpty ? 0 : frame.packet, units: units))
    }
    self.shifts = shifts
  }

  /// Whether the container's clock was reset: one stamp may then mean several times.
  package var isReset: Bool { shifts.count > 1 }

  /// What is added to the units of a stamp.
  ///
  /// `place` is where the video is in the file when the packet comes: how many packets of it, and the time of
  /// the last. Streams are not stored in step: of the clocks about there, the one counts by which the packet
  /// is nearest.
  private func shift(of units: Int128, at place: (packets: Int, time: Int128)) -> Int128 {
    let index = max(shifts.partitioningIndex { $0.packet > place.packets } - 1, 0)
    guard shifts.count > 1 else { return shifts.first?.units ?? 0 }
    let time = units - place.time
    let near = shifts[max(index - 1, 0)...min(index + 1, shifts.count - 1)]
    return near.map(\.units).min { abs(time + $0) < abs(time + $1) } ?? 0
  }

  /// When the packet is presented in a player's clock, in units; nil for what is no time of a video.
  func time(of stamp: Int64, _ tick: AVRational, at place: (packets: Int, time: Int128)) -> Int128? {
    guard let units = Self.units(stamp, tick, scale) else { return nil }
    return units + shift(of: units, at: place)
  }

  /// A stamp in units of 1/`scale` s; nil for what is no time of a video.
  static func units(_ stamp: Int64, _ tick: AVRational, _ scale: Int128) -> Int128? {
    guard tick.num > 0, tick.den > 0 else { return nil }
    let (above, isTooLarge) = (Int128(stamp) * Int128(tick.num)).multipliedReportingOverflow(by: scale)
    let units = above / Int128(tick.den)
    return isTooLarge || abs(units) > 1 << 70 ? nil : units
  }
}
