import ArgumentParser
import Cutting
import Evaluation
import R2P1DVideo

/// Which stretches are cut, how, and into which folder.
struct CutArguments: ParsableArguments {
  @Option(
    name: .customLong("label"),
    help: "Cut the segments of this label; may be given again for others. As --only names labels.")
  var labels: [String] = []

  @Option(
    help: """
      Cut the segments of this file instead of asking a network: ActivityNet JSON, a Label Studio export, \
      ELAN's .eaf, LosslessCut's CSV, timeline's own CSV or JSON, or another list with segments.
      """)
  var segments: BytePath?

  @OptionGroup var rate: ListRateArguments

  @Flag(
    help: """
      First and last frame exactly as asked: the ffmpeg program encodes the clips again (H.264 and AAC). \
      Without it packets are copied, from the key frame at or before the start.
      """)
  var exact = false

  @Option(help: "Where clips and their table go; made if it is not there (default: this folder).")
  var outputDir: BytePath?

  @Flag(help: "No progress bar, and no line a clip.")
  var quiet = false

  func validate() throws {
    if labels.isEmpty, segments == nil {
      throw ValidationError("name what to cut: --label LABEL, or --segments FILE")
    }
    if labels.contains(where: { $0.trimmed().isEmpty }) { throw ValidationError("--label names no label") }
    if rate.listFps != nil, segments == nil { throw ValidationError("--list-fps needs --segments") }
  }

  var folder: BytePath { outputDir ?? "." }

  var mode: CutClip.Mode { exact ? .exact : .copy }

  var names: [String] { labels.map { $0.trimmed() } }

  /// What the list says of `video`; nil without one.
  func list(of video: BytePath) throws(ClassifierError) -> LabelledList? {
    guard let segments else { return nil }
    var options = LabelledList.Options()
    options.frameRate = rate.listFps
    let list = try LabelledList.segments(of: video, in: segments, options: options)
    Terminal.warn(list)
    return list
  }
}
