import ArgumentParser
import R2P1DVideo

/// A network that may be asked about what is shown, and what is about it.
struct InspectedModelArguments: ParsableArguments {
  @Option(
    help: "A model's name, a checkpoint, or random:NAME[:SEED] (default: none is asked, 16 samples at 15/s).")
  var model: ModelSource?

  @Option(help: ModelArguments.weightsHelp)
  var weights: String?

  @Option(help: "The names of the classes, one a line (default: the model's own).")
  var labels: BytePath?

  @Option(help: "Labels of each window (default: 5).")
  var top: Int?

  @Option(help: PrecisionArgument.help)
  var precision: PrecisionArgument?

  @Flag(help: "Never download a model, as with R2P1D_OFFLINE=1.")
  var offline = false

  @Option(help: ModelArguments.threadsHelp)
  var threads: Int?

  func validate() throws {
    try ModelArguments.checkThreads(threads)
    try check(top, "--top", 1...10_000, "a number of labels")
    try precision?.check(onGPU: false)
    guard model == nil else { return }
    let idle = [
      ("--weights", weights != nil), ("--labels", labels != nil), ("--top", top != nil),
      ("--precision", precision != nil), ("--offline", offline),
    ]
    if let option = idle.first(where: \.1)?.0 { throw ValidationError("\(option) is about a --model") }
  }

  /// Which weights are read, and what is done about a model that is not on this machine.
  func networkOptions(_ certificates: CertificateArguments) -> NetworkOptions {
    NetworkOptions(weights: weights, isOffline: EngineArguments.isOffline(asked: offline), certificates)
  }
}
