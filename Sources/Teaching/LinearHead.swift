import CKernels

/// One linear function of the features per class: logits are weights · features + intercepts.
struct LinearHead: Equatable, Sendable {
  let features: Int
  /// [classes][features].
  var weights: [Double]
  var intercepts: [Double]

  var classes: Int { intercepts.count }

  /// Of one row.
  func logits(of rows: FeatureRows, _ row: Int) -> [Double] {
    var logits = [Double](repeating: 0, count: classes)
    rows.values.withUnsafeBufferPointer { values in
      guard let first = values.baseAddress else { return }
      r2_row_logits(
        first + row * features, Int32(features), weights, intercepts, Int32(classes), &logits)
    }
    return logits
  }

  /// With all logits multiplied by `factor`.
  func scaled(by factor: Double) -> LinearHead {
    LinearHead(
      features: features, weights: weights.map { $0 * factor }, intercepts: intercepts.map { $0 * factor })
  }
}
