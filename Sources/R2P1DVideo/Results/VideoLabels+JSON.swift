import FoundationEssentials
import Glibc

extension VideoLabels: Codable {
  private enum Key: CodingKey {
    case model, video, sampling, labels, uncertain, windows, receipt
  }

  /// Of the sampling, what the JSON says: neither the part of the video nor whether it was sought.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    self.init(
      file: try BytePath(fileOf: decoder), model: try values.decode(ModelSummary.self, forKey: .model),
      video: try values.decode(VideoSummary.self, forKey: .video),
      sampling: try values.decode(SamplingJSON.self, forKey: .sampling).sampling,
      labels: try values.decode([ScoredLabel].self, forKey: .labels),
      windows: try values.decode([WindowLabels].self, forKey: .windows),
      receipt: try values.decodeIfPresent(Provenance.self, forKey: .receipt))
  }

  public func encode(to encoder: any Encoder) throws {
    try file.encodeAsFile(to: encoder)
    var values = encoder.container(keyedBy: Key.self)
    try values.encode(model, forKey: .model)
    try values.encode(video, forKey: .video)
    try values.encode(SamplingJSON(sampling), forKey: .sampling)
    try values.encode(labels, forKey: .labels)
    if isUncertain { try values.encode(true, forKey: .uncertain) }
    try values.encode(windows, forKey: .windows)
    try values.encodeIfPresent(receipt, forKey: .receipt)
  }
}

extension ScoredLabel: Codable {
  private enum Key: CodingKey {
    case label, index, score
  }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    self.init(
      label: try values.decode(String.self, forKey: .label),
      index: try values.decode(Int.self, forKey: .index),
      score: try values.decode(Double.self, forKey: .score))
  }

  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Key.self)
    try values.encode(label, forKey: .label)
    try values.encode(index, forKey: .index)
    try values.encode(score.roundedScore, forKey: .score)
  }
}

extension WindowLabels: Codable {
  private enum Key: CodingKey {
    case start, end, padded, labels, logits
  }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    self.init(
      start: try values.decode(Double.self, forKey: .start),
      end: try values.decode(Double.self, forKey: .end),
      padded: try values.decode(Bool.self, forKey: .padded),
      labels: try values.decode([ScoredLabel].self, forKey: .labels),
      logits: try values.decodeIfPresent([Float].self, forKey: .logits))
  }

  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Key.self)
    try values.encode(start.roundedTime, forKey: .start)
    try values.encode(end.roundedTime, forKey: .end)
    try values.encode(padded, forKey: .padded)
    try values.encode(labels, forKey: .labels)
    try values.encodeIfPresent(logits, forKey: .logits)
  }
}

extension VideoSummary: Codable {
  private enum Key: CodingKey {
    case start, duration, width, height, frameRate, codec, track, timecode, decodeErrors, framesDecoded
  }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    self.init(
      start: try values.decode(Double.self, forKey: .start),
      duration: try values.decode(Double.self, forKey: .duration),
      width: try values.decode(Int.self, forKey: .width),
      height: try values.decode(Int.self, forKey: .height),
      frameRate: try values.decode(Double.self, forKey: .frameRate),
      codec: try values.decode(String.self, forKey: .codec),
      decodeErrors: try values.decode(Int.self, forKey: .decodeErrors),
      framesDecoded: try values.decode(Int.self, forKey: .framesDecoded),
      track: try values.decode(Int.self, forKey: .track),
      timecode: try values.decodeIfPresent(String.self, forKey: .timecode))
  }

  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Key.self)
    try values.encode(start.roundedTime, forKey: .start)
    try values.encode(duration.roundedTime, forKey: .duration)
    try values.encode(width, forKey: .width)
    try values.encode(height, forKey: .height)
    try values.encode(frameRate.roundedTime, forKey: .frameRate)
    try values.encode(codec, forKey: .codec)
    try values.encode(track, forKey: .track)
    try values.encodeIfPresent(timecode, forKey: .timecode)
    try values.encode(decodeErrors, forKey: .decodeErrors)
    try values.encode(framesDecoded, forKey: .framesDecoded)
  }
}

extension BytePath {
  private enum Key: CodingKey {
    case file, fileBytes
  }

  /// What `encodeAsFile` wrote.
  package init(fileOf decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    guard let base64 = try values.decodeIfPresent(String.self, forKey: .fileBytes) else {
      self.init(try values.decode(String.self, forKey: .file))
      return
    }
    guard let bytes = Data(base64Encoded: base64) else {
      throw DecodingError.dataCorruptedError(
        forKey: .fileBytes, in: values, debugDescription: "expected base64")
    }
    self.init(bytes: bytes)
  }

  /// `file`, and `fileBytes` in base64 beside it where the path is not UTF-8.
  package func encodeAsFile(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Key.self)
    try values.encode(string, forKey: .file)
    if !isUTF8 {
      try values.encode(Data(bytes).base64EncodedString(), forKey: .fileBytes)
    }
  }
}
