import FoundationEssentials
import Glibc

extension VideoLabels: Encodable {
  private enum Key: CodingKey {
    case model, video, sampling, labels, windows, receipt
  }

  public func encode(to encoder: any Encoder) throws {
    try file.encodeAsFile(to: encoder)
    var values = encoder.container(keyedBy: Key.self)
    try values.encode(model, forKey: .model)
    try values.encode(video, forKey: .video)
    try values.encode(SamplingJSON(sampling), forKey: .sampling)
    try values.encode(labels, forKey: .labels)
    try values.encode(windows, forKey: .windows)
    try values.encodeIfPresent(receipt, forKey: .receipt)
  }
}

extension ScoredLabel: Encodable {
  private enum Key: CodingKey {
    case label, index, score
  }

  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Key.self)
    try values.encode(label, forKey: .label)
    try values.encode(index, forKey: .index)
    try values.encode(score.roundedScore, forKey: .score)
  }
}

extension WindowLabels: Encodable {
  private enum Key: CodingKey {
    case start, end, padded, labels, logits
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

extension VideoSummary: Encodable {
  private enum Key: CodingKey {
    case start, duration, width, height, frameRate, codec, track, decodeErrors, framesDecoded
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
    try values.encode(decodeErrors, forKey: .decodeErrors)
    try values.encode(framesDecoded, forKey: .framesDecoded)
  }
}

extension FilePath {
  private enum Key: CodingKey {
    case file, fileBytes
  }

  /// `file`, and `fileBytes` in base64 beside it where the path is not UTF-8.
  func encodeAsFile(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Key.self)
    try values.encode(string, forKey: .file)
    if !isUTF8 {
      try values.encode(Data(bytes).base64EncodedString(), forKey: .fileBytes)
    }
  }
}
