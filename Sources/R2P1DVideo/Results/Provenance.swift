import Synchronization

/// Provenance: versions and hashes needed to reproduce a result.
public struct Provenance: Sendable, Equatable {
  /// This project's version.
  public let tool: String
  /// The versions of FFmpeg's libraries, by name.
  public let ffmpeg: [String: String]
  /// Of the kernels: `avx512`, for one.
  public let instructionSet: String
  public let precision: String
  /// The GPU that computed; nil where the CPU did.
  public package(set) var gpu: GPUProvenance?
  /// About what logits are off by in this precision: ``Network/Precision/logitError``.
  public let logitError: Double
  public let model: String
  /// Of the checkpoint that was read, in hexadecimal; nil for random weights, about which the name says all,
  /// and where no weights were needed.
  public let modelSHA256: String?
  /// Which weights of that checkpoint, where it holds those of several networks.
  public let weights: String?
  /// Of the names of the classes, one a line; nil where there were none.
  public let labelsSHA256: String?
  public let sampling: ResolvedSampling
  /// Damaged packets and pictures that were skipped.
  public package(set) var decodeErrors: Int
  /// Pictures that the decoder had to produce.
  public package(set) var framesDecoded: Int
  /// Bytes of the file that were read, those that were read twice counted twice, and the file's size; nil
  /// where nothing tells, as of frames in memory.
  public package(set) var bytesRead: Int?
  public package(set) var fileBytes: Int?

  public init(
    tool: String, ffmpeg: [String: String], instructionSet: String, precision: String, logitError: Double,
    model: String, modelSHA256: String? = nil, weights: String? = nil, labelsSHA256: String? = nil,
    sampling: ResolvedSampling, decodeErrors: Int = 0, framesDecoded: Int, bytesRead: Int? = nil,
    fileBytes: Int? = nil
  ) {
    self.tool = tool
    self.ffmpeg = ffmpeg
    self.instructionSet = instructionSet
    self.precision = precision
    self.logitError = logitError
    self.model = model
    self.modelSHA256 = modelSHA256
    self.weights = weights
    self.labelsSHA256 = labelsSHA256
    self.sampling = sampling
    self.decodeErrors = decodeErrors
    self.framesDecoded = framesDecoded
    self.bytesRead = bytesRead
    self.fileBytes = fileBytes
  }

  /// Of this process's work on one video; where it was many, `decodeErrors` and `framesDecoded` are their
  /// sums.
  init(
    model: String, modelSHA256: String?, weights: String? = nil, labelsSHA256: String?,
    precision: Network.Precision,
    sampling: ResolvedSampling, decodeErrors: Int, framesDecoded: Int
  ) {
    let ffmpeg = LibraryVersions.ffmpeg.map { ($0.library, $0.version) }
    self.init(
      tool: LibraryVersions.tool, ffmpeg: Dictionary(ffmpeg, uniquingKeysWith: { first, _ in first }),
      instructionSet: LibraryVersions.instructionSet, precision: precision.rawValue,
      logitError: precision.logitError, model: model,
      modelSHA256: modelSHA256, weights: weights, labelsSHA256: labelsSHA256, sampling: sampling,
      decodeErrors: decodeErrors, framesDecoded: framesDecoded)
  }
}

extension Provenance: Codable {
  private enum Key: CodingKey {
    case tool, ffmpeg, instructionSet, precision, gpu, logitError, model, modelSHA256, weights, labelsSHA256,
      sampling
    case decodeErrors, framesDecoded, bytesRead, fileBytes
  }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    self.init(
      tool: try values.decode(String.self, forKey: .tool),
      ffmpeg: try values.decode([String: String].self, forKey: .ffmpeg),
      instructionSet: try values.decode(String.self, forKey: .instructionSet),
      precision: try values.decode(String.self, forKey: .precision),
      logitError: try values.decode(Double.self, forKey: .logitError),
      model: try values.decode(String.self, forKey: .model),
      modelSHA256: try values.decodeIfPresent(String.self, forKey: .modelSHA256),
      weights: try values.decodeIfPresent(String.self, forKey: .weights),
      labelsSHA256: try values.decodeIfPresent(String.self, forKey: .labelsSHA256),
      sampling: try values.decode(SamplingJSON.self, forKey: .sampling).sampling,
      decodeErrors: try values.decode(Int.self, forKey: .decodeErrors),
      framesDecoded: try values.decode(Int.self, forKey: .framesDecoded),
      bytesRead: try values.decodeIfPresent(Int.self, forKey: .bytesRead),
      fileBytes: try values.decodeIfPresent(Int.self, forKey: .fileBytes))
    gpu = try values.decodeIfPresent(GPUProvenance.self, forKey: .gpu)
  }

  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Key.self)
    try values.encode(tool, forKey: .tool)
    try values.encode(ffmpeg, forKey: .ffmpeg)
    try values.encode(instructionSet, forKey: .instructionSet)
    try values.encode(precision, forKey: .precision)
    try values.encodeIfPresent(gpu, forKey: .gpu)
    try values.encode(logitError, forKey: .logitError)
    try values.encode(model, forKey: .model)
    try values.encodeIfPresent(modelSHA256, forKey: .modelSHA256)
    try values.encodeIfPresent(weights, forKey: .weights)
    try values.encodeIfPresent(labelsSHA256, forKey: .labelsSHA256)
    try values.encode(SamplingJSON(sampling), forKey: .sampling)
    try values.encode(decodeErrors, forKey: .decodeErrors)
    try values.encode(framesDecoded, forKey: .framesDecoded)
    try values.encodeIfPresent(bytesRead, forKey: .bytesRead)
    try values.encodeIfPresent(fileBytes, forKey: .fileBytes)
  }
}

extension Classifier {
  /// The receipt of one video's labels; nil if `options` want none.
  package func receipt(_ video: VideoSummary, _ sampling: ResolvedSampling? = nil) -> Provenance? {
    var receipt = receipt(decodeErrors: video.decodeErrors, framesDecoded: video.framesDecoded, sampling)
    receipt?.bytesRead = video.bytesRead
    receipt?.fileBytes = video.fileBytes
    return receipt
  }

  package func receipt(decodeErrors: Int, framesDecoded: Int, _ sampling: ResolvedSampling? = nil)
    -> Provenance?
  {
    guard options.givesReceipts else { return nil }
    var receipt = Provenance(
      model: model.name, modelSHA256: network.hash.digits, weights: network.chosenWeights,
      labelsSHA256: labels.sha256,
      precision: precision,
      sampling: sampling ?? self.sampling, decodeErrors: decodeErrors, framesDecoded: framesDecoded)
    receipt.gpu = options.gpu?.provenance
    return receipt
  }
}
