import ArgumentParser
import FoundationEssentials
import R2P1DVideo

/// Which model, and how much of the machine it may have.
struct ModelArguments: ParsableArguments {
  @Option(help: "A model's name, a checkpoint, or random:NAME[:SEED].")
  var model: ModelSource = .named("r2plus1d_18")

  @Option(help: Self.weightsHelp)
  var weights: String?

  @Option(help: Self.threadsHelp)
  var threads: Int?

  func validate() throws { try Self.checkThreads(threads) }

  static func checkThreads(_ threads: Int?) throws {
    try check(threads, "--threads", 1...1024, "a number of threads")
  }

  static let weightsHelp: ArgumentHelp =
    "Which weights, of a checkpoint with several: as models info names them (default: the plain ones)."
  static let threadsHelp: ArgumentHelp = "Threads to use (default: the machine's cores)."
}

extension ModelSource {
  /// The checkpoint, if it was given by its path.
  var file: BytePath? { if case .file(let path) = self { path } else { nil } }
}
