import FoundationEssentials
import Glibc
import Inference

/// Which samples of a video become which windows. A nil is the model's own value.
public struct SamplingOptions: Sendable, Equatable {
  /// Samples in a window, at least 1; the networks were trained on 8, 16 or 32. Else 16.
  public var frames: Int?
  /// Samples a second. Else 15.
  public var rate: SampleRate?
  public var placement: WindowPlacement = .even(5)
  public var resize: Resize = .crop
  /// The part of the video to look at, in seconds of a player's clock, which counts from the container's
  /// start time; nil is the video's own start or end. A start before the first frame means the first frame.
  public var start: Rational?
  public var end: Rational?
  /// The video stream to look at, by its number in the container as ffprobe counts; nil is the best one.
  public var track: Int?
  /// Whether windows are reached by seeking. The pictures are the same either way; only the time taken
  /// differs.
  public var seeking = true

  public init() {}
}

/// How a classifier works and what it reports.
public struct ClassifierOptions: Sendable {
  public var sampling = SamplingOptions()
  public var input = InputOptions()
  /// A file with the names of the classes, one a line, instead of the model's own.
  public var labels: FilePath?
  public var merge: Merge = .mean
  /// Labels reported, at least 1, of the video and of each window.
  public var top = 5
  /// Whether the results carry each window's raw logits.
  public var keepsLogits = false
  /// Whether results carry a receipt, for which the whole checkpoint is hashed once.
  public var givesReceipts = true
  public var precision: Precision = .f32
  /// Threads of the decoder and of the network, at least 1, of each request; with 1 the two take turns, and
  /// nothing runs beside them. A server that works on several at once divides its cores by their number.
  public var threads = ProcessInfo.processInfo.activeProcessorCount
  /// Memory for activations and threads of this many requests that have ended are kept for the next ones.
  public var idleWorkspaces = 2

  public init() {}
}

/// The numbers that the network computes with. A CPU without the instructions for one uses `f32`.
public enum Precision: String, Sendable, CaseIterable {
  case f32
  /// A little less exact, and faster where the CPU multiplies bfloat16 at twice the rate of float32.
  case bf16
  /// Products of 8-bit integers, scaled by the values at hand: the fastest, as exact as bfloat16 or nearly
  /// so.
  case int8
}

extension Precision {
  /// The fastest of the instruction set in use: 8-bit products where it has them. Not measured, so the same
  /// machine gives the same answers.
  public static var fastest: Precision {
    guard let set = try? InstructionSet.current() else { return .f32 }
    return PrecisionPolicy.int8.isAvailable(on: set) ? .int8 : .f32
  }

  /// Whether it gains nothing: the CPU has the instructions, but float32 is faster. By their kind, not by
  /// timing.
  public var isSlowerThanF32: Bool {
    guard let set = try? InstructionSet.current() else { return false }
    return engine.isSlow(on: set)
  }

  /// About what logits are off by: the root mean square error, as a share of that of the logits. Measured on
  /// r2plus1d_18 of seeded weights against float64; the largest of the instruction sets.
  public var logitError: Double {
    switch self {
    case .f32: 1e-6
    case .bf16: 5e-3
    case .int8: 1.7e-2
    }
  }

  /// The engine's policy of the same name.
  var engine: PrecisionPolicy {
    switch self {
    case .f32: .f32
    case .bf16: .bf16
    case .int8: .int8
    }
  }

  init(_ engine: PrecisionPolicy) {
    switch engine {
    case .f32: self = .f32
    case .bf16: self = .bf16
    case .int8: self = .int8
    }
  }
}
