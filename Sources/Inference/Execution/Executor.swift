/// Runs a network that is planned and packed, in memory of its own. Used by one thread at a time.
protocol Executor: AnyObject {
  /// One prediction a window, of at most as many windows as the model was packed for.
  func run(_ windows: [[Sample]]) throws(ModelError) -> [Prediction]
  /// Bytes of activations and scratch; nil where it has none of its own.
  var byteCount: Int? { get }
  /// Its plan, measured, a row a step; nil where it has none.
  func table() throws(ModelError) -> PlanTable?
  /// Activations after every step of one window, in torch's order [C, T, H, W].
  func trace(_ window: [Sample]) throws(ModelError) -> [(name: String, values: [Float])]
}

/// An executor that computes beside the thread that asks it to, one batch behind another. Used by one thread
/// at a time.
package protocol PredictionQueue: AnyObject {
  /// Most windows in a batch.
  var windows: Int { get }
  /// Whether as many batches are under way as it takes.
  var isFull: Bool { get }
  /// Begins a batch, unless it is full. The samples may go once this returns.
  func start(_ windows: [[Sample]]) throws(ModelError)
  /// Waits for the first batch that is under way.
  func finish() throws(ModelError) -> [Prediction]
}
