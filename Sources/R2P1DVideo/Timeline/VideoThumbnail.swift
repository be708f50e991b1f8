import FoundationEssentials
import Inference
import VideoDecoding

/// A small picture of a moment of a video.
public struct VideoThumbnail: Sendable, Equatable {
  /// The moment it stands for, in seconds of a player's clock. Where windows leave gaps, its picture may be
  /// of soon after.
  public let time: Rational
  /// Upright, in pixels.
  public let width: Int
  public let height: Int
  /// A JPEG file.
  public let jpeg: [UInt8]

  public init(
    time: Rational, width: Int, height: Int, jpeg: [UInt8]
  ) {
    self.time = time
    self.width = width
    self.height = height
    self.jpeg = jpeg
  }
}

/// Its JPEG in base64.
extension VideoThumbnail: Codable {
  private enum Key: CodingKey {
    case time, width, height, jpeg
  }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    guard let jpeg = Data(base64Encoded: try values.decode(String.self, forKey: .jpeg)) else {
      throw DecodingError.dataCorruptedError(forKey: .jpeg, in: values, debugDescription: "expected base64")
    }
    self.init(
      time: try values.decode(Rational.self, forKey: .time),
      width: try values.decode(Int.self, forKey: .width),
      height: try values.decode(Int.self, forKey: .height), jpeg: Array(jpeg))
  }

  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Key.self)
    try values.encode(time, forKey: .time)
    try values.encode(width, forKey: .width)
    try values.encode(height, forKey: .height)
    try values.encode(Data(jpeg).base64EncodedString(), forKey: .jpeg)
  }
}

extension VideoThumbnail {
  /// The middle sample of a window; nil if it cannot be encoded.
  package init?(of window: Window, _ encoder: ImageEncoder) {
    let sample = window.samples[window.samples.count / 2]
    guard let jpeg = encoder.encode(sample.packedRGB) else { return nil }
    self.init(time: window.exactStart, width: Sample.side, height: Sample.side, jpeg: jpeg)
  }
}
