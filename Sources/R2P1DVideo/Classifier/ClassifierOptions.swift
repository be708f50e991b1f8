import FoundationEssentials
import Glibc

/// How a classifier works and what it reports.
public struct ClassifierOptions: Sendable {
  public var sampling = SamplingOptions()
  public var input = InputOptions()
  /// A file with the names of the classes, one a line, instead of the model's own.
  public var labels: BytePath?
  public var merge: ClassScores.Merge = .mean
  /// Labels reported, at least 1, of the video and of each window.
  public var top = 5
  /// The only classes that are reported, by name: exactly, or as ``LabelMatcher`` folds names; nil is all.
  /// Scores stay those of all classes.
  public var only: [String]?
  /// A label with a lower score, from 0 to 1, is not reported; where none is left the result is uncertain.
  public var minimumScore = 0.0
  /// Whether the results carry each window's raw logits.
  public var keepsLogits = false
  /// Whether results carry a receipt, for which the whole checkpoint is hashed once.
  public var givesReceipts = true
  public var precision: Network.Precision = .f32
  /// The GPU that computes; nil for the CPU.
  public var gpu: GPU?
  /// Threads of the decoder and of the network, at least 1, of each request; with 1 the two take turns, and
  /// nothing runs beside them. A server that works on several at once divides its cores by their number.
  public var threads = ProcessInfo.processInfo.activeProcessorCount
  /// Memory for activations and threads of this many requests that have ended are kept for the next ones.
  public var idleWorkspaces = 2

  public init() {}
}
