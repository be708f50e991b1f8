import R2P1DVideo

/// RFC 4180: a header, then one row per file, lines ended by CR LF.
struct CSVReport: LabelReport {
  /// How many pairs of label and score a row has.
  let top: Int
  let explain: (ClassifierError) -> String

  mutating func begin() -> String {
    let labels = (1...max(top, 1)).flatMap { ["label_\($0)", "score_\($0)"] }
    return CSV.header(["file", "status", "duration", "windows"] + labels + ["error"])
  }

  mutating func add(_ outcome: VideoOutcome) -> String {
    switch outcome.result {
    case .success(let video):
      let labels = video.labels.flatMap { [$0.label, "\($0.score.roundedScore)"] }
      let blank = Array(repeating: "", count: 2 * top - labels.count)
      let facts = [
        outcome.file.string, video.isUncertain ? "uncertain" : "ok", "\(video.video.duration.roundedTime)",
        "\(video.windows.count)",
      ]
      return CSV.row(facts + labels + blank + [""])
    case .failure(let error):
      let blank = Array(repeating: "", count: 2 + 2 * top)
      return CSV.row([outcome.file.string, "failed"] + blank + [explain(error)])
    }
  }

  mutating func end() -> String { "" }
}
