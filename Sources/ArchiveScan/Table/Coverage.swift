import R2P1DVideo

/// Which shares of which listings a table is of, and how many of their files have no row yet.
///
/// A table of an earlier version says nothing of it: then it is empty, though there are rows.
package struct Coverage: Sendable, Equatable {
  package private(set) var entries: [Entry] = []
  /// Whether the rows that come now are of the last entry's files.
  private var isUnderWay = false

  /// A share that a scan took up.
  package struct Entry: Sendable, Equatable {
    /// Nil for rows of which an earlier version's journal does not say what they are of.
    package let shard: Shard?
    /// Nil until the listing was read to its end.
    package var found: Found?
  }

  /// A share's files, as a listing that was read to its end has them.
  package struct Found: Sendable, Equatable {
    package let listing: Listing
    /// Seconds since 1970 when its end was reached.
    package let time: Int
    /// Files of this share.
    package let files: Int
    /// Of them, those without a row that holds.
    package var left: Int

    package init(listing: Listing, time: Int, files: Int, left: Int) {
      (self.listing, self.time, self.files, self.left) = (listing, time, files, left)
    }
  }

  /// A line of the journal about it.
  enum Line: Equatable {
    /// A scan begins with a share: what it did of that share before no longer counts.
    case began(Shard)
    /// The share's listing has been read to its end.
    case listed(Shard, Found)
    /// What a part of a merge was of.
    case part(Entry)
  }

  mutating func add(_ line: Line) {
    isUnderWay = false
    switch line {
    case .began(let shard):
      entries.removeAll { shard.isWhole || $0.shard == shard }
      entries.append(Entry(shard: shard, found: nil))
    case .listed(let shard, let found):
      entries.removeAll { $0.shard == shard }
      entries.append(Entry(shard: shard, found: found))
      isUnderWay = true
    case .part(let entry): entries.append(entry)
    }
  }

  /// One more file has its row.
  mutating func addRow() {
    guard isUnderWay, let left = entries.last?.found?.left else { return }
    entries[entries.count - 1].found?.left = max(left - 1, 0)
  }

  /// The entries as lines of a journal that has all their rows.
  var lines: [Line] { entries.map(Line.part) }

  /// What a table of `rows` rows is of: of an earlier version's it is not known.
  func entries(rows: Int) -> [Entry] {
    entries.isEmpty && rows > 0 ? [Entry(shard: nil, found: nil)] : entries
  }
}

extension Coverage.Line {
  /// The verb, the share as `I/N`, and where the listing was read to its end: when, how many files it has,
  /// their hash, folders that could not be read, files of the share, and those without a row.
  var bytes: [UInt8] {
    let words =
      switch self {
      case .began(let shard): ["began", shard.text]
      case .listed(let shard, let found): ["listed", shard.text] + Self.words(found)
      case .part(let entry):
        ["part", entry.shard?.text ?? Self.unknown] + (entry.found.map(Self.words) ?? [])
      }
    return JournalLine.bytes(words.map { Array($0.utf8) })
  }

  /// Reads what `bytes` writes; nil for anything else.
  init?(fields: [[UInt8]]) {
    let words = fields.map { String(decoding: $0, as: UTF8.self) }
    guard words.count == 2 || words.count == 8 else { return nil }
    let shard = Shard(words[1])
    let found = words.count == 8 ? Self.found(words[2...]) : nil
    switch (words[0], shard, found) {
    case ("began", let shard?, nil) where words.count == 2: self = .began(shard)
    case ("listed", let shard?, let found?): self = .listed(shard, found)
    case ("part", let shard, let found) where (found == nil) == (words.count == 2):
      guard shard != nil || words[1] == Self.unknown && found == nil else { return nil }
      self = .part(Coverage.Entry(shard: shard, found: found))
    default: return nil
    }
  }

  private static let unknown = "unknown"

  private static func words(_ found: Coverage.Found) -> [String] {
    [
      "\(found.time)", "\(found.listing.files)", String(found.listing.hash, radix: 16),
      "\(found.listing.unreadable)", "\(found.files)", "\(found.left)",
    ]
  }

  private static func found(_ words: ArraySlice<String>) -> Coverage.Found? {
    let numbers = words.enumerated().compactMap { $0.offset == 2 ? 0 : Int($0.element) }
    guard numbers.count == 6, numbers.allSatisfy({ $0 >= 0 }), numbers[5] <= numbers[4],
      let hash = UInt64(words[words.startIndex + 2], radix: 16)
    else { return nil }
    let listing = Listing(files: numbers[1], hash: hash, unreadable: numbers[3])
    return Coverage.Found(listing: listing, time: numbers[0], files: numbers[4], left: numbers[5])
  }
}
