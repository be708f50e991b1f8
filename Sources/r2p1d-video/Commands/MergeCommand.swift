import ArchiveScan
import ArgumentParser
import R2P1DVideo

struct MergeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge",
    abstract: "Joins the outputs of several scans into one.",
    discussion: "The parts, and the journals beside them, stay. Rows come in directory-traversal order.")

  @Argument(help: "Outputs of scan, each with its journal beside it.")
  var parts: [BytePath]

  @Option(name: .shortAndLong, help: "The output; a scan can resume it.")
  var output: BytePath

  @Flag(help: "No summary.")
  var quiet = false

  func run() throws {
    let merged = try ScanMerge(parts, into: output)
    if !quiet {
      Terminal.warn(
        "\(output.printable): \(merged.rows) rows of \(parts.count) parts, \(merged.failures) failed")
    }
    if merged.failures > 0 { throw ExitCode(ExitStatus.input.rawValue) }
  }
}
