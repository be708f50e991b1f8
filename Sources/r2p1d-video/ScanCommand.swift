import ArgumentParser
import FoundationEssentials
import Glibc
import R2P1DVideo

struct ScanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scan",
    abstract: "Labels a whole archive, a row a file, and goes on where it was interrupted.",
    discussion: """
      Folders are walked; of the files in them, those whose name ends as a video's does are taken. Run it again to go on \
      after an interruption: files that have their row are passed over. OUTPUT.journal beside the output knows which.
      """)

  @Argument(help: "Folders and files.")
  var paths: [FilePath] = []

  @OptionGroup var shared: SharedOptions

  @Option(name: .shortAndLong, help: "The output; rows are added to it as files end.")
  var output: FilePath

  @Option(help: "How to write the rows.")
  var format: ScanFormat = .csv

  @Option(help: "More folders and files, one a line (-: from standard input).")
  var filesFrom: FilePath?

  @Flag(
    name: [.customShort("0"), .customLong("null")],
    help: "The list's entries end with a zero byte, not with a line.")
  var zeroSeparated = false

  @Flag(help: "Try every file, whatever its name.")
  var all = false

  @Flag(help: "Try files that failed before once more.")
  var retryFailed = false

  @Option(help: "Take only this share of the files, as 2/5; the 5 shares are disjoint and complete.")
  var shard: Shard?

  @Option(help: "Give a file up after so many seconds without progress.")
  var timeout = 600

  @Option(help: "Processes that decode (default: the machine's cores).")
  var workers: Int?

  @Option(help: "Memory that each of them may use, in MiB of address space.")
  var workerMemory = 4096

  @Flag(help: "No progress and no summary.")
  var quiet = false

  func validate() throws {
    try check(timeout, "--timeout", (1...1_000_000).contains, "a number of seconds from 1")
    try check(workers, "--workers", (1...256).contains, "a number of processes from 1 to 256")
    try check(workerMemory, "--worker-memory", (256...1 << 30).contains, "a number of MiB from 256")
    if paths.isEmpty && filesFrom == nil {
      throw ValidationError("give folders or files to scan, or --files-from")
    }
    if output == "-" { throw ValidationError("scan goes on where it was interrupted: give --output FILE") }
    if shared.input.allowNetwork {
      throw ValidationError("scan reads files alone: --allow-network is not for it")
    }
    if zeroSeparated && filesFrom == nil { throw ValidationError("-0 is about the list of --files-from") }
  }

  func run() throws {
    let classifier = try Classifier(source: shared.model, options: shared.classifier)
    Terminal.complain(classifier.modelNotes)
    Terminal.complain(asked: shared.precision, used: classifier.precision)
    let table = try ScanTable(
      output, settings: ScanSettings(classifier, format), format: format, top: shared.top)
    let found = try find()
    let plan = ScanPlan(found.files, records: table.records, retryFailed: retryFailed)
    let earlier = table.records.count - plan.staleCount
    try table.remove(where: plan.isStale)

    let stop = StopFlag()
    Signals.endSoftly { stop.raise() }
    let progress = ScanProgress(files: plan.files.count, finished: plan.finished, isQuiet: quiet)
    defer { progress.end() }
    try Scan(classifier, options).run(plan.files, into: table, stop: stop, observe: progress.hear)
    progress.end()
    if !quiet { Terminal.write(summary(table.records, earlier: earlier, seconds: progress.seconds)) }
    if stop.isRaised && table.records.count < earlier + plan.files.count {
      Terminal.complain(
        "interrupted; every finished row is in \(output.printable): run the same command to go on")
      throw ExitCode(ExitStatus.interrupted.rawValue)
    }
    let failures = ScanSummary(table.records).failures + found.unreadable.count
    if failures > 0 { throw ExitCode(ExitStatus.input.rawValue) }
  }

  private var options: ScanOptions {
    var options = ScanOptions()
    options.timeout = timeout
    options.workers = workers ?? shared.threads ?? ProcessInfo.processInfo.activeProcessorCount
    options.workerMemory = workerMemory << 20
    return options
  }

  private func find() throws(ClassifierError) -> FileFinder {
    let listed = try filesFrom.map { (list) throws(ClassifierError) in
      try PathList.read(list, zeroSeparated: zeroSeparated)
    }
    var finder = FileFinder()
    finder.takesAll = all
    finder.shard = shard
    finder.excluded = [output, ScanTable.journalPath(of: output)]
    finder.find(paths + (listed ?? []))
    for (folder, cause) in finder.unreadable { Terminal.complain("\(folder.printable): \(cause)") }
    return finder
  }

  private func summary(_ records: [ScanRecord], earlier: Int, seconds: Double) -> String {
    let now = records.count - earlier
    let pace = "  this run: \(now) file\(now == 1 ? "" : "s") in \(ScanPace.duration(seconds))\n"
    return "\(output.printable): \(ScanSummary(records).text)\(pace)"
  }
}

struct ScanWorkerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: DecodingWorker.command, shouldDisplay: false)

  func run() {
    DecodingWorker.run()
  }
}
