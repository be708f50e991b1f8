import FoundationEssentials
import Glibc
import R2P1DVideo

/// Features of many videos as a table, one row per window.
public enum FeatureFormat: String, Sendable, CaseIterable {
  /// NumPy's array, float32 [rows, features].
  case npy
  /// RFC 4180: `file,start,end,feature_0,…`.
  case csv
}

/// Makes the bytes of such a table, and the JSON that goes beside it.
public struct FeatureTable: Sendable {
  public let format: FeatureFormat
  private var index: Index

  /// A table of what `classifier` finds.
  public init(_ format: FeatureFormat, of classifier: Classifier) {
    self.format = format
    index = Index(
      model: classifier.model, sampling: SamplingJSON(classifier.sampling), features: classifier.features)
  }

  /// What stands before the rows; it has the same length however many there are, and has to be written again
  /// at the end.
  public var header: [UInt8] {
    switch format {
    case .npy: Npy.header(shape: [index.rows.count, index.features])
    case .csv:
      Array(
        CSV.header(["file", "start", "end"] + (0..<index.features).map { "feature_\($0)" }).utf8)
    }
  }

  /// The rows of a video.
  public mutating func add(_ video: VideoFeatures) -> [UInt8] {
    index.add(video.receipt)
    index.rows += video.windows.map { Row(file: video.file, start: $0.start, end: $0.end, padded: $0.padded) }
    switch format {
    case .npy:
      return video.windows.flatMap { $0.values.flatMap { Self.littleEndian($0) } }
    case .csv:
      return video.windows.flatMap { window in
        let times = [window.start, window.end].map { "\($0.roundedTime)" }
        return CSV.row([video.file.string] + times + window.values.map { "\($0)" }).utf8
      }
    }
  }

  /// Notes a file that has no rows, and why.
  public mutating func add(failed file: BytePath, _ cause: String) {
    index.failed.append(Failure(file: file, error: cause))
  }

  /// The model, the sampling, and for each row in order its file and times.
  public var json: String { JSON.text(index, pretty: true) }

  private static func littleEndian(_ value: Float) -> [UInt8] {
    withUnsafeBytes(of: value.bitPattern.littleEndian, Array.init)
  }

  private struct Index: Encodable {
    let model: ModelSummary
    let sampling: SamplingJSON
    let features: Int
    var rows: [Row] = []
    var failed: [Failure] = []
    /// Of all videos together.
    var receipt: Provenance?

    mutating func add(_ more: Provenance?) {
      guard let more else { return }
      guard var sum = receipt else {
        receipt = more
        return
      }
      sum.decodeErrors += more.decodeErrors
      sum.framesDecoded += more.framesDecoded
      sum.bytesRead = Self.sum(sum.bytesRead, more.bytesRead)
      sum.fileBytes = Self.sum(sum.fileBytes, more.fileBytes)
      receipt = sum
    }

    /// Unknown where a part is.
    private static func sum(_ one: Int?, _ other: Int?) -> Int? {
      guard let one, let other else { return nil }
      return one + other
    }
  }

  private struct Row: Encodable {
    let file: BytePath
    let start: Double
    let end: Double
    let padded: Bool

    private enum Key: CodingKey {
      case start, end, padded
    }

    func encode(to encoder: any Encoder) throws {
      try file.encodeAsFile(to: encoder)
      var values = encoder.container(keyedBy: Key.self)
      try values.encode(start.roundedTime, forKey: .start)
      try values.encode(end.roundedTime, forKey: .end)
      try values.encode(padded, forKey: .padded)
    }
  }

  private struct Failure: Encodable {
    let file: BytePath
    let error: String

    private enum Key: CodingKey {
      case error
    }

    func encode(to encoder: any Encoder) throws {
      try file.encodeAsFile(to: encoder)
      var values = encoder.container(keyedBy: Key.self)
      try values.encode(error, forKey: .error)
    }
  }
}
