import ArchiveScan
import ArgumentParser
import R2P1DVideo

import struct SystemPackage.FileDescriptor

struct WorkerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "worker",
    abstract: "Labels the videos that another program asks for, one after the other.",
    discussion: """
      A request is a path on standard input, one a line; its answer a line of JSON on standard output, in \
      the order of the requests. The first line says that it is ready. docs/worker.md has the protocol.
      """)

  @OptionGroup(title: "Model") var model: ModelArguments
  @OptionGroup(title: "Model") var engine: EngineArguments
  @OptionGroup(title: "Requests") var requests: RequestArguments
  @OptionGroup(title: "Output") var scores: ScoreArguments
  @OptionGroup(title: "Output") var onlyLabels: SelectionArguments
  @OptionGroup(title: "Output") var certainty: MinimumScoreArguments
  @OptionGroup(title: "Sampling") var placement: PlacementArguments
  @OptionGroup(title: "Sampling") var sampling: SamplingArguments
  @OptionGroup(title: "Internet") var certificates: CertificateArguments
  @OptionGroup(title: "Limits") var workers: WorkerArguments
  @OptionGroup(title: "Limits") var limits: LimitArguments

  struct RequestArguments: ParsableArguments {
    @Flag(
      name: [.customShort("0"), .customLong("null")],
      help: "Requests end with a zero byte, not with a line: for names with line breaks.")
    var zeroSeparated = false

    @Flag(help: "A line of progress every 10 seconds while a file gets on.")
    var progressLines = false
  }

  func run() throws {
    let budget = workers.budget(model, engine.computing)
    let network = try Network(source: model.model, options: NetworkOptions(model, engine, certificates))
    let classifier = try Classifier(network: network, options: classifierOptions(budget))
    Terminal.warn(of: classifier)
    let loop = RequestLoop(classifier, workers.options(budget), explain: \.explanationWithoutAddresses)
    let stop = StopFlag()
    Signals.endSoftly { stop.raise() }
    Signals.endWithoutReader()
    try loop.run(
      PathStream(.standardInput, zeroSeparated: requests.zeroSeparated), stop: stop,
      hasHeartbeat: requests.progressLines
    ) {
      Terminal.warn([$0], of: $1)
    } write: { (line) throws(ClassifierError) in
      try Output.standard().write(line)
    }
    if stop.isRaised { throw ExitCode(ExitStatus.interrupted.rawValue) }
  }

  private func classifierOptions(_ budget: ThreadBudget) throws(ClassifierError) -> ClassifierOptions {
    var options = ClassifierOptions(model, sampling.options(placement.placement), limits, certificates)
    options.threads = budget.network
    try engine.computing.set(&options)
    options.set(scores)
    try options.select(onlyLabels, minimumScore: certainty.minScore)
    return options
  }
}
