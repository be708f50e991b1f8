import ArgumentParser
import R2P1DVideo
import Reports

struct EmbedCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "embed",
    abstract:
      "Writes the features before the classifier, one row per window: .npy, float32 [N, 512], or CSV.",
    discussion: "Beside e.npy or e.csv, e.json tells each row's file and times, the model and the sampling.")

  @Argument(help: "The videos (-: standard input).")
  var files: [BytePath]

  @OptionGroup(title: "Model") var model: ModelArguments
  @OptionGroup(title: "Model") var engine: EngineArguments
  @OptionGroup(title: "Output") var result: OutputArguments
  @OptionGroup(title: "Output") var formatting: Formatting
  @OptionGroup(title: "Sampling") var placement: PlacementArguments
  @OptionGroup(title: "Sampling") var sampling: SamplingArguments
  @OptionGroup(title: "Internet") var addresses: AddressArguments
  @OptionGroup(title: "Internet") var certificates: CertificateArguments
  @OptionGroup(title: "Limits") var limits: LimitArguments

  struct Formatting: ParsableArguments {
    @Option(help: "npy or csv (default: as the output's name ends).")
    var format: FeatureFormat?
  }

  func validate() throws {
    guard let path = result.output, path != "-" else {
      throw ValidationError("embed writes features: give --output FILE.npy or FILE.csv")
    }
    guard formatting.format != nil || ending(path) != nil else {
      throw ValidationError("'\(path.printable)' ends neither in .npy nor in .csv: give --format npy or csv")
    }
    if sidecar(path).name == path.name {
      throw ValidationError("'\(path.printable)' is the name of the JSON beside it")
    }
  }

  func run() async throws {
    guard let path = result.output, let format = formatting.format ?? ending(path) else { return }
    let output = try result.open(besides: files + [model.model.file])
    let beside = try Output(sidecar(path))
    var options = ClassifierOptions(
      model, sampling.options(placement.placement), limits, certificates, addresses)
    try engine.computing.set(&options)
    let network = try await Network.load(model.model, options: NetworkOptions(model, engine, certificates))
    let classifier = try await network.classifier(options)
    Terminal.warn(of: classifier)
    let progress = ProgressBar(isQuiet: result.quiet)
    var table = FeatureTable(format, of: classifier)
    var failures = 0

    let header = table.header
    try output.write(header)
    for file in files {
      do throws(ClassifierError) {
        let features = try await classifier.embed(try file.video(), progress: progress.start(file))
        progress.clear()
        Terminal.warn(features.video.warnings, of: file)
        try output.write(table.add(features))
      } catch {
        guard error.scope == .input else { throw error }
        progress.clear()
        failures += 1
        Terminal.warn(error)
        table.add(failed: file, error.explanation)
      }
    }
    if table.header != header { try output.overwrite(table.header) }
    try beside.write(table.json)
    try beside.finish()
    try output.finish()
    if failures > 0 { throw ExitCode(ExitStatus.input.rawValue) }
  }

  private func ending(_ path: BytePath) -> FeatureFormat? {
    FeatureFormat.allCases.first { path.bytes.suffix(4).elementsEqual(".\($0.rawValue)".utf8) }
  }

  /// e.json for e.npy.
  private func sidecar(_ path: BytePath) -> BytePath {
    path.folder.appending(BytePath(bytes: path.stem.bytes + ".json".utf8))
  }
}
