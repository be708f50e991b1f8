import FoundationEssentials
import R2P1DVideo

/// One object a file: of a whole video its truth, labels, scores and windows; of segments these in
/// `examples`, beside those that were found.
extension EvaluatedVideo: Codable {
  private enum Key: CodingKey {
    case video, status, error, examples, segments
  }

  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    let segments = try values.decodeIfPresent([Segment].self, forKey: .segments)
    self.init(
      file: try BytePath(fileOf: decoder),
      video: try values.decodeIfPresent(VideoSummary.self, forKey: .video),
      error: try values.decodeIfPresent(String.self, forKey: .error),
      examples: segments == nil
        ? [try Example(from: decoder)] : try values.decode([Example].self, forKey: .examples),
      segments: segments)
  }

  package func encode(to encoder: any Encoder) throws {
    try file.encodeAsFile(to: encoder)
    var values = encoder.container(keyedBy: Key.self)
    try values.encode(error == nil ? "ok" : "failed", forKey: .status)
    try values.encodeIfPresent(video, forKey: .video)
    try values.encodeIfPresent(error, forKey: .error)
    if let segments {
      try values.encode(segments, forKey: .segments)
      try values.encode(examples, forKey: .examples)
    } else {
      try examples.first?.encode(to: encoder)
    }
  }
}

extension EvaluatedVideo.Example: Codable {
  private enum Key: CodingKey {
    case truth, start, end, scores, labels, uncertain, windows
  }

  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    truth = try values.decode([EvaluatedVideo.Label].self, forKey: .truth)
    start = try values.decodeIfPresent(Double.self, forKey: .start)
    end = try values.decodeIfPresent(Double.self, forKey: .end)
    scores = try values.decodeIfPresent([Double].self, forKey: .scores)
    labels = try values.decode([ScoredLabel].self, forKey: .labels)
    windows = try values.decode([EvaluatedVideo.Window].self, forKey: .windows)
  }

  package func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Key.self)
    try values.encode(truth, forKey: .truth)
    try values.encodeIfPresent(start, forKey: .start)
    try values.encodeIfPresent(end, forKey: .end)
    try values.encodeIfPresent(scores, forKey: .scores)
    try values.encode(labels, forKey: .labels)
    if isUncertain { try values.encode(true, forKey: .uncertain) }
    try values.encode(windows, forKey: .windows)
  }
}
