import Evaluation
import R2P1DVideo

/// A stretch of a video that is to become a file.
package struct CutSegment: Sendable, Equatable {
  package let label: String
  /// Seconds of a player's clock.
  package let start, end: Rational
  /// From 0 to 1; nil where a person has set it.
  package let score: Double?
  /// Where a list has it: `line 12`.
  package let place: String?

  package init(label: String, start: Rational, end: Rational, score: Double? = nil, place: String? = nil) {
    (self.label, self.start, self.end, self.score, self.place) = (label, start, end, score, place)
  }

  package init(_ segment: VideoSegment) {
    self.init(label: segment.label, start: segment.start, end: segment.end, score: segment.score)
  }

  /// This stretch's part within another; nil if they have none in common.
  package func clamped(from start: Rational?, to end: Rational?) -> CutSegment? {
    let (first, last) = (max(self.start, start ?? self.start), min(self.end, end ?? self.end))
    guard first < last else { return nil }
    return CutSegment(label: label, start: first, end: last, score: score, place: place)
  }
}

extension LabelledList {
  /// The segments of the list in the order of their starts, a segment of several labels once for each. With
  /// `labels` those of these, which are named as the list does, or nearly so.
  package func cutSegments(_ labels: [String]) throws(ClassifierError) -> [CutSegment] {
    var wanted: Set<Int>?
    if !labels.isEmpty, !classes.isEmpty {
      do {
        wanted = Set(try LabelSet(classes).indices(of: labels))
      } catch {
        throw .list(file, cause: error.cause)
      }
    }
    let segments = videos.flatMap { video in
      video.labels.compactMap { label -> CutSegment? in
        guard let start = video.start, let end = video.end, wanted?.contains(label) ?? true else {
          return nil
        }
        return CutSegment(label: classes[label], start: start, end: end, place: place(of: video))
      }
    }
    return segments.sorted { ($0.start, $0.end) < ($1.start, $1.end) }
  }
}
