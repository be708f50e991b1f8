import ArchiveScan
import ArgumentParser
import FoundationEssentials
import Glibc
import R2P1DVideo

struct ScanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scan",
    abstract: "Labels a whole archive, one row per file, and resumes where it was interrupted.",
    discussion: """
      Folders are walked; of the files in them, those whose name ends as a video's does are taken. Run it \
      again to resume after an interruption: files that have their row are skipped. OUTPUT.journal beside \
      the output knows which.
      """)

  @Argument(help: "Folders and files.")
  var paths: [BytePath] = []

  @OptionGroup(title: "Model") var model: ModelArguments
  @OptionGroup(title: "Model") var engine: EngineArguments
  @OptionGroup(title: "Output") var table: TableArguments
  @OptionGroup(title: "Output") var scores: ScoreArguments
  @OptionGroup(title: "Output") var onlyLabels: SelectionArguments
  @OptionGroup(title: "Output") var certainty: MinimumScoreArguments
  @OptionGroup(title: "Timelines and tags") var besides: SidecarArguments
  @OptionGroup(title: "Files") var selection: FileArguments
  @OptionGroup(title: "Sampling") var placement: PlacementArguments
  @OptionGroup(title: "Sampling") var sampling: SamplingArguments
  @OptionGroup(title: "Internet") var certificates: CertificateArguments
  @OptionGroup(title: "Limits") var workers: WorkerArguments
  @OptionGroup(title: "Limits") var limits: LimitArguments

  func validate() throws {
    if paths.isEmpty && selection.filesFrom == nil {
      throw ValidationError("give folders or files to scan, or --files-from")
    }
    try scores.checkLogits(in: table.format, areHeld: \.holdsLogits)
    if besides.timelines != nil, placement.windows != nil {
      throw ValidationError("timelines are of the whole video: give --stride, not --windows")
    }
  }

  func run() throws {
    let budget = workers.budget(model)
    let sidecars = besides.sidecars(minimumScore: certainty.minScore)
    let network = try Network(source: model.model, options: NetworkOptions(model, engine, certificates))
    let classifier = try Classifier(network: network, options: classifierOptions(network, budget))
    Terminal.warn(of: classifier, asked: engine.precision)
    let (output, format, quiet) = (table.output, table.format, table.quiet)
    let table = try ScanTable(
      output, settings: ScanSettings(classifier, format, sidecars), format: format, top: scores.top,
      explain: \.explanationWithoutAddresses)
    let found = try find(sidecars)
    let plan = try ScanPlan(
      found.files, records: table.records, retryFailed: selection.retryFailed, isWhole: sidecars.areComplete)
    let earlier = table.records.count - plan.staleCount
    try sidecars.makeRoom(plan, table.records)
    try table.remove(where: plan.isStale)

    let stop = StopFlag()
    Signals.endSoftly { stop.raise() }
    let progress = ScanProgress(files: plan.files.count, finished: plan.finished, isQuiet: quiet)
    defer { progress.end() }
    var options = workers.options(budget)
    options.sidecars = sidecars
    try Scan(classifier, options).run(
      plan.files, into: table, stop: stop, observe: progress.report)
    progress.end()
    if !quiet { Terminal.write(summary(table.records, earlier: earlier, seconds: progress.seconds)) }
    if stop.isRaised && table.records.count < earlier + plan.files.count {
      Terminal.warn(
        "interrupted; every finished row is in \(output.printable): run the same command to resume")
      throw ExitCode(ExitStatus.interrupted.rawValue)
    }
    let failures = ScanSummary(table.records).failures + found.unreadable.count
    if failures > 0 { throw ExitCode(ExitStatus.input.rawValue) }
  }

  private func classifierOptions(
    _ network: Network, _ budget: ThreadBudget
  ) throws(ClassifierError) -> ClassifierOptions {
    var options = ClassifierOptions(model, sampling.options(placement.placement), limits, certificates)
    if besides.timelines != nil, placement.stride == nil {
      options.sampling.placement = .halfWindows(of: options.sampling.frames ?? network.frames)
    }
    options.threads = budget.network
    options.precision = engine.precision
    options.set(scores)
    try options.select(onlyLabels, minimumScore: certainty.minScore)
    return options
  }

  private func find(_ sidecars: Sidecars) throws(ClassifierError) -> FileFinder {
    let listed = try selection.filesFrom.map { (list) throws(ClassifierError) in
      try PathList.read(list, zeroSeparated: selection.zeroSeparated)
    }
    var finder = FileFinder()
    finder.takesAll = selection.all
    finder.shard = selection.shard
    finder.isSidecar = sidecars.isSidecar
    finder.excluded = [table.output, ScanTable.journalPath(of: table.output)]
    finder.find(paths + (listed ?? []))
    for (folder, cause) in finder.unreadable { Terminal.warn("\(folder.printable): \(cause)") }
    return finder
  }

  private func summary(_ records: [ScanRecord], earlier: Int, seconds: Double) -> String {
    let now = records.count - earlier
    let pace = "  this run: \(now) file\(now == 1 ? "" : "s") in \(ScanThroughput.duration(seconds))\n"
    return "\(table.output.printable): \(ScanSummary(records).text)\(pace)"
  }
}
