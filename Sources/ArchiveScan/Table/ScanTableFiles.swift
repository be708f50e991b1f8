import FoundationEssentials
import Glibc
import R2P1DVideo

import struct SystemPackage.Errno

/// Where a table lies: its output, its journal, and the names under which their successors are made.
struct ScanTableFiles {
  let output: BytePath
  let journal: BytePath

  init(_ output: BytePath) {
    self.output = output
    journal = ScanTable.journalPath(of: output)
  }

  var nextOutput: BytePath { BytePath(bytes: output.bytes + Array(".next".utf8)) }
  var nextJournal: BytePath { BytePath(bytes: journal.bytes + Array(".next".utf8)) }

  /// Both files, locked, repaired and at one with each other.
  struct Opened {
    let output: OpenFile
    let journal: OpenFile
    let contents: Journal
    /// How many bytes behind the last recorded row were removed.
    var removed = 0
  }

  func open(_ head: Journal.Head) throws(ClassifierError) -> Opened {
    try checkOutput()
    let (journal, contents) = try lockedJournal()
    guard let found = contents.head else {
      if (self.output.status?.st_size ?? 0) > 0 {
        if journal.size == 0 { _ = journal.path.withCString { unlink($0) } }
        throw .output(
          output,
          cause:
            "is there without its journal \(journal.path.name.printable), so what its rows are is unknown",
          remedy: .otherOutput(.remove))
      }
      return try create(head, journal)
    }
    if contents.records.isEmpty || output.status == nil { return try create(head, journal) }
    if let difference = found.settings.difference(to: head.settings) {
      throw .output(
        output,
        cause: "was made with other settings (\(difference))", remedy: .otherOutput(.sameSettings))
    }
    guard found.columns == head.columns else {
      throw .output(output, cause: "was begun with other columns", remedy: .otherOutput())
    }
    return try repaired(contents, found, beginningWith: head, journal)
  }

  /// What a scan has left of a part.
  enum Part {
    case table(Opened)
    /// Nothing to be read before its scan has run again: `reason` says why, and `coverage` what it is of.
    case broken(reason: String, coverage: Coverage)
  }

  /// A part to be read, as its journal says it is.
  func openPart() throws(ClassifierError) -> Part {
    guard journal.status != nil else {
      guard output.status != nil else { return .broken(reason: "is not there", coverage: Coverage()) }
      throw .output(
        output, cause: "is there without its journal \(journal.name.printable): merge takes scans' outputs")
    }
    let (journal, contents) = try lockedJournal(shared: true)
    guard !contents.isSuperseded else {
      return .broken(reason: "was interrupted as it removed rows", coverage: contents.coverage)
    }
    guard let head = contents.head else {
      // A scan that was killed at once leaves an empty journal, or a part of the first line.
      guard (output.status?.st_size ?? 0) == 0 else {
        throw .output(journal.path, cause: "is no journal of a scan")
      }
      return .broken(reason: "was interrupted as it began", coverage: Coverage())
    }
    guard output.status != nil else { return .broken(reason: "is not there", coverage: contents.coverage) }
    let file = try mapErrno(output, "read") { () throws(Errno) in try OpenFile(output, .readOnly) }
    guard try soundRowCount(contents, head, file) == contents.records.count, file.size >= head.header.count
    else { return .broken(reason: "lacks rows that its journal has", coverage: contents.coverage) }
    return .table(Opened(output: file, journal: journal, contents: contents))
  }

  /// The journal of the table that is to be replaced, locked; an empty one where there is no table.
  ///
  /// Throws where it has rows of other files than `files`: they would be gone.
  func openForReplacement(by files: Set<BytePath>) throws(ClassifierError) -> OpenFile {
    try checkOutput()
    if journal.status == nil, let status = output.status, status.st_size > 0 {
      throw .output(output, cause: "exists and was not created by scan", remedy: .otherOutput(.remove))
    }
    let (file, former) = try lockedJournal()
    let others = former.records.filter { !files.contains($0.path) }
    if let other = others.first {
      throw .output(
        output, cause: "has rows of files that no part has, as \(other.path.printable)",
        remedy: .otherOutput(.remove))
    }
    return file
  }

