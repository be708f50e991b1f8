import ArgumentParser
import R2P1DVideo
import Teaching

struct TeachCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "teach",
    abstract: "Teaches a model classes of your own, from labelled videos.",
    discussion: """
      LIST is a folder of class folders, a CSV with the columns file and label, or a list as mmaction2, \
      Kinetics, UCF101, HMDB51, ActivityNet, Label Studio, ELAN or LosslessCut write it. What is written is \
      one \
      safetensors file, for --model of every command. The report says how often it is right on videos that \
      it had not seen.
      """)

  @OptionGroup(title: "List") var listing: ListArguments
  @OptionGroup(title: "Teaching") var teaching: TeachingArguments
  @OptionGroup(title: "Model") var model: ModelArguments
  @OptionGroup(title: "Model") var engine: EngineArguments
  @OptionGroup(title: "Output") var result: OutputArguments
  @OptionGroup(title: "Output") var report: ReportArguments
  @OptionGroup(title: "Sampling") var placement: PlacementArguments
  @OptionGroup(title: "Sampling") var sampling: SampleArguments
  @OptionGroup(title: "Internet") var certificates: CertificateArguments
  @OptionGroup(title: "Limits") var limits: LimitArguments

  func validate() throws {
    guard let path = result.output, path != "-" else {
      throw ValidationError("teach writes a model: give --output FILE.safetensors")
    }
    guard path.bytes.suffix(12).elementsEqual(".safetensors".utf8) else {
      throw ValidationError("'\(path.printable)' has to end in .safetensors, which is what it will be")
    }
  }

  func run() async throws {
    guard let path = result.output else { return }
    let list = try listing.read(isMultiLabel: teaching.multiLabel)
    let lesson = try Lesson(list, labels: teaching.labels, isMultiLabel: teaching.multiLabel)
    let output = try result.open(besides: [model.model.file, teaching.labels])
    let reportOutput = try report.open()
    var options = ClassifierOptions(model, sampling.options(placement.placement), limits, certificates)
    try engine.computing.set(&options)
    let network = try await Network.load(model.model, options: NetworkOptions(model, engine, certificates))
    let classifier = try await network.classifier(options)
    Terminal.warn(of: classifier)
    let teacher = try Teacher(
      classifier, options: teaching.options(threads: options.threads, besides: path))
    let progress = TeachingProgress(isQuiet: result.quiet)
    let taught = try await teacher.teach(lesson) { progress.report($0) }
    progress.clear()
    try taught.model.write(headOnly: teaching.headOnly) { (bytes) throws(ClassifierError) in
      try output.write(bytes)
    }
    let thumbnails = try await teacher.thumbnails(of: report.format.moments(of: taught.report))
    try reportOutput.write(report.format.text(of: taught.report, thumbnails: thumbnails))
    try reportOutput.finish()
    try output.finish()
  }
}

/// What teaching makes of the videos.
struct TeachingArguments: ParsableArguments {
  @Option(help: "The names of the classes, one a line: for lists that number them (default: the list's own).")
  var labels: BytePath?

  @Flag(help: "A video may have several classes: each is a yes or no of its own.")
  var multiLabel = false

  @Option(
    help: "Learn from mirrored windows, too: yes, no, or auto (unless a class says left, right, clockwise …)."
  )
  var mirror: TeachingOptions.Mirroring = .auto

  @Option(help: "Let results be uncertain whose scores are too low to keep wrong labels to this share: 0.05.")
  var reject: Double?

  @Option(help: "Parts that the videos are split into for the report, 2 to 20.")
  var folds = 5

  @Option(help: "Keep features in this folder (default: beside the output, NAME.features).")
  var cache: BytePath?

  @Flag(help: "Write the head alone; its backbone has to be there whenever it is used.")
  var headOnly = false

  func validate() throws {
    if cache == "-" { throw ValidationError("features are kept to be read again: give --cache FOLDER") }
    if let reject, !(0...0.5).contains(reject) {
      throw ValidationError("--reject is \(reject), expected a share of wrong labels from 0 to 0.5")
    }
    try check(folds, "--folds", 2...20, "a number of folds")
  }

  /// The options as the library takes them, for a model that will be at `output`.
  func options(threads: Int, besides output: BytePath) -> TeachingOptions {
    var options = TeachingOptions()
    options.isMultiLabel = multiLabel
    options.mirroring = mirror
    options.rejection = reject
    options.folds = folds
    options.threads = threads
    let beside = output.folder.appending(BytePath(bytes: output.stem.bytes + ".features".utf8))
    options.cache = cache ?? beside
    return options
  }
}

extension TeachingOptions.Mirroring: ExpressibleByArgument {}

/// Where the report goes, and in what form.
struct ReportArguments: ParsableArguments {
  @Option(
    name: .customLong("format"),
    help: "How to write the report (default: as its file's name ends, else text).")
  var chosen: TeachingReportFormat?

  @Option(help: "Write the report here, whole or not at all, instead of to standard output (-).")
  var report: BytePath?

  var format: TeachingReportFormat { chosen ?? report.map { TeachingReportFormat(endingOf: $0) } ?? .text }

  func open() throws(ClassifierError) -> Output {
    guard let report, report != "-" else { return Output.standard() }
    return try Output(report)
  }
}

extension TeachingReportFormat: ExpressibleByArgument {}
