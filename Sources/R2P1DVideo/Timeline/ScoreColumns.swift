/// The scores of a whole video in a bounded number of columns, for a picture of limited width: once there are too many,
/// every two neighbours become one.
struct ScoreColumns: Sendable {
  struct Column: Sendable {
    let start: Rational
    var end: Rational
    /// Of each class, the sum of score × seconds.
    var sums: [Float]
    var seconds: Double

    func score(_ index: Int) -> Double { Double(sums[index]) / seconds }
  }

  private(set) var columns: [Column] = []
  /// More than a wide screen has room for.
  private static let limit = 1024

  mutating func add(_ moment: Moment) {
    let seconds = moment.seconds
    columns.append(
      Column(
        start: moment.start, end: moment.end, sums: moment.scores.map { Float($0 * seconds) },
        seconds: seconds))
    if columns.count > Self.limit { halve() }
  }

  private mutating func halve() {
    columns = stride(from: 0, to: columns.count, by: 2).map { index in
      var column = columns[index]
      guard index + 1 < columns.count else { return column }
      let next = columns[index + 1]
      column.end = next.end
      column.seconds += next.seconds
      for (index, sum) in next.sums.enumerated() { column.sums[index] += sum }
      return column
    }
  }

  /// The mean score of each class over all columns' time.
  var means: [Double] {
    let seconds = columns.reduce(0) { $0 + $1.seconds }
    return (0..<(columns.first?.sums.count ?? 0)).map { index in
      columns.reduce(0) { $0 + Double($1.sums[index]) } / seconds
    }
  }
}
