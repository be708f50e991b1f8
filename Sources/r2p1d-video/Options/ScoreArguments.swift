import ArgumentParser
import R2P1DVideo

/// How windows' logits become the labels that are reported.
struct ScoreArguments: ParsableArguments {
  @Option(help: "The names of the classes, one a line (default: the model's own).")
  var labels: BytePath?

  @Option(help: "Labels reported.")
  var top = 5

  @Option(help: "How the windows' scores become the video's.")
  var merge: ClassScores.Merge = .mean

  @Flag(help: "JSON also carries the raw logits of every window.")
  var logits = false

  func validate() throws {
    try check(top, "--top", 1...10_000, "a number of labels")
  }

  /// A usage error where logits are wanted of a format that has no place for them.
  func checkLogits<Format: RawRepresentable<String> & CaseIterable>(
    in format: Format, areHeld: (Format) -> Bool
  ) throws {
    guard logits, !areHeld(format) else { return }
    let others = Format.allCases.filter(areHeld).map(\.rawValue).joined(separator: " or ")
    throw ValidationError("--logits needs --format \(others), not \(format.rawValue)")
  }
}
