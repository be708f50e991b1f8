import ArgumentParser
import R2P1DVideo

extension ModelsCommand {
  struct Convert: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Writes a model as one safetensors file that says all of itself.",
      discussion: """
        Tensors keep their bits and their type (float32, float16, bfloat16, float64). The metadata says what \
        they do not: network, labels, frames, samples a second, BatchNorm's epsilon, mean and deviation, the \
        origin's SHA-256.
        """)

    @Argument(help: "A model's name, a checkpoint, or random:NAME[:SEED].")
    var model: ModelSource

    @Argument(help: "The file to write, NAME.safetensors: whole or not at all.")
    var output: BytePath

    @Option(help: ModelArguments.weightsHelp)
    var weights: String?

    @Option(help: "The names of the classes, one a line (default: the model's own).")
    var labels: BytePath?

    @Option(help: "Samples in a window that it was trained on (default: the model's own, else 16).")
    var frames: Int?

    @Option(help: "Samples a second that it was trained on (default: the model's own, else 15).")
    var fps: SampleRate?

    @Option(help: "What BatchNorm adds to the variance (default: the model's own, else 1e-5).")
    var eps: Double?

    func validate() throws {
      try check(frames, "--frames", 1...512, "a number of samples")
      if let eps, !(1e-12..<1).contains(eps) {
        throw ValidationError("--eps is \(eps), expected less than 1")
      }
      guard output.bytes.suffix(12).elementsEqual(".safetensors".utf8) else {
        throw ValidationError("'\(output.printable)' has to end in .safetensors, which is what it will be")
      }
    }

    func run() async throws {
      try Output.spare([labels])
      let output = try Output(output)
      var options = ConversionOptions()
      options.weights = weights
      options.labels = labels
      options.frames = frames
      options.rate = fps
      options.batchNormEpsilon = eps
      let conversion = try await ModelConversion.load(model, options: options)
      Terminal.warn(conversion.notes)
      try conversion.write { (bytes) throws(ClassifierError) in try output.write(bytes) }
      try output.finish()
    }
  }
}
