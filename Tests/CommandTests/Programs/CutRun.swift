import Foundation
import TestSupport
import Testing

/// One run of `cut` over the segments of a list, and what it says that it made.
struct CutRun {
  let run: Program.Run
  let folder: String
  let rows: [Row]

  struct Row {
    let file, label, mode: String
    let askedStart, askedEnd, start, end: Double
    let frames: Int
  }

  /// `segments` are seconds of a player's clock.
  init(_ video: String, _ segments: [(Double, Double)], in place: TemporaryFolder, _ options: [String] = [])
    throws
  {
    let list =
      "Start,End,Name\n" + segments.map { "\(Self.decimal($0.0)),\(Self.decimal($0.1)),lab\n" }.joined()
    let path = try place.write("segments.csv", list)
    folder = place.path("clips-\(UUID().uuidString)")
    run = try Program()(["cut", video, "--segments", path, "--output-dir", folder] + options)
    rows = try Self.rows(folder + "/" + URL(filePath: video).lastPathComponent + ".clips.csv")
  }

  private static func decimal(_ seconds: Double) -> String { "\((seconds * 1e6).rounded() / 1e6)" }

  /// The rows of a table; none where there is no table.
  static func rows(_ path: String) throws -> [Row] {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return [] }
    let lines = text.split(separator: "\r\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    try #require(lines.first?.first == "\"file\"" && lines.allSatisfy { $0.count == 10 })
    return lines.dropFirst().map { fields in
      let numbers = fields[4...8].map { Double($0) ?? .nan }
      return Row(
        file: String(fields[0]), label: String(fields[1]), mode: String(fields[9]), askedStart: numbers[0],
        askedEnd: numbers[1], start: numbers[2], end: numbers[3], frames: Int(numbers[4]))
    }
  }

  func path(_ row: Row) -> String { folder + "/" + row.file }

  /// What of `frames` is shown at some time from the start that was asked for to before the end.
  static func asked(_ row: Row, of frames: [NumberedVideo.Frame]) -> [NumberedVideo.Frame] {
    // A stamp may be rounded to the millisecond.
    let rounding = 0.001
    return frames.indices.filter { index in
      let next = index + 1 < frames.count ? frames[index + 1].time : .infinity
      return next > row.askedStart + rounding && frames[index].time < row.askedEnd - rounding
    }.map { frames[$0] }
  }

  /// What of `frames` the table says that the clip shows.
  static func said(_ row: Row, of frames: [NumberedVideo.Frame]) -> [NumberedVideo.Frame] {
    frames.filter { row.start - 0.0006 <= $0.time && $0.time < row.end - 0.0006 }
  }
}
