import ArgumentParser
import Inspection
import R2P1DVideo

struct InspectCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Shows what the network sees: every sample of every window, as a contact sheet or a table.",
    discussion: """
      Each sample with its number, its frame and its time; samples that are held or damaged are marked. With \
      --model each window also has its best labels. At most 1024 samples are shown at once, 262144 in JSON.
      """)

  @Argument(help: "The video (-: standard input).")
  var file: BytePath

  @OptionGroup(title: "Model") var model: InspectedModelArguments
  @OptionGroup(title: "Output") var result: OutputArguments
  @OptionGroup(title: "Output") var formatting: Formatting
  @OptionGroup(title: "Sampling") var placement: PlacementArguments
  @OptionGroup(title: "Sampling") var sampling: SamplingArguments
  @OptionGroup(title: "Internet") var addresses: AddressArguments
  @OptionGroup(title: "Internet") var certificates: CertificateArguments
  @OptionGroup(title: "Limits") var limits: LimitArguments

  struct Formatting: ParsableArguments {
    @Option(help: "What to write (default: as the output's name ends).")
    var format: InspectionFormat?
  }

  /// The default command line of `windows` samples as this model does.
  private static let plain = ModelSource.named("r2plus1d_18")

  private var format: InspectionFormat? {
    formatting.format ?? result.output.flatMap { InspectionFormat(endingOf: $0) }
  }

  func validate() throws {
    guard format == nil else { return }
    guard let path = result.output, path != "-" else {
      throw ValidationError("give --output sheet.jpg, sheet.png or sheet.html, or --format json")
    }
    throw ValidationError("'\(path.printable)' ends in none of .jpg, .png, .html and .json: give --format")
  }

  func run() async throws {
    guard let format else { return }
    let output = try result.open(besides: [file, model.model?.file, model.labels])
    let progress = ProgressBar(isQuiet: result.quiet)
    let inspection = try await inspection(for: format, progress)
    progress.clear()
    Terminal.warn(inspection.video.warnings, of: file)
    try output.write(format.file(of: inspection))
    try output.finish()
    if let failure = inspection.failure { throw failure }
  }

  private func inspection(
    for format: InspectionFormat, _ progress: ProgressBar
  ) async throws -> VideoInspection {
    var options = ClassifierOptions()
    if let threads = model.threads { options.threads = threads }
    options.sampling = sampling.options(placement.placement)
    options.input = limits.options
    options.input.certificates = certificates.caFile
    options.input.allowsNetwork = addresses.allowNetwork
    guard let source = model.model else {
      return try await VideoInspection.read(
        file.video(), model: Self.plain, options: options, keeping: format.options,
        progress: progress.start(file))
    }
    options.labels = model.labels
    if let top = model.top { options.top = top }
    options.precision = (model.precision ?? .given(.f32)).resolved(onGPU: false)
    options.givesReceipts = format == .json
    let network = try await Network.load(source, options: model.networkOptions(certificates))
    let classifier = try await network.classifier(options)
    Terminal.warn(of: classifier)
    return try await classifier.inspect(
      file.video(), keeping: format.options, progress: progress.start(file))
  }
}

extension InspectionFormat: ExpressibleByArgument {}
