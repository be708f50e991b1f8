import Evaluation
import R2P1DVideo

/// A list as it is taught: its classes, and its videos with their places among these.
public struct Lesson: Sendable, Equatable {
  public let list: BytePath
  public let classes: [String]
  /// Their labels are places in `classes`.
  public let videos: [LabelledVideo]

  /// Of `list`, whose classes are those of the file `labels` where one is given. What cannot be taught is an
  /// error that names the class or the place in the list.
  public init(
    _ list: LabelledList, labels: BytePath? = nil, isMultiLabel: Bool = false
  ) throws(ClassifierError) {
    self.list = list.file
    if let labels {
      let names = try LabelSet(contentsOf: labels).names
      classes = names
      videos = try list.videos.map { (video) throws(ClassifierError) in
        var named = video
        named.labels = try video.labels.map { (label) throws(ClassifierError) in
          try Self.place(of: label, list, at: video, in: names, labels)
        }
        return named
      }
    } else {
      classes = list.classes
      videos = list.videos
    }
    try check(list, isMultiLabel)
  }

  /// Where a label of the list is among `names`: by its number if the list has numbers, else by its name.
  private static func place(
    of label: Int, _ list: LabelledList, at video: LabelledVideo, in names: [String], _ file: BytePath
  ) throws(ClassifierError) -> Int {
    if list.isNumbered {
      guard names.indices.contains(label) else {
        throw .list(
          list.file,
          cause:
            "\(list.place(of: video)): class \(label), but \(file.printable) names \(names.count) classes, "
            + "0 to \(names.count - 1)")
      }
      return label
    }
    if case .found(let place) = LabelMatcher(names).match(list.classes[label]) { return place }
    let unknown = list.classes.filter {
      if case .found = LabelMatcher(names).match($0) { false } else { true }
    }
    throw .list(
      list.file,
      cause: "\(unknown.count) of its \(list.classes.count) labels are not in \(file.printable), or not only "
        + "once: \(Self.quoted(unknown))")
  }

  private func check(_ list: LabelledList, _ isMultiLabel: Bool) throws(ClassifierError) {
    for name in classes where name.isEmpty || name.contains(where: \.isNewline) {
      throw .list(
        self.list,
        cause: name.isEmpty ? "a class has no name" : "the label \(Self.quoted([name])) holds a line break")
    }
    let alike = Dictionary(grouping: classes) { $0.lowercased() }.values.filter { $0.count > 1 }
      .min { $0[0] < $1[0] }
    if let alike {
      // Equal texts of other bytes: an é, and an e with an accent behind it.
      let difference = alike.allSatisfy { $0 == alike[0] } ? "Unicode form (NFC, NFD)" : "case"
      throw .list(self.list, cause: "\(Self.quoted(alike)) differ only in \(difference): give them one name")
    }
    let counts = videos.reduce(into: classes.map { _ in 0 }) { counts, video in
      for label in video.labels { counts[label] += 1 }
    }
    guard counts.count(where: { $0 > 0 }) > 1 else {
      let only = classes.indices.filter { counts[$0] > 0 }.map { classes[$0] }
      throw .list(
        self.list, cause: "has videos of one class alone, \(Self.quoted(only)): expected two or more")
    }
    let empty = classes.indices.filter { counts[$0] == 0 }.map { classes[$0] }
    guard empty.isEmpty else {
      throw .list(
        self.list,
        cause:
          "no video has the class \(Self.quoted(empty))\(empty.count > 4 ? " (\(empty.count) classes)" : "")"
          + ": give it examples, or leave it out")
    }
    if !isMultiLabel, let video = videos.first(where: { $0.labels.count > 1 }) {
      throw .list(
        self.list,
        cause:
          "\(list.place(of: video)): \(video.path.printable) has \(video.labels.count) classes; several "
          + "need a model of several labels"
      )
    }
  }

  static func quoted(_ names: [String]) -> String {
    names.prefix(4).map { "'\(BytePath($0).printable)'" }.joined(separator: ", ")
      + (names.count > 4 ? ", …" : "")
  }
}
