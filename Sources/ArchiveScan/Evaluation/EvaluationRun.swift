import Evaluation
import Inference
import R2P1DVideo
import VideoDecoding

/// Scores the videos of a list on a scan's workers: a row per file as it ends, kept in a journal if there
/// is one.
package struct EvaluationRun {
  private let classifier: Classifier
  private let options: ScanOptions
  /// How windows become segments, where the truth has some.
  private let segments: SegmentOptions?
  private let explain: (ClassifierError) -> String

  package init(
    _ classifier: Classifier, _ options: ScanOptions, segments: SegmentOptions?,
    explain: @escaping (ClassifierError) -> String
  ) {
    self.classifier = classifier
    self.options = options
    self.segments = segments
    self.explain = explain
  }

  /// The rows of `videos`, in their order; fewer where `stop` was raised.
  package func run(
    _ videos: [EvaluationTruth.Video], into journal: EvaluationJournal?, stop: StopFlag,
    observe: @escaping (Scan.Event) -> Void
  ) throws(ClassifierError) -> [EvaluatedVideo] {
    let files = DecodedFiles(classifier, options)
    var rows: [EvaluatedVideo] = []
    let listed = ListedFiles(videos.map(\.path))
    try files.forEach(of: listed, count: videos.count, stop: stop) { (file) throws(ClassifierError) in
      let path = file.path
      observe(.began(path))
      let scored = try ScoredWindows(file.windows, of: path, classifier) {
        observe(.windowDone(path, done: $0, of: $1))
      }
      return try classifier.evaluate(videos[file.index], scored, segments: segments)
    } finish: { (file) throws(ClassifierError) in
      let row: EvaluatedVideo
      switch file.result {
      case .success(let done): row = done
      case .failure(let error):
        row = EvaluatedVideo(videos[file.index], classifier.labels, error: explain(error))
      }
      for warning in row.video?.warnings ?? [] { observe(.warned(file.path, warning)) }
      rows.append(row)
      observe(.finished(try record(row, file.stamp, in: journal)))
    }
    try journal?.table.sync()
    return rows
  }

  private func record(
    _ row: EvaluatedVideo, _ stamp: FileStamp, in journal: EvaluationJournal?
  ) throws(ClassifierError) -> ScanRecord {
    try journal?.add(row, stamp: stamp)
    return ScanRecord(
      path: row.file, stamp: stamp, isFailed: row.error != nil, duration: row.video?.duration ?? 0,
      note: row.note, end: 0, check: 0)
  }

  /// A frame of the middle of each of `files`, as the network sees it. Files of which none can be made have
  /// none.
  package func thumbnails(of files: [BytePath]) throws(ClassifierError) -> [BytePath: VideoThumbnail] {
    var sampling = classifier.sampling
    sampling.placement = .even(1)
    guard let encoder = ImageEncoder(.jpeg(quality: 4), width: Sample.side, height: Sample.side) else {
      return [:]
    }
    var thumbnails: [BytePath: VideoThumbnail] = [:]
    let decoded = DecodedFiles(classifier, options, sampling: sampling)
    try decoded.forEach(of: ListedFiles(files), count: files.count, stop: StopFlag()) {
      (file) throws(ClassifierError) -> Window? in
      try file.windows.firstWindow()
    } finish: { file in
      guard case .success(let window?) = file.result else { return }
      thumbnails[file.path] = VideoThumbnail(of: window, encoder)
    }
    return thumbnails
  }
}

extension EvaluatedVideo {
  /// Its best label, or why there is none.
  var note: String { error ?? examples.first { !$0.labels.isEmpty }?.labels.first?.label ?? "" }
}
