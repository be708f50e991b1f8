import FoundationEssentials
import R2P1DVideo

/// A file in what `list` writes.
package struct ListedFile: Sendable, Equatable {
  package let path: BytePath
  package let stamp: FileStamp

  package init(path: BytePath, stamp: FileStamp) {
    (self.path, self.stamp) = (path, stamp)
  }
}

/// How a listing is written.
package enum ListingFormat: String, Sendable, CaseIterable {
  case csv, jsonl

  package var header: [UInt8] { self == .csv ? Array(CSV.header(Self.columns).utf8) : [] }

  static let columns = ["file", "size", "mtime_ns"]

  /// A file's row. In CSV the path is its bytes; in JSON a path that is not UTF-8 has `fileBytes` beside it.
  package func row(_ file: ListedFile) -> [UInt8] {
    switch self {
    case .csv:
      return Self.quoted(file.path.bytes) + Array(",\(file.stamp.size),\(file.stamp.modified)\r\n".utf8)
    case .jsonl:
      return Array(JSON.text(ListingRow(file), pretty: false).utf8)
    }
  }

  private static let quote = UInt8(ascii: "\"")

  private static func quoted(_ field: [UInt8]) -> [UInt8] {
    guard field.contains(where: { [quote, 0x2C, 0x0A, 0x0D].contains($0) }) else { return field }
    return [quote] + field.flatMap { $0 == quote ? [quote, quote] : [$0] } + [quote]
  }

  /// Reads what `row` writes, without its end of line; nil for anything else.
  func file(_ row: ArraySlice<UInt8>) -> ListedFile? {
    switch self {
    case .jsonl:
      return (try? JSONDecoder().decode(ListingRow.self, from: Data(row)))?.file
    case .csv:
      guard let (path, rest) = Self.firstField(row) else { return nil }
      let numbers = rest.split(separator: 0x2C, omittingEmptySubsequences: false).map {
        Int64(String(decoding: $0, as: UTF8.self))
      }
      guard numbers.count == 2, let size = numbers[0], let modified = numbers[1] else { return nil }
      return ListedFile(path: path, stamp: FileStamp(size: size, modified: modified)).checked
    }
  }

  /// The path, and what follows the comma behind it.
  private static func firstField(_ row: ArraySlice<UInt8>) -> (BytePath, ArraySlice<UInt8>)? {
    guard row.first == quote else {
      guard let comma = row.firstIndex(of: 0x2C) else { return nil }
      return (BytePath(bytes: row[..<comma]), row[(comma + 1)...])
    }
    var (bytes, place) = ([UInt8](), row.startIndex + 1)
    while place < row.endIndex {
      if row[place] == quote {
        place += 1
        guard place < row.endIndex else { return nil }
        if row[place] == 0x2C { return (BytePath(bytes: bytes), row[(place + 1)...]) }
        guard row[place] == quote else { return nil }
      }
      bytes.append(row[place])
      place += 1
    }
    return nil
  }
}

extension ListedFile {
  /// Nil for what no file is.
  fileprivate var checked: ListedFile? {
    path.bytes.isEmpty || path.bytes.contains(0) || stamp.size < 0 ? nil : self
  }
}

private struct ListingRow: Codable {
  let name: String
  /// In base64.
  let bytes: String?
  let size: Int64
  let modified: Int64

  enum CodingKeys: String, CodingKey {
    case name = "file"
    case bytes = "fileBytes"
    case size
    case modified = "mtime_ns"
  }

  init(_ file: ListedFile) {
    (name, bytes) = (file.path.string, file.path.isUTF8 ? nil : Data(file.path.bytes).base64EncodedString())
    (size, modified) = (file.stamp.size, file.stamp.modified)
  }

  var file: ListedFile? {
    var path = BytePath(name)
    if let bytes {
      guard let data = Data(base64Encoded: bytes) else { return nil }
      path = BytePath(bytes: data)
    }
    return ListedFile(path: path, stamp: FileStamp(size: size, modified: modified)).checked
  }
}
