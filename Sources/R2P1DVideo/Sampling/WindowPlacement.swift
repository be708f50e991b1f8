/// Where in a video the windows lie.
public enum WindowPlacement: Sendable, Hashable, Codable {
  /// So many windows, at least 1, spread evenly from the first sample to the last; fewer where there are
  /// fewer places.
  case even(Int)
  /// A window every so many samples, at least 1, and one that ends with the last sample.
  case stride(Int)

  /// The stride where none is asked for: half a window of `frames` samples.
  package static func halfWindows(of frames: Int) -> WindowPlacement { .stride(max(1, frames / 2)) }
}
