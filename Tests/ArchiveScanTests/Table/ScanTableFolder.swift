import Foundation
import TestSupport

@testable import ArchiveScan
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
    VideoOutcome(file: "a/1.mp4", result: .success(ScanTableFolder.labels("a/1.mp4"))),
    VideoOutcome(
      file: "a/2,\"\n.mp4", result: .failure(.video("a/2,\"\n.mp4", cause: "is empty (0 bytes)"))),
    VideoOutcome(
      file: BytePath(bytes: [0x61, 0x2F, 0xE9, 0x25]), result: .success(ScanTableFolder.labels("x"))),
  ]

  static func labels(_ file: BytePath) -> VideoLabels {
    let found = [
      ScoredLabel(label: "arm wrestling, \"hard\"", index: 6, score: 0.912345678),
      ScoredLabel(label: "zumba", index: 399, score: 1.234567891e-9),
    ]
    return VideoLabels(
      file: file, model: ModelSummary(name: "m", architecture: "r2plus1d_18", classes: 400),
      video: VideoSummary(
        start: 0.25, duration: 10.0 / 3, width: 340, height: 256, frameRate: 30000.0 / 1001, codec: "h264",
        decodeErrors: 0, framesDecoded: 100),
      sampling: ResolvedSampling(
        frames: 16, rate: .perSecond(15), placement: .even(5), resize: .crop,
        normalization: .kinetics, start: nil, end: nil, seeking: true, track: nil, merge: .mean, crops: 1),
      labels: found,
      windows: [WindowLabels(start: 0, end: 16.0 / 15, padded: false, labels: found, logits: nil)])
  }

  static func stamp(_ number: Int) -> FileStamp {
    FileStamp(size: Int64(100 + number), modified: 1_700_000_000)
  }

  var names: [String] { folder.names }

  func path(_ name: String = "t.csv") -> BytePath { BytePath(folder.path(name)) }

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
  func complete(_ table: ScanTable, _ outcomes: [VideoOutcome] = outcomes) throws {
    let done = Set(table.records.map(\.path))
    for (number, outcome) in outcomes.enumerated() where !done.contains(outcome.file) {
      try table.add(outcome, stamp: Self.stamp(number))
    }
  }
}
