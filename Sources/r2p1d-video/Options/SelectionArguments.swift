import ArgumentParser
import R2P1DVideo

/// Which labels are reported.
struct SelectionArguments: ParsableArguments {
  @Option(
    help: """
      Report only these labels, with commas between, or those of @FILE, one a line. Scores stay those of all \
      classes.
      """)
  var only: String?

  func validate() throws {
    if let only, only.isEmpty || only == "@" { throw ValidationError("--only names no label") }
  }

  /// The names; nil for all labels. Blank ones are none.
  var names: [String]? {
    get throws(ClassifierError) {
      guard let only else { return nil }
      let listed: [String]
      if only.hasPrefix("@"), let path = BytePath(argument: String(only.dropFirst())) {
        listed = try LabelSet(contentsOf: path).names
      } else {
        listed = only.split(separator: ",").map(String.init)
      }
      return listed.map { $0.trimmed() }.filter { !$0.isEmpty }
    }
  }
}

/// How sure a label has to be, for commands without segments.
struct MinimumScoreArguments: ParsableArguments {
  @Option(
    name: .customLong("min-score"),
    help: "A label with a lower score, 0 to 1, is not reported; without any the video is uncertain.")
  var minScore = 0.0

  func validate() throws { try Self.check(minScore) }

  static func check(_ minScore: Double) throws {
    guard (0...1).contains(minScore) else {
      throw ValidationError("--min-score is \(minScore), expected a score from 0 to 1")
    }
  }
}
