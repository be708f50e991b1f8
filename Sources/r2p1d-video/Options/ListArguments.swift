import ArgumentParser
import Evaluation
import R2P1DVideo

/// Which labelled videos, and how the list of them is read.
struct ListArguments: ParsableArguments {
  @Argument(
    help: "The labelled videos: a folder of class folders, or a list (docs/evaluate.md names the forms).")
  var list: BytePath

  @Option(help: "What the list is, where its first bytes do not show it.")
  var listFormat: LabelledList.Form?

  @Option(help: "The folder that relative paths count from (default: the list's own).")
  var root: BytePath?

  @Option(help: "The split to take, as train, val or test, or all.")
  var split: String?

  @OptionGroup var rate: ListRateArguments

  /// The list, and a line that says what was understood. `isMultiLabel`: a video may have several classes.
  func read(isMultiLabel: Bool = false) throws(ClassifierError) -> LabelledList {
    var options = LabelledList.Options()
    options.isMultiLabel = isMultiLabel
    options.form = listFormat
    options.root = root
    options.split = split
    options.frameRate = rate.listFps
    let list = try LabelledList.read(self.list, options: options)
    try Output.spare([self.list] + list.videos.map(\.path))
    Terminal.warn(list)
    return list
  }
}

/// What a Label Studio export counts in.
struct ListRateArguments: ParsableArguments {
  @Option(help: "Frames a second that a Label Studio export counts in (default: the task's fps, else 24).")
  var listFps: Rational?

  func validate() throws {
    if let listFps, !(0.001...1000).contains(listFps.double) {
      throw ValidationError("--list-fps is \(listFps), expected 0.001 to 1000")
    }
  }
}
