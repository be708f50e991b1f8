import Inference

/// The tensors that a network would see of a video, without the network.
public final class VideoWindows {
  /// Samples in the part of the video that is looked at.
  public var samples: Int { reader.samples }
  /// The first sample of each window.
  public var starts: [Int] { reader.starts }
  /// For each window, the number of the frame shown at each of its samples, counted from 0 over the whole file.
  public var frames: [[Int]] {
    starts.map { Array(reader.picks[$0..<min($0 + sampling.frames, samples)]) }
  }

  /// What may make the tensors other than one would expect.
  public var warnings: [VideoWarning] { VideoSummary(reader).warnings }

  private let path: FilePath
  private let sampling: ResolvedSampling
  private let threads: Int
  private let reader: WindowReader

  /// Opens the video; the model only says how it wants to be sampled, its weights are not needed.
  public init(_ path: FilePath, model: ModelSource, options: ClassifierOptions) throws(ClassifierError) {
    let traits = try ModelMetadata(
      of: model, weights: options.network.weights, folders: options.network.folders)
    self.path = path
    threads = options.threads
    sampling = ResolvedSampling(options.sampling, merge: options.merge, traits: traits)
    reader = try WindowReader.open(path, sampling, options.input, threads: threads)
  }

  /// Calls `body` with each window's tensor, in time order; call it once. Where the frames contradict the times that
  /// the container gave, `samples`, `starts`, `frames` and `header` are right only when all windows have come.
  public func read(_ body: (WindowTensor) throws(ClassifierError) -> Void) throws(ClassifierError) {
    let source = LocalWindowSource(reader, of: path, threads: threads)
    if reader.samplesHeldBack > Self.mostSamplesHeldBack {
      do {
        try reader.settle()
      } catch {
        throw .video(path, error)
      }
    }
    var hasEnded = false
    var settling = SettlingQueue<Window>()
    while true {
      while let window = settling.next() {
        try body(
          WindowTensor(number: window.number, start: window.start, end: window.end, samples: window.samples))
      }
      if hasEnded { return }
      switch try source.next() {
      case .window(let window): settling.add(window, isFinal: window.isFinal)
      case .restarted: settling.restart()
      case .ended:
        hasEnded = true
        settling.settle()
      }
    }
  }

  /// So many are held until the last frame is decoded; with more, all is decoded once before, to know where windows lie.
  private static let mostSamplesHeldBack = 1024

  /// All tensors as one .npy array: its header, always 128 bytes, for `read`'s tensors to follow in order.
  public var header: [UInt8] {
    Npy.header(shape: [starts.count, 3, sampling.frames, Sample.side, Sample.side])
  }

  /// `samples`, `starts` and `frames` as one line of JSON: what a reference is held against, and so no more than that.
  public var layout: String {
    JSON.text(Layout(samples: samples, starts: starts, frames: frames), pretty: false)
  }

  private struct Layout: Encodable {
    let samples: Int
    let starts: [Int]
    let frames: [[Int]]
  }
}

/// One window as the network sees it: float32 [3, T, 112, 112], colour, time, row, column.
public struct WindowTensor: Sendable {
  public let number: Int
  /// When its first sample is shown and its last one ends, in seconds of a player's clock.
  public let start: Double
  public let end: Double
  package let samples: [Sample]

  /// The tensor's values in order.
  public var values: [Float] {
    var values: [Float] = []
    values.reserveCapacity(Sample.count * samples.count)
    for colour in 0..<3 {
      for sample in samples { values += sample.plane(colour) }
    }
    return values
  }
}

/// NumPy's .npy format, version 1.0.
enum Npy {
  /// The header of a little-endian float32 array in C order: 128 bytes, whatever the sizes, so that it can be
  /// written again when the last of them is known.
  static func header(shape: [Int]) -> [UInt8] {
    let sizes = shape.map(String.init).joined(separator: ", ")
    let facts = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(sizes)), }"
    let prefix: [UInt8] = [0x93] + "NUMPY".utf8 + [1, 0, 118, 0]
    let padding = String(repeating: " ", count: max(0, 117 - facts.utf8.count))
    return prefix + Array((facts + padding + "\n").utf8)
  }
}
