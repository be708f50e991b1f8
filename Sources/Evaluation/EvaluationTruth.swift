import R2P1DVideo

/// What the videos of a list show, in the classes of a model.
package struct EvaluationTruth: Sendable, Equatable {
  /// The videos that have a class of the model, each once, in the list's order.
  package let videos: [Video]
  /// Whether each video's examples are segments of it.
  package let hasSegments: Bool
  /// The list's entries.
  package let asked: Int
  /// Classes of the list that the model does not have, the commonest first.
  package let unmatched: [Unmatched]
  /// Entries that have none of the model's classes.
  package let unmatchedEntries: Int

  package struct Video: Sendable, Equatable {
    package let path: BytePath
    package let examples: [Example]
  }

  /// A whole video, or a segment of one.
  package struct Example: Sendable, Equatable {
    /// Places among the model's classes, at least one.
    package let labels: [Int]
    package let start: Rational?
    package let end: Rational?
  }

  package struct Unmatched: Sendable, Equatable {
    package let label: String
    package let entries: Int
    /// Where the list has it first.
    package let place: String
    /// The model's classes that it could be; none, or several.
    package let candidates: [String]
  }

  /// Throws where a number is beyond the model's classes, or none of the list's classes is the model's.
  package init(_ list: LabelledList, _ labels: LabelSet) throws(ClassifierError) {
    let matches = try Self.matches(list, labels)
    var unmatched: [Int: (entries: Int, place: String)] = [:]
    var order: [BytePath] = []
    var examples: [BytePath: [Example]] = [:]
    var dropped = 0
    for video in list.videos {
      var found: [Int] = []
      for label in video.labels {
        if case .found(let index) = matches[label] {
          if !found.contains(index) { found.append(index) }
        } else {
          unmatched[label, default: (0, list.place(of: video))].entries += 1
        }
      }
      guard !found.isEmpty else {
        dropped += 1
        continue
      }
      if examples[video.path] == nil { order.append(video.path) }
      examples[video.path, default: []].append(Example(labels: found, start: video.start, end: video.end))
    }
    let missing = unmatched.map { label, found in
      var candidates: [String] = []
      if case .ambiguous(let places) = matches[label] { candidates = places.map { labels.names[$0] } }
      return Unmatched(
        label: list.classes[label], entries: found.entries, place: found.place, candidates: candidates)
    }.sorted { ($1.entries, $0.label) < ($0.entries, $1.label) }
    guard !order.isEmpty || list.videos.isEmpty else {
      let name = missing.first.map { "'\(BytePath($0.label).printable)'" } ?? "none"
      throw .list(
        list.file,
        cause: "none of its classes is one of the model's \(labels.names.count): the list has \(name), "
          + "the model '\(BytePath(labels.names.first ?? "").printable)'")
    }
    videos = order.map { Video(path: $0, examples: examples[$0] ?? []) }
    hasSegments = list.hasSegments
    asked = list.videos.count
    self.unmatched = missing
    unmatchedEntries = dropped
  }

  /// For each class of the list the model's.
  private static func matches(
    _ list: LabelledList, _ labels: LabelSet
  ) throws(ClassifierError) -> [LabelMatcher.Match] {
    guard list.isNumbered else {
      let matcher = LabelMatcher(labels.names)
      return list.classes.map(matcher.match)
    }
    for video in list.videos {
      if let label = video.labels.first(where: { $0 >= labels.names.count }) {
        throw .list(
          list.file,
          cause:
            "\(list.place(of: video)): class \(label) is beyond the model's \(labels.names.count) classes, "
            + "which count from 0")
      }
    }
    return list.classes.indices.map { .found($0) }
  }
}
