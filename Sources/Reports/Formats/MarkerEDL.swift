import R2P1DVideo

/// An edit decision list (CMX 3600) as DaVinci Resolve reads timeline markers from it: an event of one frame
/// a segment, whose comment has the marker's colour, name and length in frames.
///
/// Times are those of an editor's timeline that has the video at its start.
extension SegmentDocument {
  func markerEDL() throws(ClassifierError) -> String {
    let clock = Timecode(for: rate)
    try checkTimecode(clock)
    let first = options.start.flatMap(clock.frame) ?? 0
    let grid = SegmentGrid(clock.rate.perSecond, rate: clock.rate, videoEnd: videoEnd)
    let events = try placed(grid).enumerated().map { number, placed in
      let digits = "\(number + 1)"
      let event = String(repeating: "0", count: max(0, 3 - digits.count)) + digits
      let (start, end) = (clock.text(first + placed.start), clock.text(first + placed.start + 1))
      let score = placed.segment.map { "score \($0.shortScore) " } ?? ""
      let label = Self.markerText(placed.label ?? "")
      return """
        \(event)  001      V     C        \(start) \(end) \(start) \(end)
        \(score)|C:ResolveColorBlue |M:\(label) |D:\(placed.end - placed.start)


        """
    }
    let counting = clock.isDropFrame ? "DROP FRAME" : "NON-DROP FRAME"
    return "TITLE: \(Self.markerText(stem))\nFCM: \(counting)\n\n" + events.joined()
  }

  /// An error where the day of an editor's clock ends before what was asked for does.
  private func checkTimecode(_ clock: Timecode) throws(ClassifierError) {
    let asked = options.startTimecode
    guard let first = options.start.flatMap(clock.frame) else {
      let counting = clock.isDropFrame ? "drop-frame" : "non-drop-frame"
      throw .video(
        file, cause: "has the \(counting) timecode of \(clock.base) frames, which never shows \(asked)",
        kind: .request, remedy: .otherTimecode)
    }
    let frames = SegmentGrid(clock.rate.perSecond, rate: clock.rate, videoEnd: lastTime).end
    guard first + frames < clock.framesPerDay else {
      throw .video(
        file,
        cause: "ends beyond 23:59:59 of a timeline that begins at \(asked), which an EDL cannot hold",
        kind: .request, remedy: .otherTimecode)
    }
  }

  /// On one line, without the bar that begins the next field.
  private static func markerText(_ text: String) -> String {
    BytePath(text.replacing("|", with: "").replacing("\n", with: " ")).printable
  }
}
