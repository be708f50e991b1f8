import ArgumentParser
import R2P1DVideo

struct EmbedCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "embed",
    abstract: "Writes the features before the classifier, a row a window: .npy, float32 [N, 512], or CSV.",
    discussion: "Beside e.npy or e.csv, e.json tells each row's file and times, the model and the sampling.")

  @Argument(help: "The videos.")
  var files: [FilePath]

  @OptionGroup var shared: SharedOptions
  @OptionGroup var result: OutputOptions

  @Option(help: "npy or csv (default: as the output's name ends).")
  var format: FeatureFormat?

  func validate() throws {
    guard let path = result.output, path != "-" else {
      throw ValidationError("embed writes features: give --output FILE.npy or FILE.csv")
    }
    guard format != nil || ending(path) != nil else {
      throw ValidationError("'\(path.printable)' ends neither in .npy nor in .csv: give --format npy or csv")
    }
    if sidecar(path).name == path.name {
      throw ValidationError("'\(path.printable)' is the name of the JSON beside it")
    }
  }

  func run() throws {
    guard let path = result.output, let format = format ?? ending(path) else { return }
    let output = try result.open()
    let beside = try Output(sidecar(path))
    let classifier = try Classifier(source: shared.model, options: shared.classifier)
    Terminal.complain(classifier.modelNotes)
    Terminal.complain(asked: shared.precision, used: classifier.precision)
    let progress = Progress(isQuiet: result.quiet)
    var table = FeatureTable(format, of: classifier)
    var failures = 0

    let header = table.header
    try output.write(header)
    for file in files {
      do throws(ClassifierError) {
        let features = try classifier.embed(file, progress: progress.start(file))
        progress.clear()
        Terminal.complain(features.video.warnings, of: file)
        try output.write(table.add(features))
      } catch {
        guard error.scope == .input else { throw error }
        progress.clear()
        failures += 1
        Terminal.complain("\(error)")
        table.add(error, of: file)
      }
    }
    if table.header != header { try output.overwrite(table.header) }
    try beside.write(table.json)
    try beside.finish()
    try output.finish()
    if failures > 0 { throw ExitCode(ExitStatus.input.rawValue) }
  }

  private func ending(_ path: FilePath) -> FeatureFormat? {
    FeatureFormat.allCases.first { path.bytes.suffix(4).elementsEqual(".\($0.rawValue)".utf8) }
  }

  /// e.json for e.npy.
  private func sidecar(_ path: FilePath) -> FilePath {
    path.folder.appending(FilePath(bytes: path.stem.bytes + ".json".utf8))
  }
}
