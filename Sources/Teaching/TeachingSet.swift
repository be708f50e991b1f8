import R2P1DVideo

/// Videos with their features and classes: what a head is fitted to.
struct TeachingSet: Sendable {
  struct Video: Sendable {
    let file: BytePath
    let start, end: Rational?
    /// Places in `classes`; one, unless a video may have several.
    let labels: [Int]
    /// Videos of one group stay together when videos are split.
    var group: Int
    /// The SHA-256 of its bytes.
    let content: String
    /// When each window begins, in seconds of a player's clock.
    let starts: [Double]
    /// Its rows: as it is shown, and mirrored.
    let plain: Range<Int>
    let mirrored: Range<Int>

    var label: Int { labels[0] }
    var rowCount: Int { plain.count + mirrored.count }
  }

  let classes: [String]
  let isMultiLabel: Bool
  var videos: [Video]
  let rows: FeatureRows

  /// How many of the videos that `chosen` names have each class.
  func counts(_ chosen: some Sequence<Int>) -> [Int] {
    var counts = Array(repeating: 0, count: classes.count)
    for video in chosen { for label in videos[video].labels { counts[label] += 1 } }
    return counts
  }

  var all: [Int] { Array(videos.indices) }

  /// The mean of a video's features as it is shown.
  func mean(of video: Int) -> [Double] {
    let range = videos[video].plain
    var sums = Array(repeating: 0.0, count: rows.width)
    for row in range {
      for f in 0..<rows.width { sums[f] += Double(rows.values[row * rows.width + f]) }
    }
    return sums.map { $0 / Double(max(range.count, 1)) }
  }
}
