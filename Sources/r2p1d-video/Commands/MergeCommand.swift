import ArchiveScan
import ArgumentParser
import R2P1DVideo

struct MergeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge",
    abstract: "Joins the outputs of several scans into one.",
    discussion: """
      The parts, and the journals beside them, stay. Rows come in directory-traversal order. Shares that are \
      missing or were interrupted are named; nothing is written then, and the exit status is 1.
      """)

  @Argument(help: "Outputs of scan, each with its journal beside it.")
  var parts: [BytePath]

  @Option(name: .shortAndLong, help: "The output; a scan can resume it.")
  var output: BytePath?

  @Flag(help: "Write what there is, though files are missing.")
  var partial = false

  @Flag(help: "Print what is to be done again instead: numbers of shares, with commas between.")
  var missing = false

  @Option(help: "All files that need a row, one per line or as list writes them, whatever journals say.")
  var complete: BytePath?

  @Flag(
    name: [.customShort("0"), .customLong("null")],
    help: "Entries of the list, and files that --missing prints, end with a zero byte, not with a line.")
  var zeroSeparated = false

  @Flag(help: "No summary.")
  var quiet = false

  func validate() throws {
    if output == nil && !missing { throw ValidationError("give --output FILE, or --missing") }
    if output == "-" { throw ValidationError("a scan can resume what merge writes: give --output FILE") }
    if output != nil && missing { throw ValidationError("--missing writes no --output") }
    if partial && missing { throw ValidationError("--missing and --partial exclude each other") }
    if zeroSeparated && complete == nil { throw ValidationError("-0 is about the list of --complete") }
  }

  func run() throws {
    let scans = try ScanParts(parts)
    for part in scans.unknown where complete == nil && !quiet {
      Terminal.warn(
        "\(part.printable): whether its listing was finished is unknown, for an earlier version made it: "
          + "run its scan again, or give --complete LIST")
    }
    let files = try complete.map { (list) throws(ClassifierError) in
      scans.missing(of: try PathList.read(list, zeroSeparated: zeroSeparated))
    }
    if missing { return try printMissing(scans.gaps, files) }
    guard let output else { return }
    let reasons = files.map(Self.reasons) ?? scans.gaps.reasons
    for reason in reasons { Terminal.warn(reason) }
    if !reasons.isEmpty && !partial {
      Terminal.warn(
        "\(output.printable): not written, for files are missing: merge --missing prints what is to be done "
          + "again, --partial writes what there is")
      throw ExitCode(ExitStatus.input.rawValue)
    }
    let merged = try ScanMerge(scans, into: output)
    if !quiet { Terminal.warn("\(output.printable): \(summary(merged, scans))") }
    if merged.failures > 0 { throw ExitCode(ExitStatus.input.rawValue) }
  }

  private func summary(_ merged: ScanMerge, _ scans: ScanParts) -> String {
    let rows = "\(merged.rows.counted("row")) of \(parts.count.counted("part")), \(merged.failures) failed"
    guard let longest = scans.longestShare, longest.timesTheMean > ScanSummary.unevenness else { return rows }
    return "\(rows); \(ScanSummary.uneven(longest.shard, longest.timesTheMean, of: "video"))"
  }

  private static func reasons(_ files: [BytePath]) -> [String] {
    let most = 10
    let named = files.prefix(most).map { "\($0.printable): has no row" }
    return named
      + (files.count > most
        ? ["and \((files.count - most).counted("file more has", "files more have")) no row"] : [])
  }

  private func printMissing(_ gaps: ScanGaps, _ files: [BytePath]?) throws {
    let output = Output.standard()
    if let files {
      let end: [UInt8] = [zeroSeparated ? 0 : UInt8(ascii: "\n")]
      for file in files { try output.write(file.bytes + end) }
    } else {
      for reason in gaps.reasons where !quiet { Terminal.warn(reason) }
      let numbers = gaps.shares.map(String.init).joined(separator: ",")
      if !numbers.isEmpty { try output.write(numbers + "\n") }
      for part in gaps.parts { try output.write(part.bytes + [UInt8(ascii: "\n")]) }
    }
    try output.finish()
  }
}
