import Foundation
import TestSupport
import Testing

@testable import R2P1DVideo
@testable import Reports

/// What the libraries of other tools read in the files that are written for them.
@Suite(.slow, .enabled(if: Tool.formatReaders.isThere, Tool.formatReaders.note))
struct ForeignReaderTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private struct Reading: Decodable {
    struct Segment: Decodable, Equatable {
      let label: String
      let start, end: Double

      init(from decoder: any Decoder) throws {
        var values = try decoder.unkeyedContainer()
        label = try values.decode(String.self)
        start = try values.decode(Double.self)
        end = try values.decode(Double.self)
      }
    }

    let segments: [Segment]
    let scores, seconds: [Double]?
    let others, ids: Int?
    let isWrittenTheSame, markedRangesAreThoseOfClips: Bool?
    let frameRate, fps: Double?
    let tiers: [String]?
    let name: String?
    let tags: [[String: String]]?
  }

  /// What the foreign library reads in the file of one case.
  private func read(
    _ format: SegmentDocument.Format, _ example: SegmentCase, _ document: SegmentDocument? = nil
  ) throws -> Reading {
    let document = document ?? example.document
    let file = try folder.write(
      "file.\(format == .resolveEDL ? "edl" : format.rawValue)", document.text(format))
    try folder.write(
      "\(URL(filePath: file).lastPathComponent).xml",
      LabelStudioConfig.text(
        document.classes, document.rate))
    let script = try #require(Bundle.module.url(forResource: "Goldens/formats/read", withExtension: "py"))
    let process = Process()
    process.executableURL = Tool.formatReaders.url
    let rate = format == .resolveEDL ? Timecode(for: document.rate).rate.perSecond : example.rate
    process.arguments = [script.path, format.rawValue, "\(rate.numerator)/\(rate.denominator)", file]
    let run = try FinishedProcess(running: process)
    try #require(run.status == 0, "\(run.errors)")
    return try #require(JSONDecoder().decode([Reading].self, from: run.output).first)
  }

  /// Labels as the format has them: what it cannot hold is left out or written otherwise.
  private static func label(_ label: String, in format: SegmentDocument.Format) -> String {
    switch format {
    case .resolveEDL: BytePath(label.replacing("|", with: "").replacing("\n", with: " ")).printable
    case .eaf, .labelStudio: label.replacing("\u{7}", with: "\\x07")
    default: label
    }
  }

  /// Units of the format in a second.
  private static func scale(of format: SegmentDocument.Format, _ example: SegmentCase) -> Double {
    switch format {
    case .otio, .resolveEDL, .labelStudio: example.rate.double
    case .eaf, .losslesscut, .chapters: 1000
    case .activitynet, .fiftyone: 1
    }
  }

  private static let formats = SegmentDocument.Format.allCases.filter { $0 != .chapters }

  @Test(arguments: formats, SegmentCase.all)
  func theSameLabelsAndTimesAreRead(_ format: SegmentDocument.Format, _ example: SegmentCase) throws {
    guard format != .resolveEDL || example.duration < 80_000 else {
      #expect(throws: ClassifierError.self) { try example.document.text(format) }
      return
    }
    let reading = try read(format, example)
    #expect(
      reading.segments.map(\.label) == example.segments.map { Self.label($0.label, in: format) })
    let scale = Self.scale(of: format, example)
    let resolution = scale == 1 ? 1e-6 : 1
    let frame = scale / example.rate.double
    let isShort = example.segments.contains { $0.end.double - $0.start.double < 1 / example.rate.double }
    for (found, wanted) in zip(reading.segments, example.segments) {
      // A segment of a millisecond, and those that make room for it, are off by up to two frames.
      let error = isShort ? 2 * frame : 0.5 * resolution + 1e-9 * scale * wanted.end.double
      #expect(abs(found.start - wanted.start.double * scale) <= error, "\(found)")
      #expect(abs(found.end - wanted.end.double * scale) <= error, "\(found)")
      #expect(found.end - found.start >= frame - resolution && found.start >= 0)
      #expect(found.end <= example.end * scale + 1e-6 * scale)
    }
    for (one, next) in zip(reading.segments, reading.segments.dropFirst()) { #expect(one.end <= next.start) }
    if let scores = reading.scores { #expect(scores.allSatisfy { $0 == 0.93 }) }
    #expect(reading.isWrittenTheSame ?? true && reading.markedRangesAreThoseOfClips ?? true)
    #expect(reading.others ?? 0 == 0 && reading.ids ?? example.segments.count == example.segments.count)
    #expect(
      reading.frameRate ?? example.rate.double == example.rate.double && reading.fps == reading.frameRate)
    #expect(reading.tiers ?? ["m <1>"] == ["m <1>"] && reading.name ?? "movie & \"1\"" == "movie & \"1\"")
    #expect((reading.tags ?? []).allSatisfy { $0 == ["Score": "0.93"] })
  }

  /// Frames as floating-point seconds are those that the writer took.
  @Test(arguments: [Rational(24000, 1001), SegmentCase.ntsc, Rational(60000, 1001)])
  func otioFramesOfALongFileComeBackToTheFrame(_ rate: Rational) throws {
    let frames = [0, 1, 2, 1798, 107_892, 2_589_407, 3_236_759]
    let example = SegmentCase(
      name: "", average: rate.double, rate: rate, duration: 4_000_000 / rate.double,
      segments: frames.enumerated().map {
        (
          "\($0)", Rational($1 * rate.denominator, rate.numerator),
          Rational(($1 + 1) * rate.denominator, rate.numerator)
        )
      })
    let reading = try read(.otio, example)
    #expect(reading.segments.map { Int($0.start) } == frames)
    let seconds = try #require(reading.seconds)
    #expect(seconds.map { Int(($0 * rate.double).rounded()) } == frames)
  }

  /// Clips begin where the library reads the video's timecode to be; one that its rate never shows counts for
  /// nothing.
  @Test(
    arguments: [
      ("01:00:00;02", SegmentCase.ntsc), ("01:00:00:02", SegmentCase.ntsc), ("23:59:59;29", SegmentCase.ntsc),
      ("10:20:30:12", 25), ("10:20:30:23", Rational(24000, 1001)), ("01:00:00;03", Rational(60000, 1001)),
      ("00:10:00;00", Rational(60000, 1001)), ("13:12:11:49", 48), ("13:12:11:49", 50),
      ("00:00:00;00", 25), ("00:00:00:25", 25),
    ] as [(String, Rational)])
  func otioCountsFromTheTimecode(_ text: String, _ rate: Rational) throws {
    let example = SegmentCase(
      name: "", average: rate.double, rate: rate, duration: 10, segments: [("a", 2, 3)])
    let plain = try read(.otio, example).segments[0]
    var document = example.document
    document.video = VideoSummary(
      start: 0, duration: 10, width: 64, height: 48, frameRate: rate.double, codec: "h264", framesDecoded: 1,
      timecode: text)
    let process = Process()
    process.executableURL = Tool.formatReaders.url
    process.arguments = [
      "-c",
      """
      import opentimelineio.opentime as t, sys
      try: print(int(t.from_timecode(sys.argv[1], float(sys.argv[2])).value))
      except ValueError: print(0)
      """, text, "\(rate.double)",
    ]
    let run = try FinishedProcess(running: process)
    let first = try #require(Double(run.text.trimmingCharacters(in: .whitespacesAndNewlines)))
    let reading = try read(.otio, example, document)
    #expect(reading.segments.map(\.start) == [first + plain.start], "\(first)")
    #expect(reading.segments.map(\.end) == [first + plain.end])
    #expect(reading.isWrittenTheSame == true && reading.markedRangesAreThoseOfClips == true)
  }
}
