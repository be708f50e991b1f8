import R2P1DVideo

/// OpenTimelineIO (0.18.1's schemas): a track of clips, one after the other, each a segment of the video and
/// marked with its label.
///
/// Frames are those of the recording's own clock, as the library's "Time Ranges" says: they count from the
/// video's timecode where it has one. LosslessCut refuses gaps, so that a stretch without a label is left
/// out, or a clip without a marker where it has a name.
extension SegmentDocument {
  func editTimeline() throws(ClassifierError) -> String {
    let grid = frameGrid
    var placed = try placed(grid)
    if case .text = options.fill { placed = grid.filled(placed) }
    let clips = placed.map { clip($0, of: grid, from: firstFrame) }
    let track = Self.object("Track.1", name: "segments", with: ["children": .array(clips), "kind": "Video"])
    let stack = Self.object("Stack.1", name: "tracks", with: ["children": .array([track])])
    let timeline = JSONValue.object([
      "OTIO_SCHEMA": "Timeline.1", "name": .string(stem), "global_start_time": .null, "tracks": stack,
      "metadata": .object([
        "r2p1d": .object([
          "file": .string(file.name.string), "model": .string(model.name),
          "version": .string(LibraryVersions.tool),
        ])
      ]),
    ])
    return timeline.text(pretty: true) + "\n"
  }

  /// What the video's timecode counts before its first frame; 0 without one.
  private var firstFrame: Int {
    guard let reading = video.timecode.flatMap({ TimecodeReading($0) }),
      let clock = Timecode(ofRecording: rate, showing: reading)
    else { return 0 }
    return clock.frame(reading) ?? 0
  }

  private func clip(_ placed: PlacedSegment, of grid: SegmentGrid, from first: Int) -> JSONValue {
    var name = ""
    if case .text(let text) = options.fill { name = text }
    let range = Self.range(first + placed.start, first + placed.end, grid.scale)
    let media = JSONValue.object([
      "OTIO_SCHEMA": "ExternalReference.1", "name": .string(file.name.string), "metadata": .object([:]),
      "available_range": Self.range(first, first + grid.end, grid.scale), "available_image_bounds": .null,
      "target_url": .string(location),
    ])
    return Self.object(
      "Clip.2", name: placed.label ?? name, markers: placed.segment.map { [Self.marker($0, range)] } ?? [],
      with: [
        "source_range": range, "media_references": .object(["DEFAULT_MEDIA": media]),
        "active_media_reference_key": "DEFAULT_MEDIA",
      ])
  }

  private static func marker(_ segment: Segment, _ range: JSONValue) -> JSONValue {
    .object([
      "OTIO_SCHEMA": "Marker.2", "name": .string(segment.label), "comment": "", "color": "RED",
      "marked_range": range,
      "metadata": .object([
        "r2p1d": .object([
          "label": .string(segment.label), "index": .integer(segment.index),
          "score": .real(segment.score.roundedScore),
        ])
      ]),
    ])
  }

  /// What clips, tracks and stacks have in common; null and empty as the library itself writes it.
  private static func object(
    _ schema: String, name: String, markers: [JSONValue] = [], with fields: [String: JSONValue]
  ) -> JSONValue {
    let common: [String: JSONValue] = [
      "OTIO_SCHEMA": .string(schema), "name": .string(name), "metadata": .object([:]),
      "source_range": .null, "effects": .array([]), "markers": .array(markers), "enabled": .bool(true),
      "color": .null,
    ]
    return .object(common.merging(fields) { $1 })
  }

  private static func range(_ start: Int, _ end: Int, _ rate: Rational) -> JSONValue {
    func time(_ frame: Int) -> JSONValue {
      .object([
        "OTIO_SCHEMA": "RationalTime.1", "rate": .real(rate.double), "value": .real(Double(frame)),
      ])
    }
    return .object([
      "OTIO_SCHEMA": "TimeRange.1", "start_time": time(start), "duration": time(end - start),
    ])
  }
}
