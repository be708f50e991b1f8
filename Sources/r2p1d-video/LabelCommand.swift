import ArgumentParser
import R2P1DVideo

struct LabelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "label", abstract: "Says what happens in each video.")

  @Argument(help: "The videos.")
  var files: [FilePath]

  @OptionGroup var shared: SharedOptions
  @OptionGroup var result: OutputOptions

  @Option(help: "How to write the labels.")
  var format: ReportFormat = .text

  func run() throws {
    let output = try result.open()
    var options = shared.classifier
    options.givesReceipts = format.isJSON
    let classifier = try Classifier(source: shared.model, options: options)
    Terminal.complain(classifier.modelNotes)
    Terminal.complain(asked: shared.precision, used: classifier.precision)
    let progress = Progress(isQuiet: result.quiet)
    var report = format.report(files: files.count, top: shared.top)
    var failures = 0

    try output.write(report.begin())
    for file in files {
      let outcome = classifier.outcome(of: file, progress: progress.start(file))
      progress.clear()
      switch outcome.result {
      case .success(let labels): Terminal.complain(labels.video.warnings, of: file)
      case .failure(let error):
        failures += 1
        Terminal.complain("\(error)")
      }
      try output.write(report.add(outcome))
    }
    try output.write(report.end())
    try output.finish()
    if failures > 0 { throw ExitCode(ExitStatus.input.rawValue) }
  }
}
