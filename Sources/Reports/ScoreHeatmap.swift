import R2P1DVideo

/// The scores of a whole video in a bounded number of columns, for a picture of limited width: each is the
/// mean of as many moments, and once there are too many, every two neighbours become one.
struct ScoreHeatmap: Sendable {
  struct Column: Sendable {
    let start: Rational
    private(set) var end: Rational
    /// Of each class, the sum of score × seconds.
    fileprivate var sums: [Float]
    fileprivate var seconds: Double
    fileprivate var moments = 1

    init(_ moment: ScoreInterval) {
      let seconds = moment.seconds
      (start, end) = (moment.start, moment.end)
      sums = moment.scores.map { Float($0 * seconds) }
      self.seconds = seconds
    }

    mutating func append(_ next: Column) {
      end = next.end
      seconds += next.seconds
      moments += next.moments
      for (index, sum) in next.sums.enumerated() { sums[index] += sum }
    }

    func score(_ index: Int) -> Double { Double(sums[index]) / seconds }
  }

  private(set) var columns: [Column] = []
  /// Moments in a column; the last one may still have fewer.
  private var width = 1
  /// More than a wide screen has room for; even.
  private static let limit = 1024

  mutating func add(_ moment: ScoreInterval) {
    if let last = columns.last, last.moments < width {
      columns[columns.count - 1].append(Column(moment))
      return
    }
    if columns.count == Self.limit { halve() }
    columns.append(Column(moment))
  }

  private mutating func halve() {
    width *= 2
    columns = stride(from: 0, to: columns.count, by: 2).map { index in
      var column = columns[index]
      column.append(columns[index + 1])
      return column
    }
  }

  /// The mean score of each class over all columns' time.
  var means: [Double] {
    let seconds = columns.reduce(0) { $0 + $1.seconds }
    return (0..<(columns.first?.sums.count ?? 0)).map { index in
      columns.reduce(0.0) { sum, column -> Double in sum + Double(column.sums[index]) } / seconds
    }
  }
}
