import FoundationEssentials
import Glibc
import R2P1DVideo
import Reports

/// The files that a scan makes of each video besides its row: timelines, and tags for programs that manage
/// pictures and films.
///
/// Timelines are finished under hidden names, then the row is recorded with their hashes, then they get their
/// names. So a scan that is interrupted in between knows what it has still to do, and which files are its
/// own.
package struct Sidecars: Sendable {
  /// Each has a file of its own; none: no timelines.
  package var timelines: [TimelineFormat] = []
  /// Where timelines go, in a tree as that of the videos; nil: beside the videos.
  package var folder: BytePath?
  /// How timelines are written; what depends on the video is filled in.
  package var report = TimelineReportOptions()
  /// Whether videos get tags, in XMP sidecars beside them.
  package var writesTags = false
  /// Labels with a lower score are no tags.
  package var tagScore = 0.4
  /// Whether files of the timelines' names, whosever they are, may be replaced.
  package var overwrites = false

  package init() {}

  /// The timelines of `video`, in the order of `timelines`.
  func paths(of video: BytePath) -> [BytePath] {
    let base = folder.map { BytePath(bytes: $0.bytes + [Self.slash] + Self.mirrored(video)) } ?? video
    return timelines.map { BytePath(bytes: base.bytes + $0.suffix.utf8) }
  }

  /// The way to a video as one from the mirror's root on. One that climbs is followed from the root of all
  /// files, so that no two videos have one place.
  private static func mirrored(_ video: BytePath) -> [UInt8] {
    let climbs = video.bytes.split(separator: slash).contains(Array("..".utf8)[...])
    var parts: [ArraySlice<UInt8>] = []
    for part in (climbs ? video.absolute : video).bytes.split(separator: slash) {
      if part.elementsEqual("..".utf8) {
        _ = parts.popLast()
      } else if !part.elementsEqual(".".utf8) {
        parts.append(part)
      }
    }
    return Array(parts.joined(separator: [slash]))
  }

  private static let slash = UInt8(ascii: "/")

  /// Whether `path` is called as a file that is made of the video beside it.
  package func isSidecar(_ path: BytePath) -> Bool {
    let endings = timelines.map(\.suffix) + (writesTags ? [XMPSidecar.suffix] : [])
    return endings.contains { ending in
      path.bytes.suffix(ending.utf8.count).elementsEqual(ending.utf8)
        && BytePath(bytes: path.bytes.dropLast(ending.utf8.count)).isFile
    }
  }

  /// What has a say in them, as settings of a scan.
  var facts: [ScanSettings.Fact] {
    var facts: [ScanSettings.Fact] = []
    func add(_ name: String, _ value: String) { facts.append(ScanSettings.Fact(name: name, value: value)) }
    if !timelines.isEmpty {
      add("timelines", timelines.map(\.rawValue).joined(separator: ","))
      if let folder { add("timelines-into", folder.printable) }
      add("segments", report.segments.words)
      switch report.document.fill {
      case .ofFormat: break
      case .text(let text): add("fill", BytePath(text).printable)
      case .none: add("fill", "none")
      }
      if timelines.contains(where: \.hasStartTimecode) {
        add("start-timecode", report.document.startTimecode)
      }
    }
    if writesTags { add("tags", "xmp \(tagScore)") }
    return facts
  }
}

extension SegmentOptions {
  /// All five, in one word each.
  var words: String { "\(smoothing) \(enter) \(leave) \(minimumLength) \(minimumScore)" }
}
