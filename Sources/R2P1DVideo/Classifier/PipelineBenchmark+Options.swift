import FoundationEssentials

extension PipelineBenchmark {
  /// What a benchmark measures.
  public struct Options: Sendable {
    /// Random weights or a checkpoint's: the time is the same.
    public var model: ModelSource
    /// Which weights, of a checkpoint with those of several networks; nil for the plain ones.
    public var weights: String?
    /// Samples in a window; nil is the model's own.
    public var frames: Int?
    /// Windows in one call.
    public var batch = 1
    /// Calls that count, after two that do not.
    public var runs = 5
    public var threads = ProcessInfo.processInfo.activeProcessorCount
    public var precision: Network.Precision = .f32
    /// The GPU that computes; nil for the CPU.
    public var gpu: GPU?
    /// A video to time decoding and preprocessing with.
    public var video: BytePath?
    /// Its stream, by its number in the container; nil is the best one.
    public var track: Int?
    /// Whether to time the network layer by layer as well.
    public var wantsPlan = false
    public var folders = ModelStore()

    public init(model: ModelSource) {
      self.model = model
    }
  }
}
