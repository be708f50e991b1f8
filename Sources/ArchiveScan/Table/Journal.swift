import R2P1DVideo

/// What `OUTPUT.journal` holds: the settings, then one record per row, in the order of the rows, and between
/// them which share of which listing the rows are of.
struct Journal {
  /// Nil if the file has not got as far as its first line.
  var head: Head?
  var records: [ScanRecord] = []
  /// Where each record's line ends.
  var ends: [Int] = []
  /// Which files the table is of, and how far it is with them.
  var coverage = Coverage()
  /// Where the last whole line ends.
  var end = 0
  /// Whether output and journal were about to be replaced by the files that lie ready beside them.
  var isSuperseded = false

  struct Head: Equatable {
    let settings: ScanSettings
    /// What the output begins with.
    let header: [UInt8]
  }

  static let format = "r2p1d-video scan 1"

  init() {}

  /// Reads a journal; `path` is for errors. What a crash left of a last line is skipped.
  init(_ bytes: [UInt8], path: BytePath) throws(ClassifierError) {
    var damaged: Int?
    var number = 0
    for line in bytes.split(separator: JournalLine.lineFeed, omittingEmptySubsequences: false) {
      let end = line.endIndex + 1
      number += 1
      guard end <= bytes.count, let fields = JournalLine.fields(line) else {
        if damaged == nil { damaged = number }
        continue
      }
      if let damaged {
        throw .output(
          path,
          cause: "line \(damaged) is damaged, though others follow it", remedy: .otherOutput(.restore))
      }
      guard add(fields, end: end) else {
        throw .output(path, cause: "line \(number) is an unknown journal record", remedy: .otherOutput())
      }
      self.end = end
    }
  }

  private mutating func add(_ fields: [[UInt8]], end: Int) -> Bool {
    if fields == Self.superseded {
      isSuperseded = true
      return true
    }
    if head == nil {
      head = Head(fields: fields)
      return head != nil
    }
    if let line = Coverage.Line(fields: fields) {
      coverage.add(line)
      return true
    }
    guard let record = ScanRecord(fields: fields), record.end >= records.last?.end ?? head?.header.count ?? 0
    else {
      return false
    }
    records.append(record)
    ends.append(end)
    coverage.addRow()
    return true
  }

  private static let superseded = [Array("superseded".utf8)]

  static var supersededLine: [UInt8] { JournalLine.bytes(superseded) }
}

extension Journal.Head {
  /// The names of the output's columns. A header with and one without quotes have the same: earlier versions
  /// wrote `file` without them.
  var columns: [String] { CSV.fields(String(decoding: header, as: UTF8.self)) }

  /// The same with the header as this version writes it.
  var renewed: Journal.Head {
    Journal.Head(settings: settings, header: header.isEmpty ? [] : Array(CSV.header(columns).utf8))
  }

  /// The format's name, the output's header, then `name=value` for each setting.
  var line: [UInt8] {
    JournalLine.bytes(
      [Array(Journal.format.utf8), header] + settings.facts.map { Array("\($0.name)=\($0.value)".utf8) })
  }

  init?(fields: [[UInt8]]) {
    guard fields.count >= 2, fields[0] == Array(Journal.format.utf8) else { return nil }
    var facts: [ScanSettings.Fact] = []
    for field in fields[2...] {
      let parts = String(decoding: field, as: UTF8.self).split(separator: "=", maxSplits: 1)
      guard let name = parts.first else { return nil }
      facts.append(ScanSettings.Fact(name: String(name), value: parts.count > 1 ? String(parts[1]) : ""))
    }
    self.init(settings: ScanSettings(facts: facts), header: fields[1])
  }
}
