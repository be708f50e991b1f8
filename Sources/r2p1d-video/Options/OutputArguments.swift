import ArgumentParser
import R2P1DVideo

/// Where results go, and whether a bar shows the way there.
struct OutputArguments: ParsableArguments {
  @Option(name: .shortAndLong, help: "Write here, whole or not at all, instead of to standard output (-).")
  var output: BytePath?

  @Flag(help: "No progress bar.")
  var quiet = false

  /// The output, which may be none of the files `read`.
  func open(besides read: [BytePath?]) throws(ClassifierError) -> Output {
    try Output.spare(read)
    if quiet { Terminal.hideBars() }
    guard let output, !isStandard else { return Output.standard() }
    return try Output(output)
  }

  var isStandard: Bool { output == nil || output == "-" }

  /// Whether the output will be a file in the folder that `file` is in.
  func isBeside(_ file: BytePath) -> Bool {
    guard let output, output != "-" else { return false }
    return output.folder.resolved == file.folder.resolved
  }
}

extension Terminal {
  /// Says it where `output` ends as another format is called than the one it has, which nobody chose.
  static func warn<Format: RawRepresentable<String> & CaseIterable & Equatable>(
    of output: BytePath?, in format: Format, byDefault standard: Format
  ) {
    guard let output, format == standard, let ending = output.name.lowercasedExtension else { return }
    let meant = Format.allCases.first { $0.rawValue == ending || $0.rawValue.hasSuffix("-\(ending)") }
    guard let meant, meant != format else { return }
    warn(
      "\(output.printable): is \(format.rawValue), as nothing else was asked for: "
        + "--format \(meant.rawValue)?")
  }
}
