import ArgumentParser
import R2P1DVideo

/// Which samples of a video, or of a part of it, the network sees.
struct SamplingArguments: ParsableArguments {
  @OptionGroup var samples: SampleArguments

  @Option(help: "Where to start, in a player's clock: 90, 1:30 or 00:01:30.5.")
  var start: TimeArgument?

  @Option(help: "Where to end.")
  var end: TimeArgument?

  func validate() throws {
    if let start, let end, end.seconds.double <= start.seconds.double {
      throw ValidationError("--end must be after --start")
    }
  }

  /// The options as the library takes them.
  func options(_ placement: WindowPlacement?) -> SamplingOptions {
    var options = samples.options(placement)
    options.start = start?.seconds
    options.end = end?.seconds
    return options
  }
}

/// Which samples the network sees of what is looked at.
struct SampleArguments: ParsableArguments {
  @Option(help: "Samples in a window: 8, 16 or 32 (default: the model's own, else 16).")
  var frames: Int?

  @Option(
    help: """
      Samples a second: 15, 29.97, 30000/1001, or source for every frame (default: the model's own, else 15).
      """
  )
  var fps: SampleRate?

  @Option(
    help: "171×128 then the centre 112×112, or straight to 112×112 (default: the model's own, else crop).")
  var resize: SamplingOptions.Resize?

  @Option(help: "The video stream to take, by ffprobe's index (default: the best).")
  var track: Int?

  @Flag(name: .customLong("no-seek"), help: "Decode from the start instead of seeking: same result, slower.")
  var noSeek = false

  func validate() throws {
    try check(frames, "--frames", [8, 16, 32].contains, "8, 16 or 32")
    try check(track, "--track", 0...1_000_000, "a stream's number")
  }

  /// The options as the library takes them.
  func options(_ placement: WindowPlacement?) -> SamplingOptions {
    var options = SamplingOptions()
    options.frames = frames
    options.rate = fps
    if let placement { options.placement = placement }
    options.resize = resize
    options.track = track
    options.seeking = !noSeek
    return options
  }
}

/// Where in a video the windows lie: some, or at a stride.
struct PlacementArguments: ParsableArguments {
  @Option(help: "This many windows, spread evenly over the video (default: 5).")
  var windows: Int?

  @Option(help: "A window every so many samples over the whole video, instead of --windows.")
  var stride: Int?

  func validate() throws {
    try check(windows, "--windows", 1...1_000_000, "a number of windows")
    try StrideArguments.checkStride(stride)
    if windows != nil && stride != nil { throw ValidationError("give --windows or --stride, not both") }
  }

  /// Nil is the library's default.
  var placement: WindowPlacement? {
    stride.map(WindowPlacement.stride) ?? windows.map(WindowPlacement.even)
  }
}

/// Windows over a whole video.
struct StrideArguments: ParsableArguments {
  @Option(help: "A window every so many samples over the whole video (default: half a window).")
  var stride: Int?

  func validate() throws { try Self.checkStride(stride) }

  static func checkStride(_ stride: Int?) throws {
    try check(stride, "--stride", 1...1_000_000, "a number of samples")
  }
}
