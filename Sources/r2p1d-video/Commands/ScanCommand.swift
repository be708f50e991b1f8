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
    if paths.isEmpty && selection.list.filesFrom == nil {
      throw ValidationError("give folders or files to scan, or --files-from")
    }
    try scores.checkLogits(in: table.format, areHeld: \.holdsLogits)
    if besides.timelines != nil, placement.windows != nil {
      throw ValidationError("timelines are of the whole video: give --stride, not --windows")
    }
  }

  func run() throws {
    let shard = try selection.share()
    let budget = workers.budget(model)
    let sidecars = besides.sidecars(minimumScore: certainty.minScore)
    let network = try Network(source: model.model, options: NetworkOptions(model, engine, certificates))
    let classifier = try Classifier(network: network, options: classifierOptions(network, budget))
    Terminal.warn(of: classifier, asked: engine.precision)
    let (output, format, quiet) = (table.output, table.format, table.quiet)
    let table = try ScanTable(
      output, settings: ScanSettings(classifier, format, sidecars), format: format, top: scores.top,
      explain: \.explanationWithoutAddresses)
    try table.begin(shard)
    let found = try find(shard, sidecars, by: classifier.sampling.work)
    let plan = try ScanPlan(
      found.files, records: table.records, retryFailed: selection.retryFailed, isWhole: sidecars.areComplete)
    let earlier = table.records.count - plan.staleCount
    try sidecars.makeRoom(plan, table.records)
    try table.remove(where: plan.isStale)
    try table.end(found.listing, of: shard, files: found.files.count, left: plan.files.count)
    if !quiet { warn(of: found, classifier.sampling.work) }

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
    let failures = ScanSummary(table.records).failures + found.listing.unreadable
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

  private func find(
    _ shard: Shard, _ sidecars: Sidecars, by work: EvenShares.Work
  ) throws(ClassifierError) -> FileFinder {
    var finder = FileFinder()
    finder.shard = shard
    finder.walk.takesAll = selection.list.all
    finder.walk.isSidecar = sidecars.isSidecar
    finder.walk.excluded = [table.output, ScanTable.journalPath(of: table.output)]
    finder.find(paths)
    if let list = selection.list.filesFrom {
      var entries = try PathList(list, zeroSeparated: selection.list.zeroSeparated)
      if try entries.isListing() {
        var listed: [ListedFile] = []
        while let entry = try entries.next() {
          if let stamp = entry.stamp { listed.append(ListedFile(path: entry.path, stamp: stamp)) }
        }
        finder.find(listed, by: work)
      } else {
        while let entry = try entries.next() { finder.find(entry.path) }
      }
    }
    for (folder, cause) in finder.walk.unreadable { Terminal.warn("\(folder.printable): \(cause)") }
    return finder
  }

  /// Says it where this share has much more to do than others. Of many shares each is small.
  private func warn(of found: FileFinder, _ work: EvenShares.Work) {
    let times = found.timesAnEvenShare(by: work)
    guard times > ScanSummary.unevenness, found.shard.count <= ScanSummary.mostSharesToCompare else { return }
    Terminal.warn(ScanSummary.uneven(found.shard, times, of: work == .size ? "bytes" : "files"))
  }

  private func summary(_ records: [ScanRecord], earlier: Int, seconds: Double) -> String {
    let now = records.count - earlier
    let pace = "  this run: \(now) file\(now == 1 ? "" : "s") in \(ScanThroughput.duration(seconds))\n"
    return "\(table.output.printable): \(ScanSummary(records).text)\(pace)"
  }
}

extension ResolvedSampling {
  /// What the work of a file goes by.
  fileprivate var work: EvenShares.Work {
    if case .stride = placement { .size } else { .count }
  }
}
