import VideoDecoding

extension Sampler {
  /// Beyond this, a list of windows is a damaged file's, or a mistake.
  private static let mostWindows = 10_000_000

  /// The first samples of windows of `frames` samples, ascending; a video shorter than a window has one
  /// window.
  package func starts(frames: Int, _ placement: WindowPlacement) throws(VideoError) -> [Int] {
    let last = Swift.max(count - frames, 0)
    switch placement {
    case .even(let wanted):
      let windows = Swift.min(Swift.max(wanted, 1), last + 1)
      guard windows <= Self.mostWindows else { throw .tooManyWindows(samples: count) }
      if windows == 1 { return [last / 2] }
      return (0..<windows).map { Int(Int128(last) * Int128($0) / Int128(windows - 1)) }
    case .stride(let stride):
      let step = Swift.max(stride, 1)
      guard last / step < Self.mostWindows else { throw .tooManyWindows(samples: count) }
      let starts = Array(Swift.stride(from: 0, through: last, by: step))
      return starts.last == last ? starts : starts + [last]
    }
  }
}
