import ArgumentParser
import Evaluation
import R2P1DVideo

/// Segments that people have set, against which the ones that are found are held.
struct ComparisonArguments: ParsableArguments {
  @Option(
    help: """
      Also print how well the segments agree with those of this file: ActivityNet JSON, a Label Studio \
      export, \
      ELAN's .eaf, LosslessCut's CSV, or another list with segments.
      """)
  var compare: BytePath?

  @OptionGroup var rate: ListRateArguments

  func validate() throws {
    if rate.listFps != nil, compare == nil { throw ValidationError("--list-fps needs --compare") }
  }

  /// What the file says of `video`; nil without one.
  func read(of video: BytePath) throws(ClassifierError) -> LabelledList? {
    guard let compare else { return nil }
    var options = LabelledList.Options()
    options.frameRate = rate.listFps
    let list = try LabelledList.segments(of: video, in: compare, options: options)
    Terminal.warn(list)
    return list
  }
}
