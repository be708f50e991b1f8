import ArgumentParser
import R2P1DVideo

/// Whether windows or segments are written.
struct SegmentFormArguments: ParsableArguments {
  @Flag(help: "Segments instead of windows (json: beside them).")
  var segments = false
}

/// How windows become segments.
struct SegmentationArguments: ParsableArguments {
  @Option(help: "Average scores over so many seconds first, 0 to 60.")
  var smooth = 1.0

  @Option(help: "A label begins when it is the best with at least this score.")
  var enter = 0.4

  @Option(help: "It lasts while its score is at least this (default: half of --enter).")
  var leave: Double?

  @Option(
    name: .customLong("min-length"), help: "Seconds: closer segments are joined, shorter ones dropped.")
  var minLength = 1.0

  func validate() throws {
    try check(smooth, "--smooth", 0...60, "0 to 60 seconds")
    try check(enter, "--enter", 0...1, "a score from 0 to 1")
    try check(leave ?? 0, "--leave", 0...1, "a score from 0 to 1")
    try check(minLength, "--min-length", 0...1e9, "seconds from 0")
    if let leave, leave > enter { throw ValidationError("--leave must not be above --enter") }
  }

  /// Whether any of them is not as it is by default.
  var isGiven: Bool { options(minimumScore: 0) != SegmentOptions() }

  /// The options as the library takes them.
  func options(minimumScore: Double) -> SegmentOptions {
    var options = SegmentOptions()
    options.smoothing = smooth
    options.enter = enter
    options.leave = leave ?? enter / 2
    options.minimumLength = minLength
    options.minimumScore = minimumScore
    return options
  }

  private func check(
    _ value: Double, _ option: String, _ range: ClosedRange<Double>, _ expected: String
  ) throws {
    guard range.contains(value) else {
      throw ValidationError("\(option) is \(value), expected \(expected)")
    }
  }
}

/// How sure a label has to be, for commands with segments.
struct SegmentScoreArguments: ParsableArguments {
  @Option(
    name: .customLong("min-score"), help: "A label, of a segment or a window, with a lower score is none.")
  var minScore = 0.0

  func validate() throws { try MinimumScoreArguments.check(minScore) }
}
