import ArgumentParser
import R2P1DVideo

/// What a video may take before it is refused.
struct LimitArguments: ParsableArguments {
  @Option(help: "Refuse larger frames: width times height.")
  var maxPixels = InputOptions().maxPixels

  @Option(help: "Refuse files of more streams.")
  var maxStreams = InputOptions().maxStreams

  @Option(help: "Refuse videos of more frames.")
  var maxPictures = InputOptions().maxPictures

  @Option(help: "Refuse videos of more samples, where windows lie at a stride.")
  var maxSamples = InputOptions().maxSamples

  @Option(help: "Bytes to read to find out what the streams are.")
  var probeSize = InputOptions().probeBytes

  @Option(help: "MiB that the decoder may take at once.")
  var maxMemory = InputOptions().maxBlockBytes >> 20

  func validate() throws {
    try check(
      maxPixels, "--max-pixels", (1...Int(Int32.max)).contains, "a number of pixels from 1 to 2147483647")
    try check(maxStreams, "--max-streams", 1...1_000_000, "a number of streams")
    try check(maxPictures, "--max-pictures", 1...1_000_000_000, "a number of frames")
    try check(maxSamples, "--max-samples", 1...1_000_000_000, "a number of samples")
    try check(probeSize, "--probe-size", 32...1 << 40, "a number of bytes")
    try check(maxMemory, "--max-memory", 1...1 << 20, "a number of MiB")
  }

  /// The options as the library takes them.
  var options: InputOptions {
    var options = InputOptions()
    options.maxPixels = maxPixels
    options.maxStreams = maxStreams
    options.maxPictures = maxPictures
    options.maxSamples = maxSamples
    options.probeBytes = probeSize
    options.maxBlockBytes = maxMemory << 20
    return options
  }
}
