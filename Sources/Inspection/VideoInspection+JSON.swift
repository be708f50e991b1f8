import R2P1DVideo

/// The table of a video's windows and samples, without their pixels.
extension VideoInspection: Encodable {
  private enum Key: CodingKey {
    case model, video, sampling, windows, receipt, error
  }

  public func encode(to encoder: any Encoder) throws {
    try file.encodeAsFile(to: encoder)
    var values = encoder.container(keyedBy: Key.self)
    try values.encodeIfPresent(model, forKey: .model)
    try values.encode(video, forKey: .video)
    try values.encode(SamplingJSON(sampling), forKey: .sampling)
    try values.encode(windows, forKey: .windows)
    try values.encodeIfPresent(receipt, forKey: .receipt)
    try values.encodeIfPresent(failure?.cause, forKey: .error)
  }
}

extension InspectedWindow: Encodable {
  private enum Key: CodingKey {
    case number, start, end, padded, labels, uncertain, samples
  }

  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Key.self)
    try values.encode(number, forKey: .number)
    try values.encode(start.double.roundedTime, forKey: .start)
    try values.encode(end.double.roundedTime, forKey: .end)
    try values.encode(padded, forKey: .padded)
    try values.encodeIfPresent(labels, forKey: .labels)
    if let labels, labels.isEmpty { try values.encode(true, forKey: .uncertain) }
    try values.encode(samples, forKey: .samples)
  }
}

extension InspectedSample: Encodable {
  private enum Key: CodingKey {
    case sample, time, frame, frameTime, held, damage
  }

  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Key.self)
    try values.encode(number, forKey: .sample)
    try values.encode(due.double.roundedTime, forKey: .time)
    try values.encode(frame, forKey: .frame)
    try values.encode(time.double.roundedTime, forKey: .frameTime)
    try values.encode(isHeld, forKey: .held)
    try values.encode(damage.rawValue, forKey: .damage)
  }
}
