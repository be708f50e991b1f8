import Evaluation
import R2P1DVideo

/// A set as its videos come.
struct TeachingSetBuilder {
  private let lesson: Lesson
  private let isMultiLabel: Bool
  private var rows: FeatureRows
  private var videos: [TeachingSet.Video] = []
  private var groups: [String: Int] = [:]
  private var seen: [String: LabelledVideo] = [:]

  init(_ lesson: Lesson, _ options: TeachingOptions, width: Int) {
    self.lesson = lesson
    isMultiLabel = options.isMultiLabel
    rows = FeatureRows(width: width)
  }

  /// The same bytes in two classes are an error, unless they are other parts of one video.
  mutating func check(_ video: LabelledVideo, _ content: String) throws(ClassifierError) {
    let part = "\(content) \(video.start.map { "\($0)" } ?? "") \(video.end.map { "\($0)" } ?? "")"
    guard let other = seen.updateValue(video, forKey: part), Set(other.labels) != Set(video.labels)
    else { return }
    let names = [other, video].map { video in
      "\(video.path.printable) (\(Lesson.quoted(video.labels.map { lesson.classes[$0] })))"
    }
    throw .list(lesson.list, cause: "the same video is in two classes: \(names[0]) and \(names[1])")
  }

  mutating func add(_ video: LabelledVideo, _ content: String, _ windows: [WindowFeatures]) {
    // One content is one group, and so is one name of a group: joined where they meet.
    let keys = ["content \(content)"] + (video.group.map { ["group \($0)"] } ?? [])
    let known = Set(keys.compactMap { groups[$0] })
    let group = known.min() ?? videos.count
    for key in keys { groups[key] = group }
    if known.count > 1 {
      for (key, old) in groups where known.contains(old) { groups[key] = group }
      for place in videos.indices where known.contains(videos[place].group) { videos[place].group = group }
    }
    let first = rows.count
    for window in windows { rows.add(window.values) }
    let middle = rows.count
    for window in windows { if let mirrored = window.mirrored { rows.add(mirrored) } }
    videos.append(
      TeachingSet.Video(
        file: video.path, start: video.start, end: video.end, labels: video.labels, group: group,
        content: content, starts: windows.map(\.start), plain: first..<middle, mirrored: middle..<rows.count))
  }

  var set: TeachingSet {
    TeachingSet(classes: lesson.classes, isMultiLabel: isMultiLabel, videos: videos, rows: rows)
  }
}
