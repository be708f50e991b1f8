import ArchiveScan
import ArgumentParser
import R2P1DVideo

/// What a scan writes of each video besides its row.
struct SidecarArguments: ParsableArguments {
  @Option(
    help: """
      Also write the segments of each video, in this format or several with commas between, beside it: \
      movie.mp4.vtt. Windows then lie at a --stride (default: half a window).
      """)
  var timelines: TimelineFormats?

  @Option(help: "Write them here instead, in a tree as that of the videos.")
  var timelinesInto: BytePath?

  @Option(
    help: """
      Also add the labels of each video, those with at least --min-score or else 0.4, to the keywords of its \
      sidecar movie.mp4.xmp.
      """)
  var tags: TagForm?

  @Flag(help: "Replace files that have the names of timelines, whoever made them.")
  var overwrite = false

  @OptionGroup var segmentation: SegmentationArguments
  @OptionGroup var documents: DocumentArguments

  /// Where tags go.
  enum TagForm: String, CaseIterable, ExpressibleByArgument {
    case xmp
  }

  func validate() throws {
    let formats = timelines ?? TimelineFormats(all: [])
    try documents.check(formats, "--timelines")
    guard timelines == nil else { return }
    if timelinesInto != nil { throw ValidationError("--timelines-into needs --timelines FORMAT") }
    if overwrite { throw ValidationError("--overwrite is about the files of --timelines") }
    if segmentation.isGiven {
      throw ValidationError("how windows become segments is about the files of --timelines")
    }
  }

  func sidecars(minimumScore: Double) -> Sidecars {
    var sidecars = Sidecars()
    sidecars.timelines = timelines?.all ?? []
    sidecars.folder = timelinesInto
    sidecars.writesTags = tags == .xmp
    if minimumScore > 0 { sidecars.tagScore = minimumScore }
    sidecars.overwrites = overwrite
    sidecars.report.segments = segmentation.options(minimumScore: minimumScore)
    sidecars.report.document = documents.options
    return sidecars
  }
}
