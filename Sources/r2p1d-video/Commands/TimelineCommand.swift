import ArgumentParser
import R2P1DVideo
import Reports

struct TimelineCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "timeline",
    abstract: "Says what happens when: one label per window, or segments.",
    discussion: """
      Windows lie every --stride samples over the whole video (default: half a window). vtt, srt and html \
      give segments, the other formats windows unless --segments is given.
      """)

  @Argument(help: "The video.")
  var file: BytePath

  @OptionGroup(title: "Model") var model: ModelArguments
  @OptionGroup(title: "Model") var engine: EngineArguments
  @OptionGroup(title: "Output") var result: OutputArguments
  @OptionGroup(title: "Output") var formatting: Formatting
  @OptionGroup(title: "Output") var scores: ScoreArguments
  @OptionGroup(title: "Output") var onlyLabels: SelectionArguments
  @OptionGroup(title: "Segments") var form: SegmentFormArguments
  @OptionGroup(title: "Segments") var segmentation: SegmentationArguments
  @OptionGroup(title: "Sampling") var placement: StrideArguments
  @OptionGroup(title: "Sampling") var sampling: SamplingArguments
  @OptionGroup(title: "Internet") var addresses: AddressArguments
  @OptionGroup(title: "Internet") var certificates: CertificateArguments
  @OptionGroup(title: "Limits") var limits: LimitArguments

  struct Formatting: ParsableArguments {
    @Option(help: "How to write the timeline.")
    var format: TimelineFormat = .text

    @Flag(help: "The score of every class (csv: one column per class; json, jsonl).")
    var allScores = false
  }

  private var format: TimelineFormat { formatting.format }
  private var allScores: Bool { formatting.allScores }

  func validate() throws {
    try scores.checkLogits(in: format, areHeld: \.isJSON)
    if allScores && !format.holdsAllScores {
      throw ValidationError("--all-scores needs --format csv, json or jsonl")
    }
  }

  func run() async throws {
    let output = try result.open()
    let network = try await Network.load(model.model, options: NetworkOptions(model, engine, certificates))
    let classifier = try await network.classifier(classifierOptions())
    Terminal.warn(of: classifier, asked: engine.precision)
    let timeline = classifier.timeline(of: .file(file), thumbnails: format.thumbnails)
    var progress = TimelineProgress(file, isQuiet: result.quiet)
    var report = format.report(of: timeline, options)
    var hasBegun = false

    for try await window in timeline {
      // A file without any window leaves no trace.
      if !hasBegun { try output.write(report.begin()) }
      hasBegun = true
      let text = report.add(window)
      if !text.isEmpty { progress.clear() }
      try output.write(text)
      progress.advance(window)
    }
    let summary = try await timeline.summary()
    progress.clear()
    Terminal.warn(summary.video.warnings, of: file)
    try output.write(report.end(summary))
    try output.finish()
  }

  private func classifierOptions() throws(ClassifierError) -> ClassifierOptions {
    let stride = placement.stride.map(WindowPlacement.stride)
    var options = ClassifierOptions(model, sampling, stride, limits, certificates, addresses)
    options.precision = engine.precision
    options.set(scores)
    try options.select(onlyLabels, minimumScore: segmentation.minScore)
    options.givesReceipts = format.isJSON
    return options
  }

  private var options: TimelineReportOptions {
    var options = TimelineReportOptions()
    options.showsSegments = form.segments
    options.segments = segmentation.options
    options.showsAllScores = allScores
    options.top = scores.top
    options.showsLogits = scores.logits
    if format == .html, result.isBeside(file) { options.videoURL = file.relativeURL }
    return options
  }
}
