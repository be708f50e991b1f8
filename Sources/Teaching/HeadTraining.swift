import FoundationEssentials
import Glibc

/// How a head is made of examples: the fewer there are, the less is fitted.
public enum HeadKind: String, Sendable, Codable {
  /// The nearest of the classes' means: Wang et al., SimpleShot, arXiv 1911.04623.
  case centroids = "nearest centroid"
  case logistic = "logistic regression"

  /// That for a smallest class of so many videos.
  init(smallestClass count: Int) { self = count < 6 ? .centroids : .logistic }
}

/// Fits heads to parts of a set.
struct HeadTraining {
  let set: TeachingSet
  let kind: HeadKind
  let engine: TeachingEngine

  /// 13 penalties, half a decade apart, the strongest first.
  static let penalties = (0...12).map { pow(10, -4 + Double($0) / 2) }

  /// What no score can make up for: the logit of a class that the examples do not have.
  private static let never = -1e4

  /// A head for each penalty, fitted to the videos that `chosen` names; of centroids, which have no penalty,
  /// they are the same.
  func heads(_ chosen: [Int], c penalties: [Double], tolerance: Double = 1e-6) -> [LinearHead] {
    switch kind {
    case .centroids:
      let head = centroids(chosen)
      return penalties.map { _ in head }
    case .logistic: return regressions(chosen, penalties, tolerance)
    }
  }

  /// The logits of a video's windows as it is shown.
  func logits(_ head: LinearHead, of video: Int) -> [[Double]] {
    set.videos[video].plain.map { head.logits(of: set.rows, $0) }
  }

  private func rows(_ chosen: [Int]) -> (index: [Int32], videos: [Int]) {
    var index: [Int32] = []
    var videos: [Int] = []
    for video in chosen {
      for range in [set.videos[video].plain, set.videos[video].mirrored] {
        index += range.map(Int32.init)
        videos += range.map { _ in video }
      }
    }
    return (index, videos)
  }
}

extension HeadTraining {
  /// Each video counts once, however many windows it has, and each class as much as every other.
  private func regressions(_ chosen: [Int], _ penalties: [Double], _ tolerance: Double) -> [LinearHead] {
    let (index, owners) = rows(chosen)
    let counts = set.counts(chosen)
    let present = counts.indices.filter { counts[$0] > 0 }
    let shares = owners.map { 1 / Double(set.videos[$0].rowCount) }
    let standardization = Standardization(set.rows, index)
    let total = Double(chosen.count)
    let training: LogisticRegression
    if set.isMultiLabel {
      let answers = owners.flatMap { owner in
        present.map { UInt8(set.videos[owner].labels.contains($0) ? 1 : 0) }
      }
      let no = present.map { total / (2 * max(total - Double(counts[$0]), 1)) }
      let yes = present.map { total / (2 * Double(counts[$0])) }
      training = LogisticRegression(
        rows: set.rows, index: index, classes: present.count, truth: .answers(answers), rowWeights: shares,
        answerWeights: no + yes, standardization: standardization, tolerance: tolerance)
    } else {
      let places = Dictionary(present.enumerated().map { ($1, Int32($0)) }) { first, _ in first }
      let weights = zip(owners, shares).map { owner, share in
        share * total / (Double(present.count) * Double(counts[set.videos[owner].label]))
      }
      training = LogisticRegression(
        rows: set.rows, index: index, classes: present.count,
        truth: .classes(owners.map { places[set.videos[$0].label] ?? 0 }), rowWeights: weights,
        standardization: standardization, tolerance: tolerance)
    }
    return training.fits(c: penalties, on: engine).map { spread($0.head, over: present) }
  }

  /// With a row for each class, of which those that were not there never win.
  private func spread(_ head: LinearHead, over present: [Int]) -> LinearHead {
    guard present.count < set.classes.count else { return head }
    let width = set.rows.width
    var whole = LinearHead(
      features: width, weights: Array(repeating: 0, count: set.classes.count * width),
      intercepts: Array(repeating: Self.never, count: set.classes.count))
    for (row, k) in present.enumerated() {
      whole.weights.replaceSubrange(
        (k * width)..<((k + 1) * width), with: head.weights[(row * width)..<((row + 1) * width)])
      whole.intercepts[k] = head.intercepts[row]
    }
    return whole
  }

  /// Features less their mean over all rows, each row of length 1; a class's centroid is the mean of its
  /// rows, again of length 1, and its logit the product with the row. The class of the highest is the nearest
  /// centroid's: a row's own length changes nothing in the order.
  func centroids(_ chosen: [Int]) -> LinearHead {
    let width = set.rows.width
    let (index, owners) = rows(chosen)
    let counts = set.counts(chosen)
    let mean = Standardization(set.rows, index).centre
    var sums = Array(repeating: 0.0, count: set.classes.count * width)
    for (row, owner) in zip(index, owners) {
      let values = (0..<width).map { Double(set.rows.values[Int(row) * width + $0]) - mean[$0] }
      let share = 1 / (length(values) * Double(set.videos[owner].rowCount))
      guard share.isFinite else { continue }
      for label in set.videos[owner].labels {
        for f in 0..<width { sums[label * width + f] += values[f] * share }
      }
    }
    var head = LinearHead(
      features: width, weights: sums, intercepts: Array(repeating: 0, count: set.classes.count))
    for k in set.classes.indices {
      let size = length(sums[(k * width)..<((k + 1) * width)])
      var intercept = counts[k] == 0 ? Self.never : 0
      for f in 0..<width {
        let weight = size > 0 ? sums[k * width + f] / size : 0
        head.weights[k * width + f] = weight
        intercept -= weight * mean[f]
      }
      head.intercepts[k] = intercept
    }
    return head
  }

  private func length(_ values: some Sequence<Double>) -> Double {
    values.reduce(0) { $0 + $1 * $1 }.squareRoot()
  }
}
