import FoundationEssentials
import Glibc

/// How fast this machine is at each step of the way: network, loading, decoding and preprocessing.
public struct PipelineBenchmark: Sendable, Encodable {
  public let network: NetworkTime
  /// From a checkpoint to a network that is ready to run; nil unless a model was given.
  public let load: LoadTime?
  /// Both nil unless a video was given.
  public let decode: DecodeTime?
  public let preprocess: PreprocessTime?

  /// One call of the network.
  public struct NetworkTime: Sendable, Encodable {
    public let architecture: String
    public let frames: Int
    public let batch: Int
    public let threads: Int
    public let isa: String
    public let precision: String
    public let seconds: Spread
  }

  public struct Spread: Sendable, Encodable {
    public let median: Double
    public let min: Double
    public let max: Double

    /// Of at least one figure.
    init(_ figures: [Double]) {
      let sorted = figures.sorted()
      let middle = sorted.count / 2
      median = sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
      min = sorted[0]
      max = sorted[sorted.count - 1]
    }
  }

  public struct LoadTime: Sendable, Encodable {
    public let seconds: Double
  }

  /// A whole video, of which every sample at 15 a second is looked at.
  public struct DecodeTime: Sendable, Encodable {
    /// Pictures that were decoded; `pictures` is the same number.
    public let frames: Int
    public let pictures: Int
    /// Pictures that were not decoded, as no sample shows them and no other picture needs them.
    public let skipped: Int
    /// Opening and decoding, without preprocessing.
    public let seconds: Double
    /// Processor time of opening, decoding and preprocessing, on all threads.
    public let cpuSeconds: Double
    /// Bytes of the file that were read, those that were read twice counted twice, and the file's size.
    public let bytesRead: Int?
    public let fileBytes: Int?

    init(_ reader: WindowReader, seconds: Double, cpuSeconds: Double) {
      (frames, pictures, skipped) = (reader.framesDecoded, reader.framesDecoded, reader.framesSkipped)
      (bytesRead, fileBytes) = (reader.bytesRead, reader.fileBytes)
      (self.seconds, self.cpuSeconds) = (seconds, cpuSeconds)
    }
  }

  public struct PreprocessTime: Sendable, Encodable {
    public let windows: Int
    public let seconds: Double
  }
}

extension PipelineBenchmark {
  /// One object, as `perf/` scripts read it.
  public var json: String { JSON.text(self, pretty: true) }

  /// A line a step.
  public var text: String {
    let time = network.seconds
    let windows = network.batch == 1 ? "window" : "\(network.batch) windows"
    var lines = [
      String(
        format: "network     %8.1f ms  (%.1f to %.1f) ", time.median * 1e3, time.min * 1e3, time.max * 1e3)
        + "\(network.architecture), \(windows) of \(network.frames), \(network.precision), \(network.isa), "
        + "\(network.threads.counted("thread"))"
    ]
    if let load { lines.append(String(format: "load        %8.1f ms", load.seconds * 1e3)) }
    if let decode {
      lines.append(
        String(
          format: "decode      %8.1f ms  %d pictures, %d skipped; %.2f s of CPU with preprocessing",
          decode.seconds * 1e3, decode.pictures, decode.skipped, decode.cpuSeconds))
    }
    if let preprocess {
      lines.append(
        String(format: "preprocess  %8.1f ms  %d windows", preprocess.seconds * 1e3, preprocess.windows))
    }
    return lines.map { $0 + "\n" }.joined()
  }
}
