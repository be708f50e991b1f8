import R2P1DVideo

extension SegmentFigures {
  /// The figures for people, a line each.
  var textRows: [String] {
    func percent(_ share: Double?) -> String { EvaluationTextReport.percent(share) }
    func at(_ index: Int) -> String {
      percent(index < meanAveragePrecision.count ? meanAveragePrecision[index] : nil)
    }
    return [
      EvaluationTextReport.row("mAP", "\(percent(averageMeanAveragePrecision))  (mean of tIoU 0.5 to 0.95)"),
      EvaluationTextReport.row("mAP@0.5", "\(at(0)), @0.75 \(at(5)), @0.95 \(at(9))"),
      EvaluationTextReport.row("F1@10, 25, 50", f1.map { percent($0) }.joined(separator: ", ")),
      EvaluationTextReport.row("edit score", percent(edit)),
      EvaluationTextReport.row(
        "window accuracy",
        "\(percent(windowAccuracy.value))  "
          + "(\(windowAccuracy.count) of \(windowAccuracy.total) within one segment)"),
    ]
  }
}