  private func checkOutput() throws(ClassifierError) {
    guard let status = output.status else { return }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return
    case S_IFDIR: throw .output(output, cause: "is a directory, expected a file")
    default:
      throw .output(output, cause: "is not a regular file, which scan needs to resume after an interruption")
    }
  }

  /// The journal under its name, after a replacement that was interrupted has been completed.
  private func lockedJournal(shared: Bool = false) throws(ClassifierError) -> (OpenFile, Journal) {
    while true {
      let file = try mapErrno(journal, shared ? "read" : "written") { () throws(Errno) in
        try OpenFile(journal, shared ? .readOnly : .readWrite, options: shared ? [] : .create)
      }
      guard file.lock(shared: shared) else {
        throw .output(
          output, cause: "another scan is writing it", remedy: shared ? .later : .otherOutput(.wait))
      }
      guard file.isInPlace else { continue }
      let bytes = try mapErrno(journal, "read") { () throws(Errno) in
        try file.read(from: 0, count: file.size)
      }
      let contents = try Journal(bytes, path: journal)
      guard contents.isSuperseded, !shared else { return (file, contents) }
      guard nextJournal.status != nil else {
        throw .output(
          journal, cause: "lacks its successor \(nextJournal.name.printable)", remedy: .otherOutput())
      }
      try mapErrno(output) { () throws(Errno) in try completeReplacement() }
    }
  }

  /// Puts the successors in place, as far as they are not yet.
  func completeReplacement() throws(Errno) {
    for (next, place) in [(nextOutput, output), (nextJournal, journal)] where next.status != nil {
      try next.move(to: place)
    }
    output.folder.sync()
  }

  func create(_ head: Journal.Head, _ journal: OpenFile) throws(ClassifierError) -> Opened {
    try mapErrno(output) { () throws(Errno) in
      // In this order, so that nothing is ever in an output that has no journal.
      if self.output.status != nil { try OpenFile(self.output).cut(to: 0) }
      try journal.cut(to: 0)
      try journal.append(head.line, at: 0)
      let output = try OpenFile(output, options: .create)
      try output.append(head.header, at: 0)
      var contents = Journal()
      (contents.head, contents.end) = (head, head.line.count)
      return Opened(output: output, journal: journal, contents: contents)
    }
  }

  /// Cuts output and journal back to the last row that both have; where there is none, they begin with
  /// `newHead`.
  private func repaired(
    _ contents: Journal, _ head: Journal.Head, beginningWith newHead: Journal.Head, _ journal: OpenFile
  ) throws(ClassifierError) -> Opened {
    let file = try mapErrno(output) { () throws(Errno) in try OpenFile(output) }
    let soundRows = try soundRowCount(contents, head, file)
    if soundRows == 0 { return try create(newHead, journal) }
    let isWhole = soundRows == contents.records.count
    let (outputEnd, journalEnd) = (
      contents.records[soundRows - 1].end, isWhole ? contents.end : contents.ends[soundRows - 1]
    )
    let removed = max(file.size - outputEnd, 0)
    let bytes = try mapErrno(output) { () throws(Errno) in
      if file.size != outputEnd { try file.cut(to: outputEnd) }
      if journal.size != journalEnd { try journal.cut(to: journalEnd) }
      return try journal.read(from: 0, count: journalEnd)
    }
    // What a journal says behind a row that is gone is gone, too.
    return Opened(
      output: file, journal: journal, contents: try Journal(bytes, path: journal.path), removed: removed)
  }

  /// How many rows, from the first on, are as the journal has them. The rest never reached the disk; rows
  /// that are there but different are an error, for somebody changed them.
  private func soundRowCount(_ contents: Journal, _ head: Journal.Head, _ file: OpenFile)
    throws(ClassifierError)
    -> Int
  {
    let changed = ClassifierError.output(
      output, cause: "was changed since its scan wrote it", remedy: .otherOutput(.restore))
    let size = file.size
    var start = 0
    let checks =
      [(head.header.count, StableHash(head.header).value)] + contents.records.map { ($0.end, $0.check) }
    for (number, (end, check)) in checks.enumerated() {
      let range = start
      guard end <= size else { return max(number - 1, 0) }
      let bytes = try mapErrno(output, "read") { () throws(Errno) in
        try file.read(from: range, count: end - range)
      }
      guard bytes.count == end - range, StableHash(bytes).value == check else {
        // Zeros are what a power cut leaves of what was not yet on the disk.
        if bytes.contains(0) { return max(number - 1, 0) }
        throw changed
      }
      start = end
    }
    return contents.records.count
  }
}

extension BytePath {
  /// Makes renames in this folder last.
  func sync() {
    let descriptor = withCString { open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }
}
