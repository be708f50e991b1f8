import ArgumentParser
import R2P1DVideo

/// How a list of labelled videos is read.
struct ListArguments: ParsableArguments {
  @Option(help: "What wrote the list (default: as it shows itself).")
  var listFormat: LabelledList.Form?

  @Option(help: "The folder that relative paths of the list count from (default: the list's own).")
  var root: BytePath?

  @Option(help: "Which videos of a list with several splits: train, val, test …, or all.")
  var split: String?

  /// The options as the library takes them.
  var options: LabelledList.Options {
    var options = LabelledList.Options()
    options.form = listFormat
    options.root = root
    options.split = split
    return options
  }
}

extension LabelledList.Form: ExpressibleByArgument {}
