import R2P1DVideo

/// A segment between two marks of a grid, which is a format's resolution: frames, milliseconds, microseconds.
struct PlacedSegment: Sendable, Equatable {
  /// Units from 0; `start` is below `end`.
  let start: Int
  let end: Int
  /// Nil for a stretch without a label.
  let segment: SegmentDocument.Segment?
}

/// A format's resolution on a video.
struct SegmentGrid: Sendable {
  /// Units a second.
  let scale: Rational
  let rate: FrameRate
  /// Whole units in the file, at least a frame: no segment ends later.
  let end: Int

  /// `videoEnd`: seconds from the container's start to the end of the last frame.
  init(_ scale: Rational, rate: FrameRate, videoEnd: Double) {
    self.scale = scale
    self.rate = rate
    // A frame that ends a millisecond later than the video says is there: Matroska rounds times so. Elsewhere
    // a thousandth of a unit is what a Double may lack of a whole one in any video's length.
    let slack = scale == rate.perSecond ? min(0.1, scale.double / 1000) : 1e-3
    let units = (max(0, videoEnd) * scale.double + slack).rounded(.down)
    end = max(Int(min(units, 1e17)), Self.units(of: rate, scale, .up))
  }

  /// A frame's length in units.
  private static func units(
    of rate: FrameRate, _ scale: Rational, _ rule: FloatingPointRoundingRule
  ) -> Int {
    max(1, Int((scale.double / rate.perSecond.double).rounded(rule)))
  }

  /// Each edge on the nearest mark, half a unit rounded up; what is shorter than a frame is made one frame
  /// long. Only where that leaves no room does a neighbour give way. In order and disjoint, as `segments`
  /// are.
  ///
  /// Nil where there are more of them than frames.
  func place(_ segments: [SegmentDocument.Segment]) -> [PlacedSegment]? {
    var starts: [Int] = []
    var ends: [Int] = []
    var lengths: [Int] = []
    var free = 0
    for segment in segments {
      // To the nanosecond: a segment of just a frame is none that has to be made longer.
      let isShort = segment.end.double - segment.start.double < 1 / rate.perSecond.double - 1e-9
      let length = Self.units(of: rate, scale, isShort ? .up : .down)
      let start = max(free, min(end, segment.start.rounded(per: scale)))
      free = max(start + length, min(end, segment.end.rounded(per: scale)))
      starts.append(start)
      ends.append(free)
      lengths.append(length)
    }
    var last = end
    for index in segments.indices.reversed() {
      ends[index] = min(ends[index], last)
      starts[index] = min(starts[index], ends[index] - lengths[index])
      last = starts[index]
    }
    guard last >= 0 else { return nil }
    return segments.indices.map {
      PlacedSegment(start: starts[$0], end: ends[$0], segment: segments[$0])
    }
  }

  /// The same with what lies between them, before the first and after the last.
  func filled(_ placed: [PlacedSegment]) -> [PlacedSegment] {
    var all: [PlacedSegment] = []
    var free = 0
    for segment in placed {
      if segment.start > free { all.append(PlacedSegment(start: free, end: segment.start, segment: nil)) }
      all.append(segment)
      free = segment.end
    }
    if free < end { all.append(PlacedSegment(start: free, end: end, segment: nil)) }
    return all
  }
}
