/// Parts of a set of videos, of which each is the test of what was learnt from the others.
///
/// Whole groups go to one fold, the largest first, each to the fold that has the least of its classes so far:
/// scikit-learn's `StratifiedGroupKFold` does alike. Among equals the order is that of the videos' contents,
/// which is as good as drawn by chance and the same in every run.
struct Folds {
  /// The videos of each fold; none is empty.
  let tests: [[Int]]

  /// At most `count` folds of the videos that `chosen` names.
  init(_ set: TeachingSet, _ chosen: [Int], count: Int) {
    let groups = Dictionary(grouping: chosen) { set.videos[$0].group }.values.map { videos in
      Group(
        videos: videos, counts: set.counts(videos), key: videos.map { set.videos[$0].content }.min() ?? "")
    }.sorted { ($1.videos.count, $0.key) < ($0.videos.count, $1.key) }
    let totals = set.counts(chosen).map { Double(max($0, 1)) }
    var folds = Array(repeating: [Int](), count: max(1, min(count, groups.count)))
    var held = folds.map { _ in Array(repeating: 0.0, count: set.classes.count) }
    for group in groups {
      let costs = folds.indices.map { fold in
        group.counts.indices.reduce(0.0) { cost, k in
          group.counts[k] == 0 ? cost : cost + held[fold][k] / totals[k]
        }
      }
      let best =
        folds.indices.min { (costs[$0], folds[$0].count, $0) < (costs[$1], folds[$1].count, $1) } ?? 0
      folds[best] += group.videos
      for k in group.counts.indices { held[best][k] += Double(group.counts[k]) }
    }
    tests = folds.filter { !$0.isEmpty }.map { $0.sorted() }
  }

  private struct Group {
    let videos: [Int]
    let counts: [Int]
    let key: String
  }

  /// The videos that are not in fold `number`.
  func training(_ number: Int) -> [Int] {
    tests.indices.filter { $0 != number }.flatMap { tests[$0] }.sorted()
  }
}
