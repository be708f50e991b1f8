import R2P1DVideo

/// Label Studio's tasks with predictions (JSON), and the labelling interface that shows them.
///
/// Ranges are frames, from 1 and inclusive, at the interface's `frameRate`.
extension SegmentDocument {
  func labelStudioTasks() throws(ClassifierError) -> String {
    let results = try placed(frameGrid).enumerated().compactMap { number, placed -> JSONValue? in
      guard let segment = placed.segment else { return nil }
      return .object([
        "id": .string("segment-\(number + 1)"), "from_name": .string("videoLabels"),
        "to_name": .string("video"), "type": .string("timelinelabels"),
        "score": .real(segment.score.roundedScore),
        "value": .object([
          "ranges": .array([
            .object(["start": .integer(placed.start + 1), "end": .integer(placed.end)])
          ]),
          // As the interface has it, which is XML.
          "timelinelabels": .array([.string(XMLText.holdable(segment.label))]),
        ]),
      ])
    }
    let mean = segments.isEmpty ? 0 : segments.reduce(0) { $0 + $1.score } / Double(segments.count)
    let task = JSONValue.object([
      "data": .object(["video": .string(labelStudioVideo), "fps": .real(rate.perSecond.double)]),
      "predictions": .array([
        .object([
          "model_version": .string(model.name), "score": .real(mean.roundedScore), "result": .array(results),
        ])
      ]),
    ])
    return JSONValue.array([task]).text(pretty: true) + "\n"
  }

  /// Label Studio serves local files below a folder of its own settings, here the root: no `file:` URL.
  private var labelStudioVideo: String {
    location.hasPrefix("file:///")
      ? "/data/local-files/?d=" + location.dropFirst("file:///".count) : location
  }
}

/// Label Studio's labelling interface for such tasks.
enum LabelStudioConfig {
  /// Its labels are those that segments may have, its frames those of the ranges.
  static func text(_ labels: [String], _ rate: FrameRate) -> String {
    let labels = labels.map { "    <Label value=\"\(XMLText.escape($0))\"/>\n" }.joined()
    return """
      <View>
        <TimelineLabels name="videoLabels" toName="video">
      \(labels)  </TimelineLabels>
        <Video name="video" value="$video" timelineHeight="120" frameRate="\(rate.perSecond.double)"/>
      </View>

      """
  }
}

extension VideoTimeline {
  /// Label Studio's labelling interface for this video's tasks, which `TimelineFormat.labelStudio` writes.
  public func labelStudioConfig(_ video: VideoSummary) -> String {
    let labels = labels.names.enumerated().filter { decision.allows($0.offset) }.map(\.element)
    return LabelStudioConfig.text(labels, FrameRate(average: video.frameRate))
  }
}
