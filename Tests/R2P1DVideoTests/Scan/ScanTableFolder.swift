import Foundation
import TestSupport

@testable import R2P1DVideo

/// A folder of a test's own with tables in it, and what a scan would put there.
final class ScanTableFolder {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  var url: URL { folder.url }

  static let settings = ScanSettings(facts: [
    .init(name: "model", value: "m"), .init(name: "frames", value: "8"),
  ])

  static let outcomes = [
    Outcome(file: "a/1.mp4", result: .success(ReportTests.labels("a/1.mp4"))),
    Outcome(
      file: "a/2,\"\n.mp4", result: .failure(.video("a/2,\"\n.mp4", cause: "is empty (0 bytes)"))),
    Outcome(file: FilePath(bytes: [0x61, 0x2F, 0xE9, 0x25]), result: .success(ReportTests.labels("x"))),
  ]

  static func stamp(_ number: Int) -> FileStamp {
    FileStamp(size: Int64(100 + number), modified: 1_700_000_000)
  }

  var names: [String] { folder.names }

  func path(_ name: String = "t.csv") -> FilePath { FilePath(folder.path(name)) }

  func read(_ name: String) throws -> [UInt8] { Array(try folder.read(name)) }

  func write(_ name: String, _ bytes: some Sequence<UInt8>) throws {
    try folder.write(name, bytes)
  }

  func remove(_ names: String...) {
    for name in names { folder.remove(name) }
  }

  func open(_ name: String = "t.csv", _ settings: ScanSettings = settings) throws -> ScanTable {
    try ScanTable(path(name), settings: settings, format: .csv, top: 2)
  }

  /// Adds the rows that are missing, in order.
  func complete(_ table: ScanTable, _ outcomes: [Outcome] = outcomes) throws {
    let done = Set(table.records.map(\.path))
    for (number, outcome) in outcomes.enumerated() where !done.contains(outcome.file) {
      try table.add(outcome, stamp: Self.stamp(number))
    }
  }
}
