import ArchiveScan
import ArgumentParser
import FoundationEssentials
import R2P1DVideo

struct ListFilesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "Lists the files that scan would take, with size and time of change.",
    discussion: """
      Nothing is decoded. scan takes such a list, and shares of it have about the same work; merge checks \
      outputs against it.
      """)

  @Argument(help: "Folders and files.")
  var paths: [BytePath] = []

  @OptionGroup(title: "Output") var result: ResultArguments
  @OptionGroup(title: "Files") var list: PathListArguments

  struct ResultArguments: ParsableArguments {
    @Option(name: .shortAndLong, help: "Write here, whole or not at all, instead of to standard output (-).")
    var output: BytePath?

    @Option(help: "How to write the list.")
    var format: ListingFormat = .csv
  }

  func validate() throws {
    if paths.isEmpty && list.filesFrom == nil {
      throw ValidationError("give folders or files to list, or --files-from")
    }
  }

  func run() throws {
    try Output.spare([list.filesFrom])
    let output = try result.output.map { (path) throws(ClassifierError) in
      try path == "-" ? Output.standard() : Output(path)
    }
    var walk = FileWalk()
    walk.takesAll = list.all
    var writer = ListingWriter(
      output ?? .standard(), result.format, skipsRepeats: paths.count > 1 || list.filesFrom != nil)
    try writer.begin()
    for path in paths {
      try walk.visit(path) { (found) throws(ClassifierError) in try writer.add(found) }
    }
    if let from = list.filesFrom {
      var entries = try PathList(from, zeroSeparated: list.zeroSeparated)
      while let entry = try entries.next() {
        try walk.visit(entry.path) { (found) throws(ClassifierError) in try writer.add(found) }
      }
    }
    try writer.end()
    for (folder, cause) in walk.unreadable { Terminal.warn("\(folder.printable): \(cause)") }
    if writer.absent + walk.unreadable.count > 0 { throw ExitCode(ExitStatus.input.rawValue) }
  }
}

/// Writes a listing as its files are found.
private struct ListingWriter {
  /// Files that are not there.
  private(set) var absent = 0

  private let output: Output
  private let format: ListingFormat
  private let skipsRepeats: Bool
  private var seen: Set<BytePath> = []
  private var batch: [UInt8] = []

  init(_ output: Output, _ format: ListingFormat, skipsRepeats: Bool) {
    (self.output, self.format, self.skipsRepeats) = (output, format, skipsRepeats)
  }

  func begin() throws(ClassifierError) { try output.write(format.header) }

  mutating func add(_ found: FileWalk.Found) throws(ClassifierError) {
    guard let stamp = found.stamp else {
      absent += 1
      return Terminal.warn("\(found.path.printable): no such file or directory")
    }
    guard !skipsRepeats || seen.insert(found.path).inserted else { return }
    batch += format.row(ListedFile(path: found.path, stamp: stamp))
    if batch.count >= 1 << 16 { try flush() }
  }

  private mutating func flush() throws(ClassifierError) {
    try output.write(batch)
    batch = []
  }

  mutating func end() throws(ClassifierError) {
    try flush()
    try output.finish()
  }
}
