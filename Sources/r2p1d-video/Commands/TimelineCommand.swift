import ArgumentParser
import Evaluation
import R2P1DVideo
import Reports

struct TimelineCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "timeline",
    abstract: "Says what happens when: one label per window, or segments.",
    discussion: """
      Windows lie every --stride samples over the whole video (default: half a window). text, csv, json and \
      jsonl give windows unless --segments is given; the other formats are of segments.
      """)

  @Argument(help: "The video (-: standard input).")
  var file: BytePath

  @OptionGroup(title: "Model") var model: ModelArguments
  @OptionGroup(title: "Model") var engine: EngineArguments
  @OptionGroup(title: "Output") var result: OutputArguments
  @OptionGroup(title: "Output") var formatting: TimelineFormatArguments
  @OptionGroup(title: "Output") var scores: ScoreArguments
  @OptionGroup(title: "Output") var onlyLabels: SelectionArguments
  @OptionGroup(title: "Segments") var form: SegmentFormArguments
  @OptionGroup(title: "Segments") var segmentation: SegmentationArguments
  @OptionGroup(title: "Segments") var certainty: SegmentScoreArguments
  @OptionGroup(title: "Segments") var comparison: ComparisonArguments
  @OptionGroup(title: "Sampling") var placement: StrideArguments
  @OptionGroup(title: "Sampling") var sampling: SamplingArguments
  @OptionGroup(title: "Internet") var addresses: AddressArguments
  @OptionGroup(title: "Internet") var certificates: CertificateArguments
  @OptionGroup(title: "Limits") var limits: LimitArguments

  private var formats: [TimelineFormat] { formatting.format.all }

  func validate() throws {
    try formatting.format.need(scores.logits, "--logits", of: \.isJSON)
    if formatting.outputDir != nil, result.output != nil {
      throw ValidationError("--output names one file, --output-dir a folder for several: give one of them")
    }
    if file.isStandardInput { try checkNothingNeedsAName() }
    if comparison.compare != nil, result.isStandard, formatting.outputDir == nil, formats != [.text] {
      throw ValidationError(
        "--compare prints to standard output, as --format \(formats[0].rawValue) does: give --output")
    }
  }

  private func checkNothingNeedsAName() throws {
    if formatting.outputDir != nil {
      throw ValidationError("--output-dir names files after the video, and standard input has no name")
    }
    if let format = formats.first(where: \.refersToVideo) {
      throw ValidationError(
        "--format \(format.rawValue) says which file the video is, and standard input is none")
    }
  }

  func run() async throws {
    let files = try openFiles()
    let list = try comparison.read(of: file)
    let config = try formatting.labelStudioConfig.map { (path) throws(ClassifierError) in
      try path == "-" ? Output.standard() : Output(path)
    }
    let network = try await Network.load(model.model, options: NetworkOptions(model, engine, certificates))
    let classifier = try await network.classifier(classifierOptions())
    Terminal.warn(of: classifier)
    let thumbnails = formats.map(\.thumbnails).max() ?? 0
    let timeline = classifier.timeline(of: try file.video(), thumbnails: thumbnails)
    let outline = try await timeline.outline()
    var reports = formats.map { $0.report(of: timeline, options(of: $0)) }
    for report in reports { try report.check(outline) }
    var comparison = try list.map { (list) throws(ClassifierError) in try compare(timeline, with: list) }
    var progress = TimelineProgress(file, isQuiet: result.quiet)
    var hasBegun = false

    for try await window in timeline {
      for index in reports.indices {
        // A file without any window leaves no trace.
        var text = hasBegun ? "" : reports[index].begin()
        text += reports[index].add(window)
        if !text.isEmpty { progress.clear() }
        try files[index].write(text)
      }
      hasBegun = true
      comparison?.add(window)
      progress.advance(window)
    }
    let summary = try await timeline.summary()
    progress.clear()
    Terminal.warn(summary.video.warnings, of: file)
    for index in reports.indices { try files[index].write(reports[index].end(summary)) }
    if let agreement = comparison?.agreement(summary.video) {
      try (formats == [.text] && formatting.outputDir == nil ? files[0] : Output.standard()).write(
        agreement.text)
    }
    try config?.write(timeline.labelStudioConfig(summary.video))
    for file in files { try file.finish() }
    try config?.finish()
    Terminal.warn(of: result.output, in: formats[0], byDefault: .text)
  }

  /// What counts how well the timeline agrees with the list.
  private func compare(
    _ timeline: VideoTimeline, with list: LabelledList
  ) throws(ClassifierError) -> TimelineComparison {
    let truth = try EvaluationTruth(list, timeline.labels)
    Terminal.warn(truth, of: list.file)
    return TimelineComparison(
      list, truth, of: timeline, segmentation.options(minimumScore: certainty.minScore))
  }

  /// A file of each format, or standard output.
  private func openFiles() throws(ClassifierError) -> [Output] {
    let read = [file, model.model.file, scores.labels, comparison.compare]
    guard let folder = formatting.outputDir else { return [try result.open(besides: read)] }
    try Output.spare(read)
    if result.quiet { Terminal.hideBars() }
    try folder.makeFolders()
    return try formats.map { (format) throws(ClassifierError) in
      try Output(folder.appending(BytePath(bytes: file.name.bytes + format.suffix.utf8)))
    }
  }

  private func classifierOptions() throws(ClassifierError) -> ClassifierOptions {
    let stride = placement.stride.map(WindowPlacement.stride)
    var options = ClassifierOptions(model, sampling.options(stride), limits, certificates, addresses)
    try engine.computing.set(&options)
    options.set(scores)
    try options.select(onlyLabels, minimumScore: certainty.minScore)
    options.givesReceipts = formats.contains(where: \.isJSON)
    return options
  }

  private func options(of format: TimelineFormat) -> TimelineReportOptions {
    var options = TimelineReportOptions()
    options.showsSegments = form.segments || comparison.compare != nil
    options.segments = segmentation.options(minimumScore: certainty.minScore)
    options.showsAllScores = formatting.allScores && format.holdsAllScores
    options.top = scores.top
    options.showsLogits = scores.logits && format.isJSON
    options.document = formatting.documents.options
    options.document.isBeside = isBeside
    options.location = file.location
    if format == .html, isBeside { options.videoURL = file.relativeURL }
    return options
  }

  /// Whether files go into the folder of the video.
  private var isBeside: Bool {
    if file.isStandardInput { return false }
    guard let folder = formatting.outputDir else { return result.isBeside(file) }
    return folder.resolved == file.folder.resolved
  }
}
