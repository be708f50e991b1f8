import R2P1DVideo

/// `labels.json` of FiftyOne's FiftyOneTemporalDetectionDataset, whose videos lie in `data` beside it.
extension SegmentDocument {
  func fiftyOneLabels() throws(ClassifierError) -> String {
    let labels = try placed(microsecondGrid).compactMap { placed -> JSONValue? in
      guard let segment = placed.segment else { return nil }
      return .object([
        "label": .integer(segment.index), "confidence": .real(segment.score.roundedScore),
        "timestamps": .array([placed.seconds.start, placed.seconds.end]),
      ])
    }
    return JSONValue.object([
      "classes": .array(classes.map(JSONValue.string)), "labels": .object([stem: .array(labels)]),
    ]).text(pretty: true) + "\n"
  }
}
