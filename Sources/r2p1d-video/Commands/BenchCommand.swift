import ArgumentParser
import FoundationEssentials
import Glibc
import R2P1DVideo

struct BenchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measures the network, and decoding and preprocessing, on this machine.",
    discussion: "The network's figure is one call on noise: two calls to warm up, then the median of --runs.")

  enum Format: String, CaseIterable, ExpressibleByArgument {
    case text, json
  }

  @Option(help: "The architecture, with random weights (default: r2plus1d_18).")
  var network: String?

  @Option(help: "A checkpoint, instead of --network; its loading is timed too.")
  var model: ModelSource?

  @Option(help: ModelArguments.weightsHelp)
  var weights: String?

  @Option(help: "A video, to time decoding and preprocessing.")
  var video: BytePath?

  @Option(help: "Its video stream, by ffprobe's index (default: the best).")
  var track: Int?

  @Option(help: "Samples in a window (default: the model's own, else 16).")
  var frames: Int?

  @Option(help: "Windows in one call.")
  var batch = 1

  @Option(help: "Calls that count.")
  var runs = 5

  @Option(help: ModelArguments.threadsHelp)
  var threads: Int?

  @OptionGroup var computing: ComputingArguments

  @Flag(help: "Print how the network is computed, layer by layer.")
  var plan = false

  @Option(help: "How to print the figures.")
  var format: Format = .text

  func validate() throws {
    try check(frames, "--frames", 1...512, "a number of samples")
    try check(batch, "--batch", 1...64, "a number of windows")
    try check(runs, "--runs", 1...100_000, "a number of calls")
    try ModelArguments.checkThreads(threads)
    try check(track, "--track", 0...1_000_000, "a stream's number")
    if track != nil && video == nil { throw ValidationError("--track is about --video") }
    if network != nil && model != nil { throw ValidationError("give --network or --model, not both") }
    if weights != nil && model == nil {
      throw ValidationError("--weights is about the checkpoint of --model")
    }
    if plan && format == .json { throw ValidationError("--plan is a table: leave --format json away") }
  }

  func run() async throws {
    var options = PipelineBenchmark.Options(model: model ?? .random(network ?? "r2plus1d_18", seed: 0))
    options.weights = weights
    options.frames = frames
    options.batch = batch
    options.runs = runs
    let chosen = try computing.choose()
    (options.gpu, options.precision) = (chosen.gpu, chosen.precision)
    options.video = video
    options.track = track
    options.wantsPlan = plan
    if let threads { options.threads = threads }

    let (figures, table, notes) = try await PipelineBenchmark.run(options)
    Terminal.warn(notes)
    Terminal.warn(
      asked: options.precision, used: Network.Precision(rawValue: figures.network.precision) ?? .f32)
    let output = Output.standard()
    if plan { try output.write(table) }
    try output.write(format == .json ? figures.json : figures.text)
  }
}
