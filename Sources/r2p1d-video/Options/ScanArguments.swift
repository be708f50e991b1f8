import ArchiveScan
import ArgumentParser
import FoundationEssentials
import R2P1DVideo

/// The table that a scan writes.
struct TableArguments: ParsableArguments {
  @Option(name: .shortAndLong, help: "The output; rows are added to it as files end.")
  var output: BytePath

  @Option(help: "How to write the rows.")
  var format: ScanFormat = .csv

  @Flag(help: "No progress and no summary.")
  var quiet = false

  func validate() throws {
    if output == "-" { throw ValidationError("scan resumes where it was interrupted: give --output FILE") }
  }
}

/// Which files a scan takes.
struct FileArguments: ParsableArguments {
  @OptionGroup var list: PathListArguments

  @Flag(help: "Try files that failed before once more.")
  var retryFailed = false

  @Option(help: ShardArgument.help)
  var shard: ShardArgument?

  @Option(help: "End cleanly after so many seconds, with status 3 if files are left.")
  var deadline: Int?

  func validate() throws {
    try check(deadline, "--deadline", 1...100_000_000, "a number of seconds")
  }

  /// The share that is taken; nil if none was asked for.
  func share() throws -> Shard? { try shard?.shard() }
}

/// What is found, besides the folders and files that are named.
struct PathListArguments: ParsableArguments {
  @Option(help: "More folders and files, one per line, or what list wrote (-: from standard input).")
  var filesFrom: BytePath?

  @Flag(
    name: [.customShort("0"), .customLong("null")],
    help: "The list's entries end with a zero byte, not with a line.")
  var zeroSeparated = false

  @Flag(help: "Take every file in a folder, whatever its name.")
  var all = false

  func validate() throws {
    if zeroSeparated && filesFrom == nil { throw ValidationError("-0 is about the list of --files-from") }
  }
}

/// The processes that decode a scan's files.
struct WorkerArguments: ParsableArguments {
  @Option(help: "Give a file up after so many seconds without progress.")
  var timeout = 600

  @Option(
    help:
      "Processes that decode (default: half the cores or --threads, and one more; with a GPU all of them).")
  var workers: Int?

  @Option(help: "Memory that each of them may use, in MiB of address space.")
  var workerMemory = 4096

  func validate() throws {
    try check(timeout, "--timeout", 1...1_000_000, "a number of seconds")
    try check(workers, "--workers", 1...256, "a number of processes")
    try check(workerMemory, "--worker-memory", 256...1 << 30, "a number of MiB")
  }

  /// Who may use which of the cores, of which a command has as many as `model` says.
  func budget(_ model: ModelArguments, _ computing: ComputingArguments) -> ThreadBudget {
    ThreadBudget(
      cores: model.threads ?? ProcessInfo.processInfo.activeProcessorCount, workers: workers,
      hasGPU: computing.device.isGPU)
  }

  func options(_ budget: ThreadBudget) -> ScanOptions {
    var options = ScanOptions(worker: ["r2p1d-video", ScanWorkerCommand.name], budget: budget)
    options.timeout = timeout
    options.workerMemory = workerMemory << 20
    return options
  }
}
