import R2P1DVideo

/// Paths from a list, as they come in: one per line, with a zero byte behind each, as `find -print0` writes
/// them, or with their sizes, as `list` does.
package struct PathList: Sendable {
  /// An entry. Only a listing has stamps.
  package struct Entry: Equatable {
    package let path: BytePath
    package let stamp: FileStamp?

    package init(_ path: BytePath, stamp: FileStamp? = nil) {
      (self.path, self.stamp) = (path, stamp)
    }
  }

  /// What the entries are made of; nil until the first is read.
  private var form: Form?
  /// What it is called in messages.
  private let path: BytePath
  private let zeroSeparated: Bool
  private let source: Source
  private var buffer: ArraySlice<UInt8> = []
  private var isAtEnd = false
  private var entries = 0

  private enum Form {
    case zeros, lines
    case listing(ListingFormat)
  }

  /// The list's file, closed once.
  private final class Source: Sendable {
    let file: InputFile

    init(file: consuming InputFile) { self.file = file }
  }

  /// Opens `list`; `-` is standard input.
  package init(_ list: BytePath, zeroSeparated: Bool) throws(ClassifierError) {
    path = list == "-" ? "standard input" : list
    do {
      source = try Source(file: list == "-" ? InputFile(standardInput: ()) : InputFile(list))
    } catch {
      throw .list(path, cause: "cannot be read: \(error.reason)")
    }
    self.zeroSeparated = zeroSeparated
    form = zeroSeparated ? .zeros : nil
  }

  /// All paths of the list at `path`.
  package static func read(_ path: BytePath, zeroSeparated: Bool) throws(ClassifierError) -> [BytePath] {
    var list = try PathList(path, zeroSeparated: zeroSeparated)
    var paths: [BytePath] = []
    while let entry = try list.next() { paths.append(entry.path) }
    return paths
  }

  /// Whether `list` wrote it, so that every entry has its stamp. Waits for the first line.
  package mutating func isListing() throws(ClassifierError) -> Bool {
    if case .listing = try knownForm(until: { false }) { return true }
    return false
  }

  /// The next entry, waited for; nil at the end. Empty lines are none; they may end as on Windows.
  ///
  /// Nil, too, soon after `isOver` has become true.
  package mutating func next(
    until isOver: () -> Bool = { false }
  ) throws(ClassifierError) -> Entry? {
    let form = try knownForm(until: isOver)
    while let record = try record(form, until: isOver) {
      entries += 1
      switch form {
      case .zeros:
        if !record.isEmpty { return Entry(BytePath(bytes: record)) }
      case .lines:
        let line = record.last == 0x0D ? record.dropLast() : record
        if !line.isEmpty { return Entry(BytePath(bytes: line)) }
      case .listing(let format):
        let line = record.last == 0x0D ? record.dropLast() : record
        if line.isEmpty { continue }
        guard let file = format.file(line) else {
          throw .list(path, cause: "entry \(entries) is not of the form that list writes")
        }
        return Entry(file.path, stamp: file.stamp)
      }
    }
    return nil
  }

  /// Looks at the first line, once, and takes a byte order mark and a header off.
  private mutating func knownForm(until isOver: () -> Bool) throws(ClassifierError) -> Form {
    if let form { return form }
    while !isAtEnd && !buffer.contains(Self.lineFeed) {
      guard try fill(until: isOver) else { return .lines }
    }
    // What Windows calls Unicode: no path of it would be found.
    if buffer.starts(with: [0xFF, 0xFE]) || buffer.starts(with: [0xFE, 0xFF]) {
      throw .list(path, cause: "is in UTF-16; save it as UTF-8, one path a line")
    }
    if buffer.starts(with: [0xEF, 0xBB, 0xBF]) { buffer = buffer.dropFirst(3) }
    let line = buffer.prefix { $0 != Self.lineFeed }
    let header = ListingFormat.csv.header.dropLast(2)
    var form = Form.lines
    if line.elementsEqual(header) || line.elementsEqual(header + [0x0D]) {
      form = .listing(.csv)
      buffer = buffer.dropFirst(line.count + 1)
    } else if line.first == UInt8(ascii: "{"), ListingFormat.jsonl.file(line) != nil {
      form = .listing(.jsonl)
    }
    self.form = form
    return form
  }

  /// The bytes up to the next end of a record, or of the list; nil when none are left.
  private mutating func record(
    _ form: Form, until isOver: () -> Bool
  ) throws(ClassifierError) -> ArraySlice<UInt8>? {
    var searched = buffer.startIndex
    var isQuoted = false
    var end = Self.lineFeed
    if case .zeros = form { end = 0 }
    while true {
      while searched < buffer.endIndex {
        let byte = buffer[searched]
        if case .listing(.csv) = form, byte == UInt8(ascii: "\"") { isQuoted.toggle() }
        if byte == end && !isQuoted { return take(searched) }
        searched += 1
      }
      guard !isAtEnd else {
        defer { buffer = [] }
        return buffer.isEmpty ? nil : buffer
      }
      let done = searched - buffer.startIndex
      guard try fill(until: isOver) else { return nil }
      searched = buffer.startIndex + done
    }
  }

  private mutating func take(_ end: Int) -> ArraySlice<UInt8> {
    defer { buffer = buffer[(end + 1)...] }
    return buffer[..<end]
  }

  /// Waits for more bytes, however few; false once `isOver`.
  private mutating func fill(until isOver: () -> Bool) throws(ClassifierError) -> Bool {
    guard buffer.count < Self.longestEntry else {
      throw .list(
        path, cause: "entry \(entries + 1) is longer than a path can be: expected paths, one a line")
    }
    do {
      while !source.file.isReady(within: IdleTimeout.sliceMilliseconds) {
        if isOver() { return false }
      }
      let more = try source.file.readAvailable(upTo: 1 << 16)
      isAtEnd = more.isEmpty
      buffer = ArraySlice(Array(buffer) + more)
      return true
    } catch {
      throw .list(path, cause: "cannot be read: \(error.reason)")
    }
  }

  /// In bytes; what is longer is another kind of file.
  private static let longestEntry = 1 << 20
  private static let lineFeed = UInt8(ascii: "\n")
}
