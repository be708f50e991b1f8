import R2P1DVideo

/// The records of a text with columns (RFC 4180): fields between commas, semicolons or tabs, in quotes where
/// they hold one of these or a line break.
struct DelimitedRecords {
  struct Record {
    /// The line that it begins on, from 1.
    let line: Int
    let fields: [[UInt8]]
    fileprivate let path: BytePath

    /// A field as text; nil where it is not there. What is not UTF-8 is an error: a group or a split that is
    /// taken for none makes other figures, and nobody sees it.
    func text(_ column: Int?) throws(ClassifierError) -> String? {
      guard let column, column < fields.count else { return nil }
      guard let text = String(validating: fields[column], as: UTF8.self) else {
        let found = BytePath(bytes: fields[column].prefix(60)).printable
        throw .list(path, cause: "line \(line): '\(found)' is not UTF-8; save the list as UTF-8")
      }
      return text.trimmed()
    }
  }

  private let bytes: [UInt8]
  private let path: BytePath
  let separator: UInt8
  private var place = 0
  private var line = 1

  /// The separator is the one that the first line has most of.
  init(_ source: ListSource) {
    bytes = source.bytes
    path = source.path
    let first = source.bytes.prefix { $0 != UInt8(ascii: "\n") }
    separator =
      [UInt8(ascii: "\t"), UInt8(ascii: ";"), UInt8(ascii: ",")]
      .max { one, other in first.count { $0 == one } < first.count { $0 == other } } ?? UInt8(ascii: ",")
  }

  /// The next record that is not empty, nor of blank fields alone, as a spreadsheet has them behind its last
  /// row; nil after the last.
  mutating func next() throws(ClassifierError) -> Record? {
    while place < bytes.count {
      let record = try record()
      if record.fields.contains(where: { field in field.contains { !$0.isBlank } }) { return record }
    }
    return nil
  }

  private mutating func record() throws(ClassifierError) -> Record {
    let first = line
    var fields: [[UInt8]] = [[]]
    var size = 0
    var isQuoted = false
    reading: while place < bytes.count {
      let byte = bytes[place]
      place += 1
      size += 1
      if size > ListSource.longestLine {
        throw .list(path, cause: "line \(first) is too long\(isQuoted ? ": a quote that does not end?" : "")")
      }
      if byte == UInt8(ascii: "\n") { line += 1 }
      switch byte {
      case 0: throw .list(path, cause: "line \(line) holds a zero byte: no list of videos")
      case UInt8(ascii: "\"") where isQuoted:
        if place < bytes.count, bytes[place] == byte {
          fields[fields.count - 1].append(byte)
          place += 1
        } else {
          isQuoted = false
        }
      case _ where isQuoted: fields[fields.count - 1].append(byte)
      // Blanks before a quote are none of the field, as after a comma that people write.
      case UInt8(ascii: "\"") where fields[fields.count - 1].allSatisfy(\.isBlank):
        fields[fields.count - 1] = []
        isQuoted = true
      case separator: fields.append([])
      case UInt8(ascii: "\n"): break reading
      case UInt8(ascii: "\r") where place == bytes.count || bytes[place] == UInt8(ascii: "\n"): break
      default: fields[fields.count - 1].append(byte)
      }
    }
    if isQuoted { throw .list(path, cause: "line \(first) begins a quote that does not end") }
    return Record(line: first, fields: fields, path: path)
  }
}

extension DelimitedRecords.Record {
  /// The names of columns, in lower case.
  var columns: [String] {
    fields.map { (String(validating: $0, as: UTF8.self) ?? "").trimmed().lowercased() }
  }
}
