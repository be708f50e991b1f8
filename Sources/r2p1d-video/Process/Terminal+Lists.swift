import Evaluation
import R2P1DVideo

extension Terminal {
  /// How a list was understood, and what was skipped in it.
  static func warn(_ list: LabelledList) {
    let name = list.file.printable
    warn("\(name): read as: \(list.summary)")
    for note in list.notes.prefix(mostNotes) { warn("\(name): \(note)") }
    if list.notes.count > mostNotes { warn("\(name): and \(list.notes.count - mostNotes) notes more") }
  }

  /// A line where segments begin behind their videos' ends.
  static func warn(_ beyond: ModelEvaluation.Beyond?, of list: BytePath) {
    guard let beyond else { return }
    let segments = beyond.count.counted("segment begins", "segments begin")
    warn(
      "\(list.printable): \(segments) where the video has ended, first of \(beyond.file.printable) at "
        + "\(beyond.start) s, which ends at \(beyond.end) s: times are in seconds")
  }

  /// A line for each class of the list that the model does not have.
  static func warn(_ truth: EvaluationTruth, of list: BytePath) {
    let name = list.printable
    for unmatched in truth.unmatched.prefix(mostClasses) {
      let label = BytePath(unmatched.label).printable
      let candidates = unmatched.candidates.map { "'\(BytePath($0).printable)'" }.joined(separator: " and ")
      let why = unmatched.candidates.isEmpty ? "is none of the model's classes" : "could be \(candidates)"
      warn("\(name): \(unmatched.place): '\(label)' \(why) (\(unmatched.entries.counted("time")))")
    }
    if truth.unmatched.count > mostClasses {
      let more = (truth.unmatched.count - mostClasses).counted("class", "classes")
      warn("\(name): and \(more) more that the model does not have")
    }
  }

  private static let mostNotes = 10
  private static let mostClasses = 20
}
