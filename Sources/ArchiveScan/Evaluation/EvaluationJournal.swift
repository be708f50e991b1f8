import Evaluation
import FoundationEssentials
import R2P1DVideo

/// The rows of an evaluation that was begun, in a table like a scan's: JSON Lines, with its own journal
/// beside it.
package final class EvaluationJournal {
  let table: ScanTable
  private let classes: Int

  /// Opens or begins the one at `path`; throws if it was made with another model or other settings.
  package init(
    _ path: BytePath, _ classifier: Classifier, segments: SegmentOptions?
  ) throws(ClassifierError) {
    classes = classifier.labels.names.count
    let settings = ScanSettings(classifier, .jsonl)
    let kind = segments.map { "segments \($0.words)" }
    let facts = [
      ScanSettings.Fact(name: "evaluation", value: kind ?? "videos"),
      ScanSettings.Fact(name: "crops", value: "\(classifier.sampling.crops)"),
    ]
    do {
      table = try ScanTable(
        path, settings: ScanSettings(facts: settings.facts + facts), format: .jsonl,
        top: classifier.options.top)
    } catch {
      guard case .output(let path, let cause, .otherOutput(let alternative)?) = error else { throw error }
      throw .output(path, cause: cause, remedy: .otherJournal(alternative))
    }
  }

  /// The rows that still hold, by their files; those of files that have changed since, or whose truth has,
  /// are taken out.
  package func rows(of videos: [EvaluationTruth.Video]) throws(ClassifierError) -> [BytePath: EvaluatedVideo]
  {
    let truth = Dictionary(videos.map { ($0.path, $0) }) { first, _ in first }
    var rows: [BytePath: EvaluatedVideo] = [:]
    var stale: Set<BytePath> = []
    for (index, record) in table.records.enumerated() {
      guard let video = truth[record.path] else { continue }
      let bytes = try table.row(index)
      let row = try? JSONDecoder().decode(EvaluatedVideo.self, from: Data(bytes))
      if let row, row.isAbout(video, classes: classes), record.stamp == FileStamp(of: record.path) {
        rows[record.path] = row
      } else {
        stale.insert(record.path)
      }
    }
    try table.remove { stale.contains($0.path) }
    return rows
  }

  func add(_ row: EvaluatedVideo, stamp: FileStamp) throws(ClassifierError) {
    try table.add(
      Array(JSON.text(row, pretty: false).utf8), file: row.file, isFailed: row.error != nil,
      duration: row.video?.duration ?? 0, note: row.note, stamp: stamp)
  }
}
