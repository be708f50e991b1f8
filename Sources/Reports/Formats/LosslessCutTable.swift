import R2P1DVideo

/// LosslessCut's CSV, whose first three columns are exactly these; further ones become a segment's tags.
///
/// It reads three digits after the point and skips what follows, so that there are no more.
extension SegmentDocument {
  func losslessCutTable() throws(ClassifierError) -> String {
    let rows = try placed(millisecondGrid).map { placed in
      [
        Self.seconds(placed.start), Self.seconds(placed.end), placed.label ?? "",
        placed.segment.map { "\($0.score.roundedScore)" } ?? "",
      ]
    }
    return ([["Start", "End", "Name", "Score"]] + rows).map(CSV.row).joined()
  }

  private static func seconds(_ milliseconds: Int) -> String {
    "\(milliseconds / 1000)." + "\(1000 + milliseconds % 1000)".dropFirst()
  }
}
