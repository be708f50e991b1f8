import R2P1DVideo

/// What parts lack of all that their scans were given: shares that nobody has, and those that are not done.
package struct ScanGaps: Equatable {
  /// A line for each thing that is missing.
  package private(set) var reasons: [String] = []
  /// Numbers of shares that are to be done again.
  package private(set) var shares: [Int] = []
  /// Parts that are to be done again, where they are of no share or their share is not known.
  package private(set) var parts: [BytePath] = []

  package var isEmpty: Bool { reasons.isEmpty }

  private typealias Owned = (part: BytePath, entry: Coverage.Entry)
  typealias Broken = (path: BytePath, reason: String, coverage: Coverage)

  /// Those of parts whose journals say `entries`, beside parts that cannot be read.
  init(_ entries: [(part: BytePath, entry: Coverage.Entry)], broken: [Broken]) {
    for (part, entry) in entries where entry.shard?.isWhole == true {
      guard let reason = Self.reason(entry) else { continue }
      reasons.append("\(part.printable): \(reason)")
      parts.append(part)
    }
    let shared = entries.filter { $0.entry.shard.map { !$0.isWhole } ?? false }
    let brokenShares = broken.flatMap { $0.coverage.entries.compactMap(\.shard) }.filter { !$0.isWhole }
    let counts = Set((shared.compactMap(\.entry.shard) + brokenShares).map(\.count))
    for (path, reason, _) in broken { reasons.append("\(path.printable): \(reason)") }
    if counts.count > 1 {
      let numbers = counts.sorted().map(String.init).joined(separator: " and of ")
      reasons.append("shares of \(numbers) are mixed, so what is missing is not known")
    } else if let count = counts.first {
      addShares(shared, of: count, broken: Set(brokenShares.map(\.number)))
    }
    // A part that cannot be read is most likely one of the shares that are missing.
    if shares.isEmpty { parts += broken.map(\.path) }
  }

  /// Why a share is not done; nil where it is.
  private static func reason(_ entry: Coverage.Entry) -> String? {
    let share = entry.shard.map { $0.isWhole ? "" : "share \($0.text) " } ?? ""
    guard let found = entry.found else {
      return "\(share)was interrupted before its listing was finished"
    }
    if found.left > 0 {
      return "\(share)was interrupted: \(found.left) of \(found.files.counted("file")) left to do"
    }
    let folders = found.listing.unreadable
    guard folders > 0 else { return nil }
    return "\(share)could not read \(folders.counted("folder")), whose files are unknown"
  }

  /// The shares of one number, those of one listing held together. Where more than one listing is not whole,
  /// what counts is the newest: shares of the others are to be done again.
  private mutating func addShares(_ entries: [Owned], of count: Int, broken: Set<Int>) {
    let listings = Dictionary(grouping: entries) { owned in
      owned.entry.found.map { Seen(files: $0.listing.files, hash: $0.listing.hash) }
    }
    let open = listings.filter { $0.key == nil || Self.done($0.value).count < count }
    guard !open.isEmpty else {
      shares = broken.sorted()
      return
    }
    let newest = open.filter { $0.key != nil }.max { Self.time($0.value) < Self.time($1.value) }?.value ?? []
    let whole = Self.done(newest)
    shares = (1...count).filter { !whole.contains($0) }
    var named = broken
    let numbered = open.values.joined().compactMap { owned in
      owned.entry.shard.map { (number: $0.number, owned: owned) }
    }
    for (number, owned) in numbered.sorted(by: { $0.number < $1.number })
    where !whole.contains(number) && named.insert(number).inserted {
      let reason = Self.reason(owned.entry) ?? Self.difference(owned.entry, newest)
      reasons.append("\(owned.part.printable): \(reason)")
    }
    let absent = shares.filter { !named.contains($0) }
    guard !absent.isEmpty else { return }
    let (noun, verb) = absent.count == 1 ? ("share", "is") : ("shares", "are")
    reasons.append("\(noun) \(Self.ranges(absent)) of \(count) \(verb) missing")
  }

  /// Numbers of the shares that are done.
  private static func done(_ entries: [Owned]) -> Set<Int> {
    Set(entries.filter { reason($0.entry) == nil }.compactMap(\.entry.shard?.number))
  }

  /// What tells listings apart.
  private struct Seen: Hashable {
    let files: Int
    let hash: UInt64
  }

  private static func time(_ entries: [Owned]) -> Int { entries.compactMap(\.entry.found?.time).max() ?? 0 }

  private static func difference(_ entry: Coverage.Entry, _ newest: [Owned]) -> String {
    let own =
      "share \(entry.shard?.text ?? "") saw \((entry.found?.listing.files ?? 0).counted("file")) in all"
    guard let other = newest.first, let files = other.entry.found?.listing.files else { return own }
    return "\(own), \(other.part.printable) saw others later, \(files) in all"
  }

  /// `2, 7-9`
  static func ranges(_ numbers: [Int]) -> String {
    var ranges: [ClosedRange<Int>] = []
    for number in numbers {
      if let last = ranges.last, last.upperBound + 1 == number {
        ranges[ranges.count - 1] = last.lowerBound...number
      } else {
        ranges.append(number...number)
      }
    }
    let words = ranges.prefix(20).map {
      $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)"
    }
    return words.joined(separator: ", ") + (ranges.count > 20 ? " and others" : "")
  }
}
