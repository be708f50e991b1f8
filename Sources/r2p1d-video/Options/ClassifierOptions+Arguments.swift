import R2P1DVideo

extension ClassifierOptions {
  /// What all commands say of a video.
  init(
    _ model: ModelArguments, _ sampling: SamplingOptions,
    _ limits: LimitArguments, _ certificates: CertificateArguments, _ addresses: AddressArguments? = nil
  ) {
    self.init()
    if let threads = model.threads { self.threads = threads }
    self.sampling = sampling
    input = limits.options
    input.certificates = certificates.caFile
    input.allowsNetwork = addresses?.allowNetwork ?? false
  }

  /// Which labels are reported.
  mutating func select(_ selection: SelectionArguments, minimumScore: Double) throws(ClassifierError) {
    only = try selection.names
    self.minimumScore = minimumScore
  }

  /// How scores are reported.
  mutating func set(_ scores: ScoreArguments) {
    labels = scores.labels
    merge = scores.merge
    top = scores.top
    keepsLogits = scores.logits
  }
}

extension NetworkOptions {
  /// Which weights are read, and what is done about a model that is not on this machine.
  init(_ model: ModelArguments, _ engine: EngineArguments, _ certificates: CertificateArguments) {
    self.init(weights: model.weights, isOffline: engine.isOffline, certificates)
  }

  init(weights: String?, isOffline: Bool, _ certificates: CertificateArguments) {
    self.init()
    self.weights = weights
    guard !isOffline else { return }
    let printer = DownloadProgressPrinter()
    var download = DownloadOptions()
    download.certificates = certificates.caFile
    absentModel = .downloaded(options: download) { printer.report($0, $1) }
  }
}
