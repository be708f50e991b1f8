import R2P1DVideo

/// A timeline held against the segments that people have set in the same video.
package struct TimelineComparison: Sendable {
  private let list: LabelledList
  /// By their starts.
  private let truth: [Example]
  /// Those that have begun and may hold a window that comes, and how many have begun.
  private var current: [Example] = []
  private var begun = 0

  /// A segment of the truth, in seconds, and its classes.
  private struct Example {
    let labels: [Int]
    let start, end: Double

    var stretches: [SegmentFigures.Stretch] {
      labels.map { SegmentFigures.Stretch(label: $0, start: start, end: end) }
    }
  }

  /// The part of the video that was asked for.
  private let part: (start: Double, end: Double)
  private let timeline: VideoTimeline
  private var segmenter: Segmenter
  private var found: [VideoSegment] = []
  private var windows: [SegmentFigures.Video.Window] = []

  /// `list` is about the timeline's video alone; `truth` is what it says in the model's classes.
  package init(
    _ list: LabelledList, _ truth: EvaluationTruth, of timeline: VideoTimeline, _ options: SegmentOptions
  ) {
    self.list = list
    self.timeline = timeline
    segmenter = timeline.segmenter(options)
    let part = (
      start: timeline.sampling.start?.double ?? 0, end: timeline.sampling.end?.double ?? .infinity
    )
    self.part = part
    self.truth = truth.videos.flatMap(\.examples).compactMap { example -> Example? in
      guard let start = example.start?.double, let end = example.end?.double else { return nil }
      let (first, last) = (max(start, part.start), min(end, part.end))
      return first < last
        ? Example(labels: example.labels, start: first.roundedTime, end: last.roundedTime) : nil
    }.sorted { $0.start < $1.start }
  }

  package mutating func add(_ window: ScoredWindow) {
    found += segmenter.add(window)
    let (start, end) = (window.start.double.roundedTime, window.end.double.roundedTime)
    let said = timeline.said(window)
    // As an evaluation counts them: a window belongs to each segment that it lies within.
    while begun < truth.count, truth[begun].start <= start {
      current.append(truth[begun])
      begun += 1
    }
    current.removeAll { $0.end <= start }
    windows += current.lazy.filter { end <= $0.end }
      .map { SegmentFigures.Video.Window(within: $0.labels, said: said) }
  }

  /// The figures, once all windows have come.
  package mutating func agreement(_ video: VideoSummary) -> Agreement {
    found += segmenter.finish()
    let stretches = found.map {
      SegmentFigures.Stretch(
        label: $0.index, start: $0.start.double.roundedTime, end: $0.end.double.roundedTime,
        score: $0.score.roundedScore)
    }
    let range = (
      start: max(video.start, part.start), end: min(video.start + video.duration, part.end)
    )
    let wanted = truth.flatMap(\.stretches)
    let frames = FrameAgreement(
      wanted, stretches, from: range.start, to: range.end, rate: video.frameRate)
    let videoEnd = (video.start + video.duration).roundedTime
    return Agreement(
      list: list, truth: wanted.count, beyond: wanted.count { $0.start >= videoEnd }, found: found.count,
      figures: SegmentFigures([SegmentFigures.Video(truth: wanted, found: stretches, windows: windows)]),
      frames: MeasuredShare(frames.right, of: frames.count))
  }

  /// How well they fit.
  package struct Agreement: Sendable {
    let list: LabelledList
    package let truth: Int
    /// Of the truth, those that begin where the video has ended: perhaps their times are no seconds.
    package let beyond: Int
    package let found: Int
    package let figures: SegmentFigures
    /// Frames whose label is right, or that have none and are to have none.
    package let frames: MeasuredShare

    package var text: String {
      let frames =
        EvaluationTextReport.percent(frames.value) + "  (\(frames.count) of \(frames.total) frames)"
      let late = beyond > 0 ? ", \(beyond) of them behind the video's end" : ""
      let rows =
        [EvaluationTextReport.row("segments", "\(truth) of the truth\(late), \(found) found")]
        + figures.textRows + [EvaluationTextReport.row("frame accuracy", frames)]
      return "\nagreement with \(list.file.printable)  (\(list.form.title))\n\n"
        + rows.map { $0 + "\n" }.joined()
    }
  }
}

/// Frames of a video, counted where truth and timeline say the same.
struct FrameAgreement {
  private(set) var right = 0
  private(set) var count = 0

  /// Frame k is shown at k / `rate`, for those from `start` on and before `end`; found stretches do not
  /// overlap.
  init(
    _ truth: [SegmentFigures.Stretch], _ found: [SegmentFigures.Stretch], from start: Double,
    to end: Double, rate: Double
  ) {
    /// The first frame that is shown at `time` or later.
    func frame(_ time: Double) -> Int { Int((min(max(time, start), end) * rate - 1e-6).rounded(.up)) }
    guard start < end, rate > 0, end * rate < 1e15 else { return }
    var changes: [(frame: Int, label: Int, isFound: Bool, by: Int)] = []
    for (stretches, isFound) in [(truth, false), (found, true)] {
      for stretch in stretches {
        changes.append((frame(stretch.start), stretch.label, isFound, 1))
        changes.append((frame(stretch.end), stretch.label, isFound, -1))
      }
    }
    changes.sort { $0.frame < $1.frame }
    var (wanted, shown) = ([Int: Int](), [Int: Int]())
    var last = frame(start)
    func agrees() -> Bool {
      guard let label = shown.first(where: { $0.value > 0 })?.key else { return wanted.isEmpty }
      return wanted[label] != nil
    }
    for change in changes {
      if agrees() { right += change.frame - last }
      last = change.frame
      if change.isFound {
        shown[change.label, default: 0] += change.by
        if shown[change.label] == 0 { shown[change.label] = nil }
      } else {
        wanted[change.label, default: 0] += change.by
        if wanted[change.label] == 0 { wanted[change.label] = nil }
      }
    }
    if agrees() { right += frame(end) - last }
    count = frame(end) - frame(start)
  }
}

extension LabelledList {
  /// The segments of `video` in the list at `path`: those whose file is the same, or is called the same. A
  /// list of one video alone is about this one, whatever it calls it, and `notes` says so; a list of nothing
  /// says that there is nothing in it.
  package static func segments(
    of video: BytePath, in path: BytePath, options: LabelledList.Options
  ) throws(ClassifierError) -> LabelledList {
    var options = options
    (options.video, options.root, options.isMultiLabel) = (video, video.folder, true)
    options.split = options.split ?? "all"
    let list = try read(path, options: options)
    guard !list.videos.isEmpty else { return list }
    guard list.hasSegments else {
      throw .list(path, cause: "has labels of whole videos, expected segments with a start and an end")
    }
    let all = Set(list.videos.map(\.path))
    var notes = list.notes
    var videos = list.videos.filter { $0.path.name == video.name }
    if videos.isEmpty { videos = list.videos.filter { $0.path.stem == video.stem } }
    if videos.isEmpty, all.count == 1 {
      videos = list.videos
      let other = videos[0].path.name.printable
      notes.append("names \(other), which is taken for \(video.name.printable)")
    }
    guard !videos.isEmpty else {
      throw .list(path, cause: "has \(all.count) videos, none of which is called \(video.name.printable)")
    }
    return LabelledList(
      file: list.file, form: list.form, classes: list.classes, isNumbered: list.isNumbered, videos: videos,
      notes: notes)
  }
}
