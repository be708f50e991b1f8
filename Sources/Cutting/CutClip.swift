import R2P1DVideo

/// A clip of a video: what was asked for, and what its file shows.
package struct CutClip: Sendable {
  package let segment: CutSegment
  package let name: BytePath
  /// Numbers of the frames of the video, in the order shown, from 0.
  package let frames: Range<Int>
  /// When the first of them is shown, and when the one behind the last.
  package let start, end: ClipTime
  package let mode: Mode

  package enum Mode: String, Sendable {
    case copy, exact
  }
}

/// The table of what was cut: a row a clip. Its first two columns make it a list of labelled videos.
package enum ClipTable {
  package static let header = CSV.header([
    "file", "label", "score", "source", "asked_start", "asked_end", "true_start", "true_end", "frames",
    "mode",
  ])

  /// The table of the clips of `video`.
  package static func name(for video: BytePath) -> BytePath {
    BytePath(
      bytes: ClipName.harmless(video.sourceName.bytes.prefix(200), fallback: "video") + ".clips.csv".utf8)
  }

  package static func row(_ clip: CutClip, of video: BytePath) -> String {
    CSV.row([
      clip.name.string, clip.segment.label, clip.segment.score.map { "\($0.roundedScore)" } ?? "",
      video.sourceName.string, clip.segment.start.decimal, clip.segment.end.decimal, clip.start.decimal,
      clip.end.decimal, "\(clip.frames.count)", clip.mode.rawValue,
    ])
  }
}
