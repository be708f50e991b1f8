import Foundation
import TestSupport
import Testing

/// Colours that are taken for what they are not are spoken of once a file.
@Suite(.enabled(if: Clips.canEncode("libx265"), Clips.note)) struct DolbyVisionTests {
  let folder: TemporaryFolder
  let program: Program

  init() throws {
    folder = try TemporaryFolder()
    program = Program(folder: folder.url)
    try folder.ffmpeg(
      "-f lavfi -i testsrc2=s=64x48:r=15:d=1 -c:v libx265 -x265-params log-level=none -tag:v hvc1 plain.mp4")
    let plain = [UInt8](try folder.read("plain.mp4"))
    for (name, profile, compatibility) in [("five.mp4", 5, 0), ("eight.mp4", 8, 1), ("ten.mp4", 10, 0)] {
      let file = Self.adding(Self.configuration(profile, compatibility), to: plain)
      try #require(file.count == plain.count + 32)
      try folder.write(name, Data(file))
    }
  }

  /// The box `dvcC` (Dolby Vision streams within ISO BMFF, 2.2).
  private static func configuration(_ profile: Int, _ compatibility: Int) -> [UInt8] {
    let record: [UInt8] = [1, 0, UInt8(profile << 1), 1 << 3 | 5, UInt8(compatibility << 4)]
    return Boxes.box("dvcC", record + [UInt8](repeating: 0, count: 24 - record.count))
  }

  /// The movie with `more` at the end of its sample entry. Its `moov` box has to come after the samples.
  private static func adding(_ more: [UInt8], to boxes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var at = 0
    while at + 8 <= boxes.count {
      let size = boxes[at..<at + 4].reduce(0) { $0 << 8 | Int($1) }
      guard size >= 8, at + size <= boxes.count else { break }
      let kind = String(decoding: boxes[at + 4..<at + 8], as: UTF8.self)
      let body = Array(boxes[at + 8..<at + size])
      switch kind {
      case "moov", "trak", "mdia", "minf", "stbl": result += Boxes.box(kind, adding(more, to: body))
      case "stsd": result += Boxes.box(kind, body[..<8] + adding(more, to: Array(body[8...])))
      case "hvc1": result += Boxes.box(kind, body + more)
      default: result += boxes[at..<at + size]
      }
      at += size
    }
    return result
  }

  private func run(_ arguments: String) throws -> Program.Run {
    try program(line: arguments)
  }

  private static let model = "--model camera-motion"
  private static func warning(_ name: String, _ profile: Int) -> String {
    "r2p1d-video: \(name): Dolby Vision profile \(profile): its colours are not converted, so labels may "
      + "be wrong; "
      + "convert it to SDR first\n"
  }

  @Test(arguments: [
    "label five.mp4", "label five.mp4 --format json", "timeline five.mp4", "timeline five.mp4 --format jsonl",
    "windows five.mp4 --output w.npy", "embed five.mp4 --output e.npy",
    "scan five.mp4 --output s.csv --quiet",
  ])
  func everyCommandWarnsOnce(_ command: String) throws {
    let run = try run("\(command) \(Self.model)")
    #expect(run.status == 0)
    #expect(run.errors == Self.warning("five.mp4", 5))
  }

  @Test func onlyLayersThatNoOrdinaryDisplayShowsAreWarnedOf() throws {
    let run = try run("label plain.mp4 eight.mp4 ten.mp4 five.mp4 \(Self.model)")
    #expect(run.status == 0)
    #expect(run.errors == Self.warning("ten.mp4", 10) + Self.warning("five.mp4", 5))
  }

  @Test func theResultIsTheSame() throws {
    let results = try ["plain.mp4", "five.mp4"].map {
      // The files differ in size.
      try run("label \($0) \(Self.model) --format json").text.replacing($0, with: "")
        .replacing(/"(bytesRead|fileBytes)" ?: ?[0-9]+,?\s*/, with: "")
    }
    #expect(results[0] == results[1])
  }
}
