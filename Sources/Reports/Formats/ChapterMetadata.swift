import R2P1DVideo

/// FFmpeg's metadata file with chapters, which MP4 and Matroska take over.
///
/// MP4 cannot hold a gap: there a chapter lasts until the next one begins, and the first begins at 0. So each
/// stretch without a label is a chapter of its own, unless none are wanted.
extension SegmentDocument {
  func chapters() throws(ClassifierError) -> String {
    let grid = millisecondGrid
    let placed = try placed(grid)
    let fill: String? =
      switch options.fill {
      case .ofFormat: "–"
      case .text(let text): text
      case .none: nil
      }
    if let fill, fill.last == "\\" {
      // FFmpeg takes a line's last backslash for an escaped line break, also where that is escaped itself.
      throw .video(
        file,
        cause:
          "cannot have chapters called '\(BytePath(fill).printable)': FFmpeg reads no title that ends in a "
          + "backslash",
        kind: .request)
    }
    let all = fill == nil ? placed : grid.filled(placed)
    return ";FFMETADATA1\n"
      + all.map { placed in
        let title = placed.segment.map { "\($0.label) (\($0.shortScore))" } ?? fill ?? ""
        return """

          [CHAPTER]
          TIMEBASE=1/1000
          START=\(placed.start)
          END=\(placed.end)
          title=\(Self.escapedForMetadata(title))

          """
      }.joined()
  }

  /// With a backslash before what would end a value or begin a comment. What no reader keeps, control
  /// characters, is written `\xNN`.
  private static func escapedForMetadata(_ text: String) -> String {
    text.unicodeScalars.reduce(into: "") { escaped, scalar in
      switch scalar {
      case "=", ";", "#", "\\", "\n":
        escaped += "\\"
        escaped.unicodeScalars.append(scalar)
      default: escaped += BytePath(String(scalar)).printable.replacing("\\", with: "\\\\")
      }
    }
  }
}
