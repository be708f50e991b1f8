import FoundationEssentials
import R2P1DVideo

import struct SystemPackage.Errno

/// A list on the disk: its bytes, or the folder that it is, and where its relative paths count from.
struct ListSource {
  let path: BytePath
  let options: LabelledList.Options
  let isFolder: Bool
  /// Of a file; none of a folder.
  let bytes: [UInt8]

  /// Larger lists are somebody's mistake: Kinetics-700's takes 40 MB, ActivityNet's JSON 30.
  static let sizeLimit = 256 << 20
  /// No path of a file system is as long.
  static let longestLine = 1 << 16

  init(_ path: BytePath, _ options: LabelledList.Options) throws(ClassifierError) {
    self.path = path
    self.options = options
    isFolder = path.isFolder
    bytes = isFolder ? [] : try Self.read(path)
  }

  /// The bytes of a text file in UTF-8, without a byte order mark.
  static func read(_ path: BytePath) throws(ClassifierError) -> [UInt8] {
    let bytes: [UInt8]
    do throws(Errno) {
      bytes = try path.read(limit: sizeLimit)
    } catch {
      throw .list(path, cause: "cannot be read: \(error.reason)")
    }
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
      throw .list(path, cause: "is in UTF-16; save it as UTF-8")
    }
    return bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
  }

  /// Where relative paths count from.
  var root: BytePath { options.root ?? (isFolder ? path : path.folder) }

  /// The videos that it may be about.
  func index() throws(ClassifierError) -> VideoIndex {
    if let video = options.video { return VideoIndex(of: video) }
    return try VideoIndex(root)
  }

  /// The file that a list names `name`.
  func resolve(_ name: some Sequence<UInt8>) -> BytePath {
    BytePath(bytes: name).resolved(from: root)
  }

  /// The lines that are not empty, with their numbers from 1, without blanks at their ends.
  func lines() throws(ClassifierError) -> [(number: Int, bytes: ArraySlice<UInt8>)] {
    try Self.lines(of: bytes, at: path)
  }

  static func lines(
    of bytes: [UInt8], at path: BytePath
  ) throws(ClassifierError) -> [(number: Int, bytes: ArraySlice<UInt8>)] {
    var lines: [(number: Int, bytes: ArraySlice<UInt8>)] = []
    var number = 0
    for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      number += 1
      let line = line.trimmedBlanks
      guard !line.isEmpty else { continue }
      guard line.count <= longestLine else {
        throw .list(path, cause: "line \(number) has \(line.count) bytes: no list of videos")
      }
      guard !line.contains(0) else {
        throw .list(path, cause: "line \(number) holds a zero byte: no list of videos")
      }
      lines.append((number, line))
    }
    return lines
  }

  /// An error about one entry, with its place.
  func error(_ form: LabelledList.Form, _ entry: Int, _ cause: String) -> ClassifierError {
    .list(path, cause: "\(form.unit) \(entry): \(cause)")
  }
}

extension RandomAccessCollection<UInt8> where SubSequence == ArraySlice<UInt8> {
  /// Without blanks, tabs and carriage returns at its ends.
  var trimmedBlanks: ArraySlice<UInt8> {
    var rest = self[startIndex..<endIndex]
    while let first = rest.first, first.isBlank { rest.removeFirst() }
    while let last = rest.last, last.isBlank { rest.removeLast() }
    return rest
  }
}

/// An entry as a form has it, before its classes are numbered.
struct ListEntry {
  var path: BytePath
  /// Names of classes, or numbers in a list that has no names.
  var labels: [String]
  var group: String?
  var split: String?
  var start: Rational?
  var end: Rational?
  var line: Int
}

/// What a form's reader makes of a list.
struct ListContents {
  var entries: [ListEntry] = []
  /// All classes in the list's own order; nil where it has none.
  var classes: [String]?
  /// Whether labels are numbers.
  var isNumbered = false
  var notes: [String] = []
  /// Of the first entry that names another class of a video, or of a segment, than an entry before it.
  var contradiction: ClassifierError?
}

extension Rational {
  /// A time of a list to the microsecond; nil for what is no time of a video.
  package init?(seconds: Double) {
    guard seconds.isFinite, (0..<1e9).contains(seconds) else { return nil }
    self.init(Int((seconds * 1e6).rounded()), 1_000_000)
  }

  /// `12.5`, `1:30`, or more decimals than a clock has.
  init?(listTime text: String) {
    if let time = Rational(time: text) {
      self = time
    } else if let seconds = Double(text) {
      self.init(seconds: seconds)
    } else {
      return nil
    }
  }
}
