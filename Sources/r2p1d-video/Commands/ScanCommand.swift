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
    let stop = StopFlag()
    if let deadline = selection.deadline {
      DetachedThread.start {
        DetachedThread.sleep(seconds: Double(deadline))
        stop.raiseInsideFile()
      }
    }
    let asked = try selection.share()
    let shard = asked ?? .whole
    let budget = workers.budget(model, engine.computing)
    let sidecars = besides.sidecars(minimumScore: certainty.minScore)
    let network = try Network(source: model.model, options: NetworkOptions(model, engine, certificates))
    let classifier = try Classifier(network: network, options: classifierOptions(network, budget))
    Terminal.warn(of: classifier)
    let rows = try ScanTable(
      table.output, settings: ScanSettings(classifier, table.format, sidecars), format: table.format,
      top: scores.top, explain: \.explanationWithoutAddresses)
    if rows.removedBytes > 0 {
      Terminal.warn(
        "\(table.output.printable): removed \(rows.removedBytes.counted("byte")) behind its last row: an "
          + "unfinished row, or what others have added")
    }
    try rows.begin(asked)
    Terminal.warn(of: table.output, in: table.format, byDefault: .csv)
    var options = workers.options(budget)
    options.sidecars = sidecars
    let progress = ScanProgress(isQuiet: table.quiet)
    defer { progress.end() }
    var run = ScanRun(
      Scan(classifier, options), shard, into: rows, sidecars: sidecars, retriesFailed: selection.retryFailed,
      stop: stop, observe: progress.report)
    try find(shard, sidecars, by: classifier.sampling.work, stop, &run)
    progress.end()
    if !table.quiet {
      Terminal.write(summary(rows.records, earlier: run.earlier, seconds: progress.seconds))
    }
    try finish(run, stop, rows)
  }

  /// The exit status, and what it means.
  private func finish(_ run: ScanRun, _ stop: StopFlag, _ rows: ScanTable) throws {
    if stop.isRaised && run.left != 0 {
      let kept = "every finished row is in \(table.output.printable): run the same command to resume"
      guard !stop.isInterrupted else {
        Terminal.warn("interrupted; \(kept)")
        throw ExitCode(ExitStatus.interrupted.rawValue)
      }
      let left = run.left.map { "\($0.counted("file is", "files are")) left" } ?? "the list has not ended"
      let begun = run.begun.map { ", \($0.windows.counted("window")) of \($0.film.printable) kept" } ?? ""
      Terminal.warn("the time of --deadline is over, and \(left)\(begun); \(kept)")
      throw ExitCode(ExitStatus.deadline.rawValue)
    }
    let failures = ScanSummary(rows.records).failures + run.unreadable.count
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
    try engine.computing.set(&options)
    options.set(scores)
    try options.select(onlyLabels, minimumScore: certainty.minScore)
    return options
  }

  /// Finds the files and does them. A list is done while it is read, unless the share hangs on all of it, or
  /// files are looked for that stand in the way of timelines.
  private func find(
    _ shard: Shard, _ sidecars: Sidecars, by work: EvenShares.Work, _ stop: StopFlag, _ run: inout ScanRun
  ) throws(ClassifierError) {
    var finder = FileFinder()
    finder.shard = shard
    finder.walk.takesAll = selection.list.all
    finder.walk.isSidecar = sidecars.isSidecar
    finder.walk.excluded = ScanTable.files(of: table.output)
    finder.find(paths)
    let list = try selection.list.filesFrom.map { (path) throws(ClassifierError) in
      try PathList(path, zeroSeparated: selection.list.zeroSeparated)
    }
    guard var list else { return try begin(finder, work, stop, &run) }
    var hangsOnAll = !sidecars.timelines.isEmpty
    if !shard.isWhole, try list.isListing() { hangsOnAll = true }
    guard hangsOnAll else {
      Signals.endSoftly(by: stop, isQuiet: table.quiet)
      try run.run(finder, then: list)
      return warn(of: run.unreadable)
    }
    try finder.find(list, by: work)
    try begin(finder, work, stop, &run)
  }

  private func begin(
    _ finder: FileFinder, _ work: EvenShares.Work, _ stop: StopFlag, _ run: inout ScanRun
  ) throws(ClassifierError) {
    warn(of: finder.walk.unreadable)
    if !table.quiet { warn(of: finder, work) }
    Signals.endSoftly(by: stop, isQuiet: table.quiet)
    try run.run(finder)
  }

  private func warn(of unreadable: [(folder: BytePath, cause: String)]) {
    for (folder, cause) in unreadable { Terminal.warn("\(folder.printable): \(cause)") }
  }

  /// Says it where this share has much more to do than others. Of many shares each is small.
  private func warn(of found: FileFinder, _ work: EvenShares.Work) {
    let times = found.timesAnEvenShare(by: work)
    guard times > ScanSummary.unevenness, found.shard.count <= ScanSummary.mostSharesToCompare else { return }
    Terminal.warn(ScanSummary.uneven(found.shard, times, of: work == .size ? "bytes" : "files"))
  }

  private func summary(_ records: [ScanRecord], earlier: Int, seconds: Double) -> String {
    let now = records.count - earlier
    let pace = "  this run: \(now.counted("file")) in \(ScanThroughput.duration(seconds))\n"
    return "\(table.output.printable): \(ScanSummary(records).text)\(pace)"
  }
}

extension ResolvedSampling {
  /// What the work of a file goes by.
  fileprivate var work: EvenShares.Work {
    if case .stride = placement { .size } else { .count }
  }
}
