import ArgumentParser
import FoundationEssentials
import Glibc
import R2P1DVideo

/// The options that `label` and `windows` share: one name, one meaning, one place.
struct SharedOptions: ParsableArguments {
  @Option(help: "A model's name, a checkpoint, or random:NAME[:SEED].")
  var model: ModelSource = .named("r2plus1d_18")

  @Option(
    help: "Which weights, of a checkpoint with several: as models info names them (default: the plain ones).")
  var weights: String?

  @Option(help: "The names of the classes, one a line (default: the model's own).")
  var labels: FilePath?

  @Option(help: "Samples in a window: 8, 16 or 32 (default: the model's own, else 16).")
  var frames: Int?

  @Option(
    help:
      "Samples a second: 15, 29.97, 30000/1001, or source for every frame (default: the model's own, else 15)."
  )
  var fps: SampleRate?

  @Option(help: "This many windows, spread evenly over the video (default: 5).")
  var windows: Int?

  @Option(help: "A window every so many samples over the whole video, instead of --windows.")
  var stride: Int?

  @Option(help: "128×171 then the centre 112×112, or straight to 112×112.")
  var resize: Resize = .crop

  @Option(help: "How the windows' scores become the video's.")
  var merge: Merge = .mean

  @Option(help: "Labels reported.")
  var top = 5

  @Option(help: "Where to start, in a player's clock: 90, 1:30 or 00:01:30.5.")
  var start: TimeArgument?

  @Option(help: "Where to end.")
  var end: TimeArgument?

  @Option(help: "The video stream to take, by ffprobe's index (default: the best).")
  var track: Int?

  @Flag(name: .customLong("no-seek"), help: "Decode from the start instead of seeking: same result, slower.")
  var noSeek = false

  @Option(help: Precision.help)
  var precision: Precision = .f32

  @Option(help: "Threads to use (default: the machine's cores).")
  var threads: Int?

  @Flag(help: "Never download a model, as with R2P1D_OFFLINE=1.")
  var offline = false

  @Flag(help: "JSON also carries the raw logits of every window.")
  var logits = false

  @OptionGroup(title: "Input") var input: InputFlags

  func validate() throws {
    try check(frames, "--frames", [8, 16, 32].contains, "8, 16 or 32")
    try check(windows, "--windows", (1...1_000_000).contains, "a number of windows from 1")
    try check(stride, "--stride", (1...1_000_000).contains, "a number of samples from 1")
    try check(top, "--top", (1...10_000).contains, "a number of labels from 1 to 10000")
    try check(track, "--track", (0...1_000_000).contains, "a stream's number from 0")
    try check(threads, "--threads", (1...1024).contains, "a number of threads from 1 to 1024")
    if windows != nil && stride != nil { throw ValidationError("give --windows or --stride, not both") }
    if let start, let end, end.seconds.double <= start.seconds.double {
      throw ValidationError("--end must be after --start")
    }
  }

  /// The options as the library takes them.
  var classifier: ClassifierOptions {
    var options = ClassifierOptions()
    options.sampling = sampling
    options.input = input.options
    options.network.weights = weights
    options.labels = labels
    options.merge = merge
    options.top = top
    options.keepsLogits = logits
    options.precision = precision
    if let threads { options.threads = threads }
    if !isOffline {
      let words = DownloadProgressPrinter()
      var download = DownloadOptions()
      download.certificates = input.caFile
      options.network.absentModel = .downloaded(options: download) { words.report($0, $1) }
    }
    return options
  }

  private var isOffline: Bool {
    offline || !["", "0"].contains(ProcessInfo.processInfo.environment["R2P1D_OFFLINE"] ?? "")
  }

  private var sampling: SamplingOptions {
    var options = SamplingOptions()
    options.frames = frames
    options.rate = fps
    if let windows { options.placement = .even(windows) }
    if let stride { options.placement = .stride(stride) }
    options.resize = resize
    options.start = start?.seconds
    options.end = end?.seconds
    options.track = track
    options.seeking = !noSeek
    return options
  }
}

/// A usage error unless `value` is absent or legal.
func check(_ value: Int?, _ option: String, _ isLegal: (Int) -> Bool, _ expected: String) throws {
  if let value, !isLegal(value) { throw ValidationError("\(option) is \(value), expected \(expected)") }
}
