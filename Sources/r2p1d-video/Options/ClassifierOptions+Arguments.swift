import R2P1DVideo

extension ClassifierOptions {
  /// What all commands say of a video; `placement` nil is the library's default.
  init(
    _ model: ModelArguments, _ sampling: SamplingArguments, _ placement: WindowPlacement?,
    _ limits: LimitArguments, _ certificates: CertificateArguments, _ addresses: AddressArguments? = nil
  ) {
    self.init()
    network.weights = model.weights
    if let threads = model.threads { self.threads = threads }
    self.sampling = sampling.options(placement)
    input = limits.options
    input.certificates = certificates.caFile
    input.allowsNetwork = addresses?.allowNetwork ?? false
  }

  /// How the network runs, and what is done about a model that is not on this machine.
  mutating func set(_ engine: EngineArguments) {
    precision = engine.precision
    guard !engine.isOffline else { return }
    let printer = DownloadProgressPrinter()
    var download = DownloadOptions()
    download.certificates = input.certificates
    network.absentModel = .downloaded(options: download) { printer.report($0, $1) }
  }

  /// How scores are reported.
  mutating func set(_ scores: ScoreArguments) {
    labels = scores.labels
    merge = scores.merge
    top = scores.top
    keepsLogits = scores.logits
  }
}
