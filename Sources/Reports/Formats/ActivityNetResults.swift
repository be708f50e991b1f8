import R2P1DVideo

/// ActivityNet's results: what its scorer, FiftyOne and lightly-studio read.
extension SegmentDocument {
  func activityNetResults() throws(ClassifierError) -> String {
    let results = try placed(microsecondGrid).compactMap { placed -> JSONValue? in
      guard let segment = placed.segment else { return nil }
      return .object([
        "label": .string(segment.label), "score": .real(segment.score.roundedScore),
        "segment": .array([placed.seconds.start, placed.seconds.end]),
      ])
    }
    return JSONValue.object([
      "version": .string("VERSION 1.3"), "results": .object([activityNetID: .array(results)]),
      "external_data": .object([:]),
    ]).text(pretty: true) + "\n"
  }

  /// What its truth calls the video: files are `v_` and the eleven characters of YouTube's.
  private var activityNetID: String {
    stem.hasPrefix("v_") && stem.utf8.count == 13 ? String(stem.dropFirst(2)) : stem
  }
}
