import Inference

/// What the network says of windows, one after the other: one request's at a time. A GPU is given those too
/// that are decoded and will be asked for next, for one alone leaves it idle, and the next batch of them
/// before the first one ends.
final class WindowScorer {
  /// What is computed of a window.
  enum View: Sendable {
    case plain
    /// With left and right exchanged.
    case mirrored
  }

  /// Gives out windows that are decoded and not asked for yet, at least and at most so many, or none.
  typealias Ahead = (_ count: ClosedRange<Int>) -> [Window]

  let predictor: Predictor
  /// Windows of each batch so far.
  private(set) var batches: [Int] = []
  private var underWay: [(windows: [Window], view: View)] = []

  init(_ predictor: Predictor) {
    self.predictor = predictor
  }

  /// Brings about that `views` of `window` are in its outcome.
  func score(_ window: Window, _ views: [View], _ ahead: Ahead) throws(ModelError) {
    guard let queue = predictor.queue else {
      for view in views { window.outcome[view] = try predictor.predict([samples(window, view)])[0] }
      return
    }
    while !views.allSatisfy({ window.outcome[$0] != nil }) {
      if !isUnderWay(window) {
        let next = queue.windows > 1 ? ahead(1...(queue.windows - 1)) : []
        try start([window] + next, views, queue)
      } else if !queue.isFull, case let next = ahead(queue.windows...queue.windows), !next.isEmpty {
        try start(next, views, queue)
      } else {
        try finish(queue)
      }
    }
  }

  /// Waits for what is computed and nobody asks for any more: a process must not end, nor memory go, before.
  func settle() {
    guard let queue = predictor.queue else { return }
    while !underWay.isEmpty { try? finish(queue) }
  }

  private func isUnderWay(_ window: Window) -> Bool {
    underWay.contains { $0.windows.contains { $0.outcome === window.outcome } }
  }

  private func start(_ windows: [Window], _ views: [View], _ queue: any PredictionQueue) throws(ModelError) {
    for view in views {
      if queue.isFull { try finish(queue) }
      let batch = try windows.map { (window) throws(ModelError) in try samples(window, view) }
      try predictor.start(batch, in: queue)
      underWay.append((windows, view))
      batches.append(windows.count)
    }
  }

  private func finish(_ queue: any PredictionQueue) throws(ModelError) {
    let (windows, view) = underWay.removeFirst()
    for (window, prediction) in zip(windows, try queue.finish()) { window.outcome[view] = prediction }
  }

  private func samples(_ window: Window, _ view: View) throws(ModelError) -> [Sample] {
    switch view {
    case .plain: window.samples
    case .mirrored: try window.samples.map { (sample) throws(ModelError) in try sample.mirrored() }
    }
  }
}

/// What the network has said of a window, perhaps before anybody asked.
final class WindowOutcome: @unchecked Sendable {  // of the thread alone that scores
  private var plain: Prediction?
  private var mirrored: Prediction?

  subscript(_ view: WindowScorer.View) -> Prediction? {
    get { view == .plain ? plain : mirrored }
    set { if view == .plain { plain = newValue } else { mirrored = newValue } }
  }
}
