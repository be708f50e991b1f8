import ArgumentParser
import R2P1DVideo

struct WindowsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "windows",
    abstract: "Writes the tensors that the network sees: .npy, float32 [N, 3, T, 112, 112].",
    discussion:
      "Prints, as JSON, the number of samples, each window's first sample and the frames shown at its "
      + "samples."
  )

  @Argument(help: "The video (-: standard input).")
  var file: BytePath

  @OptionGroup(title: "Model") var model: ModelArguments
  @OptionGroup(title: "Output") var result: OutputArguments
  @OptionGroup(title: "Sampling") var placement: PlacementArguments
  @OptionGroup(title: "Sampling") var sampling: SamplingArguments
  @OptionGroup(title: "Internet") var addresses: AddressArguments
  @OptionGroup(title: "Internet") var certificates: CertificateArguments
  @OptionGroup(title: "Limits") var limits: LimitArguments

  func validate() throws {
    guard let path = result.output, path != "-" else {
      throw ValidationError("windows writes tensors: give --output FILE.npy")
    }
  }

  func run() async throws {
    let output = try result.open(besides: [file, model.model.file])
    let options = ClassifierOptions(
      model, sampling.options(placement.placement), limits, certificates, addresses)
    var network = NetworkOptions()
    network.weights = model.weights
    let windows = try await VideoWindows.open(
      file.video(), model: model.model, network: network, options: options)
    Terminal.warn(windows.warnings, of: file)
    let progress = ProgressBar(isQuiet: result.quiet)
    let advance = progress.start(file)
    let header = windows.header(windows.layout)
    try output.write(header)
    for try await window in windows {
      try output.write(window.values)
      advance(window.number + 1, windows.layout.starts.count)
    }
    progress.clear()
    let layout = try await windows.finalLayout()
    if windows.header(layout) != header { try output.overwrite(windows.header(layout)) }
    try output.finish()
    try Output.standard().write(layout.json)
  }
}
