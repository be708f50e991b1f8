import ArchiveScan
import ArgumentParser
import Evaluation
import FoundationEssentials
import R2P1DVideo

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Says how often a model is right on labelled videos.",
    discussion: """
      The list's labels are matched with the model's by name. A file that cannot be decoded counts as wrong. \
      Where the list has segments with times, those that the model finds are held against them.
      """)

  @OptionGroup(title: "List") var list: ListArguments
  @OptionGroup(title: "Model") var model: ModelArguments
  @OptionGroup(title: "Model") var engine: EngineArguments
  @OptionGroup(title: "Output") var result: OutputArguments
  @OptionGroup(title: "Output") var formatting: Formatting
  @OptionGroup(title: "Segments") var segmentation: SegmentationArguments
  @OptionGroup(title: "Segments") var certainty: SegmentScoreArguments
  @OptionGroup(title: "Sampling") var published: ProtocolArguments
  @OptionGroup(title: "Sampling") var placement: PlacementArguments
  @OptionGroup(title: "Sampling") var sampling: SamplingArguments
  @OptionGroup(title: "Internet") var certificates: CertificateArguments
  @OptionGroup(title: "Limits") var workers: WorkerArguments
  @OptionGroup(title: "Limits") var limits: LimitArguments

  struct Formatting: ParsableArguments {
    @Option(help: "How to write the figures.")
    var format: EvaluationFormat = .text

    @Option(help: "The names of the classes, one a line (default: the model's own).")
    var labels: BytePath?

    @Option(help: "How the windows' scores become the video's.")
    var merge: ClassScores.Merge = .mean

    @Option(help: "Keep finished rows here; the same command resumes after an interruption.")
    var journal: BytePath?

    func validate() throws {
      if journal == "-" { throw ValidationError("rows are kept to resume from: give --journal FILE") }
    }
  }

  struct ProtocolArguments: ParsableArguments {
    @Option(name: .customLong("protocol"), help: SamplingProtocol.help)
    var name: SamplingProtocol?

    @Option(
      help: "Parts of each frame whose scores are averaged: 1, the centre, or 3, along the longer side.")
    var crops = 1

    func validate() throws { try check(crops, "--crops", [1, 3].contains, "1 or 3") }
  }

  func validate() throws {
    if let name = published.name?.rawValue {
      let isSet =
        sampling.samples.frames != nil || sampling.samples.fps != nil || placement.placement != nil
        || sampling.samples.resize == .squash
      if isSet {
        throw ValidationError("--protocol \(name) says how videos are sampled: leave the rest away")
      }
    }
    if published.crops > 1, sampling.samples.resize == .squash {
      throw ValidationError("--crops \(published.crops) needs --resize crop")
    }
  }

  func run() throws {
    let output = try result.open(besides: [model.model.file, formatting.labels])
    if let journal = formatting.journal { try Output.claim(journal) }
    // Whether a video may have several classes is up to the model.
    let list = try list.read(isMultiLabel: true)
    let hasSegments = list.hasSegments
    try checkOptions(hasSegments: hasSegments)
    let budget = workers.budget(model, engine.computing)
    let network = try Network(source: model.model, options: NetworkOptions(model, engine, certificates))
    let classifier = try Classifier(network: network, options: options(budget, hasSegments, network))
    if let contradiction = list.contradiction, !classifier.decision.isMultiLabel { throw contradiction }
    Terminal.warn(of: classifier)
    let truth = try EvaluationTruth(list, classifier.labels)
    Terminal.warn(truth, of: self.list.list)
    let segments = hasSegments ? segmentation.options(minimumScore: certainty.minScore) : nil
    let journal = try formatting.journal.map { (path) throws(ClassifierError) in
      try EvaluationJournal(path, classifier, segments: segments)
    }
    let run = EvaluationRun(
      classifier, workers.options(budget), segments: segments, explain: \.explanationWithoutAddresses)
    let videos = try rows(of: truth, run, journal)
    let evaluation = ModelEvaluation(
      list, truth, videos, of: classifier, protocolName: published.name?.rawValue,
      leavesOutShort: published.name?.leavesOutShort ?? false)
    Terminal.warn(evaluation.segmentsBeyondEnd, of: self.list.list)
    let mistakes = evaluation.worstMistakes(formatting.format.thumbnails)
    let thumbnails = try run.thumbnails(of: mistakes.map(\.file))
    try output.write(formatting.format.report(evaluation, thumbnails: thumbnails))
    try output.finish()
    if evaluation.counts.failed + evaluation.counts.unmatched > 0 {
      throw ExitCode(ExitStatus.input.rawValue)
    }
    Terminal.warn(of: result.output, in: formatting.format, byDefault: .text)
  }

  /// Options that mean nothing for such a list are refused: figures would be taken for what they are not.
  private func checkOptions(hasSegments: Bool) throws {
    if hasSegments, placement.windows != nil || published.name != nil {
      throw ValidationError("the list has segments, over which windows lie at a --stride")
    }
    if !hasSegments, segmentation.isGiven || certainty.minScore > 0 {
      throw ValidationError(
        "the list has no segments: leave --smooth, --enter, --leave, --min-length and --min-score away")
    }
  }

  /// The rows of all videos, those that a journal has and those that are scored now.
  private func rows(
    of truth: EvaluationTruth, _ run: EvaluationRun, _ journal: EvaluationJournal?
  ) throws -> [EvaluatedVideo] {
    var rows = try journal?.rows(of: truth.videos) ?? [:]
    let left = truth.videos.filter { rows[$0.path] == nil }
    let stop = StopFlag()
    Signals.endSoftly(by: stop, isQuiet: result.quiet)
    let progress = ScanProgress(isQuiet: result.quiet)
    progress.begin(files: left.count, finished: rows.count)
    defer { progress.end() }
    for row in try run.run(left, into: journal, stop: stop, observe: progress.report) { rows[row.file] = row }
    progress.end()
    if rows.count < truth.videos.count {
      let kept = formatting.journal.map {
        "every finished row is in \($0.printable): run the same command to resume"
      }
      Terminal.warn("interrupted; \(kept ?? "no row was kept: give --journal to resume")")
      throw ExitCode(ExitStatus.interrupted.rawValue)
    }
    return truth.videos.compactMap { rows[$0.path] }
  }

  private func options(
    _ budget: ThreadBudget, _ hasSegments: Bool, _ network: Network
  ) throws(ClassifierError) -> ClassifierOptions {
    var options = ClassifierOptions(model, sampling.options(placement.placement), limits, certificates)
    published.name?.apply(to: &options.sampling)
    options.sampling.crops = published.crops
    if hasSegments, case .even = options.sampling.placement {
      options.sampling.placement = .halfWindows(of: options.sampling.frames ?? network.frames)
    }
    options.threads = budget.network
    try engine.computing.set(&options)
    options.labels = formatting.labels
    options.merge = formatting.merge
    options.givesReceipts = formatting.format.isJSON
    return options
  }
}
