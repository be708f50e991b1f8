import R2P1DVideo

/// The same rows as JSON has: one per video or, where the truth has segments, one per segment.
struct EvaluationCSVReport {
  private let evaluation: ModelEvaluation

  init(_ evaluation: ModelEvaluation) { self.evaluation = evaluation }

  private static let top = 5

  var text: String {
    let times = evaluation.truth.hasSegments ? ["start", "end"] : []
    let labels = (1...Self.top).flatMap { ["label_\($0)", "score_\($0)"] }
    let names = ["file", "status"] + times + ["truth", "correct", "duration", "windows", "padded"]
    let header = CSV.header(names + labels + ["error"])
    return header
      + evaluation.videos.flatMap { video in video.examples.map { row(video, $0) } }.map(CSV.row).joined()
  }

  private func row(_ video: EvaluatedVideo, _ example: EvaluatedVideo.Example) -> [String] {
    let times =
      evaluation.truth.hasSegments ? [example.start, example.end].map { $0.map { "\($0)" } ?? "" } : []
    let isRight = example.scores.map { _ in evaluation.isRight(example) }
    let truth = example.truth.map(\.label).joined(separator: "|")
    let labels = example.labels.prefix(Self.top).flatMap { [$0.label, "\($0.score)"] }
    let status =
      video.error != nil
      ? "failed" : example.scores == nil ? "short" : example.isUncertain ? "uncertain" : "ok"
    let facts = [
      truth, isRight.map { "\($0)" } ?? "", video.video.map { "\($0.duration.roundedTime)" } ?? "",
      "\(example.windows.count)", "\(example.windows.count(where: \.padded))",
    ]
    let blank = Array(repeating: "", count: 2 * Self.top - labels.count)
    return [video.file.string, status] + times + facts + labels + blank + [video.error ?? ""]
  }
}
