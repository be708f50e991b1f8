import CKernels

/// Features of many windows, one row per window.
struct FeatureRows: Sendable {
  let width: Int
  /// Row by row.
  private(set) var values: [Float] = []

  init(width: Int) { self.width = width }

  var count: Int { width == 0 ? 0 : values.count / width }

  mutating func add(_ row: some Collection<Float>) {
    precondition(row.count == width, "a row has \(width) features")
    values.append(contentsOf: row)
  }
}

/// Mean and standard deviation of each feature, by which it is standardised.
struct Standardization {
  let centre: [Double]
  /// 1 / standard deviation; 1 where all values are equal, as scikit-learn's `StandardScaler` has it.
  let scale: [Double]

  /// Of the rows that `index` names, each counted once.
  init(_ rows: FeatureRows, _ index: [Int32]) {
    var sums = [Double](repeating: 0, count: rows.width)
    var squares = sums
    let count = Double(max(index.count, 1))
    centre = rows.values.withUnsafeBufferPointer { values in
      guard let first = values.baseAddress else { return sums }
      for row in index { r2_add_row(first + Int(row) * rows.width, rows.width, &sums) }
      let mean = sums.map { $0 / count }
      for row in index { r2_add_squares(first + Int(row) * rows.width, rows.width, mean, &squares) }
      return mean
    }
    // As StandardScaler: what is no larger than its own rounding is no variance.
    scale = zip(squares, centre).map { square, mean in
      let variance = square / count
      let rounding = count * 2.220446049250313e-16 * variance + pow2(count * mean * 2.220446049250313e-16)
      return variance <= rounding ? 1 : 1 / variance.squareRoot()
    }
  }
}

private func pow2(_ x: Double) -> Double { x * x }
