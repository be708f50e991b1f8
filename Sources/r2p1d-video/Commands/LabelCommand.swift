import ArgumentParser
import R2P1DVideo
import Reports

struct LabelCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "label", abstract: "Says what happens in each video.")

  @Argument(help: "The videos (-: standard input).")
  var files: [BytePath]

  @OptionGroup(title: "Model") var model: ModelArguments
  @OptionGroup(title: "Model") var engine: EngineArguments
  @OptionGroup(title: "Output") var result: OutputArguments
  @OptionGroup(title: "Output") var formatting: Formatting
  @OptionGroup(title: "Output") var scores: ScoreArguments
  @OptionGroup(title: "Output") var onlyLabels: SelectionArguments
  @OptionGroup(title: "Output") var certainty: MinimumScoreArguments
  @OptionGroup(title: "Sampling") var placement: PlacementArguments
  @OptionGroup(title: "Sampling") var sampling: SamplingArguments
  @OptionGroup(title: "Internet") var addresses: AddressArguments
  @OptionGroup(title: "Internet") var certificates: CertificateArguments
  @OptionGroup(title: "Limits") var limits: LimitArguments

  struct Formatting: ParsableArguments {
    @Option(help: "How to write the labels.")
    var format: LabelFormat = .text
  }

  private var format: LabelFormat { formatting.format }

  func validate() throws {
    try scores.checkLogits(in: format, areHeld: \.isJSON)
  }

  func run() async throws {
    let output = try result.open(besides: files + [model.model.file, scores.labels])
    let network = try await Network.load(model.model, options: NetworkOptions(model, engine, certificates))
    let classifier = try await network.classifier(classifierOptions())
    Terminal.warn(of: classifier)
    let progress = ProgressBar(isQuiet: result.quiet)
    var report = format.report(files: files.count, top: scores.top, explain: \.explanation)
    var failures = 0

    try output.write(report.begin())
    for file in files {
      let outcome = await classifier.outcome(of: file, progress: progress.start(file))
      progress.clear()
      switch outcome.result {
      case .success(let labels): Terminal.warn(labels.video.warnings, of: file)
      case .failure(let error):
        guard error.scope == .input else { throw error }
        failures += 1
        Terminal.warn(error)
      }
      try output.write(report.add(outcome))
    }
    try output.write(report.end())
    try output.finish()
    if failures > 0 { throw ExitCode(ExitStatus.input.rawValue) }
    Terminal.warn(of: result.output, in: format, byDefault: .text)
  }

  private func classifierOptions() throws(ClassifierError) -> ClassifierOptions {
    var options = ClassifierOptions(
      model, sampling.options(placement.placement), limits, certificates, addresses)
    let windows = placement.stride == nil ? files.count * (placement.windows ?? 5) : nil
    try engine.computing.set(&options, windows: windows)
    options.set(scores)
    try options.select(onlyLabels, minimumScore: certainty.minScore)
    options.givesReceipts = format.isJSON
    return options
  }
}
