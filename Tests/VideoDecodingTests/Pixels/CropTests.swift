import CFFmpeg
import TestSupport
import Testing

@testable import VideoDecoding

/// The part of a frame that the container shows.
@Suite(.enabled(if: Clips.canEncode("libx264", "ffv1", "mpeg4"), Clips.note)) struct CropTests {
  /// Versions before 7.1 know no such part, and their program shows whole frames.
  static let crops = avcodec_version() >= 61 << 16 | 19 << 8 | 100

  /// Encoder, and columns and rows cut off left, right, top, bottom.
  static let cases: [(String, [Int])] = [
    ("libx264 -pix_fmt yuv420p", [4, 4, 6, 4]), ("libx264 -pix_fmt yuv420p", [0, 8, 0, 0]),
    ("libx264 -pix_fmt yuv420p", [3, 5, 1, 3]), ("libx264 -pix_fmt yuv420p", [10, 0, 0, 20]),
    ("libx264 -pix_fmt yuv422p", [2, 6, 3, 1]), ("libx264 -pix_fmt yuv444p", [3, 4, 5, 2]),
    ("libx264 -pix_fmt yuv420p10le", [8, 2, 2, 2]), ("mpeg4", [7, 7, 7, 7]),
  ]

  @Test(arguments: cases)
  func aCroppedMovieIsTheProgramsOwn(_ encoder: String, _ cut: [Int]) throws {
    let clips = try Clips()
    _ = try clips.make("t.mp4", source: "80x60:10:0.5", "-c:v \(encoder)")
    let cropped = try CleanAperture(80, 60, cut).added(to: clips.read("t.mp4"))
    let pass = try compare(clips, try clips.write(cropped, "cropped.mp4"), "cropped.mp4")
    #expect(Self.crops ? pass.width < 80 || pass.height < 60 : (pass.width, pass.height) == (80, 60))
    // Matroska's own cropping, where this FFmpeg writes it.
    try clips.run("-i cropped.mp4 -c copy cropped.mkv")
    #expect(try compare(clips, clips.path("cropped.mkv"), "cropped.mkv") == pass)
  }

  @Test func theNumbersOfEachVersionAreAsMeasured() throws {
    let clips = try Clips()
    _ = try clips.make("t.mp4", source: "80x60:10:0.5", "-c:v libx264")
    let cropped = try CleanAperture(80, 60, [4, 4, 6, 4]).added(to: clips.read("t.mp4"))
    let video = try Video(clips.write(cropped, "cropped.mp4"))
    let pass = try video.pass()
    #expect((pass.width, pass.height) == (Self.crops ? (72, 50) : (80, 60)))
    #expect((video.info.width, video.info.height) == (pass.width, pass.height))
  }

  /// Cropped first and turned afterwards.
  @Test(arguments: OrientationTests.ways)
  func aCroppedMovieIsTurnedAsTheProgramDoes(_ way: ([Int32], [[UInt8]])) throws {
    let clips = try Clips()
    _ = try clips.make("t.mp4", source: "80x60:10:0.5", "-c:v libx264 -pix_fmt yuv420p")
    let cropped = try CleanAperture(80, 60, [4, 8, 6, 2]).added(to: clips.read("t.mp4"))
    let turned = try TurnedMovie.bytes(of: cropped, OrientationTests.matrix(way.0))
    try compare(clips, try clips.write(turned, "turned.mp4"), "turned.mp4")
  }

  /// A few rows and columns are those of the whole.
  @Test func piecesOfACroppedFrameAreThoseOfTheWhole() throws {
    let clips = try Clips()
    _ = try clips.make("t.mp4", source: "400x300:10:0.5", "-c:v libx264 -pix_fmt yuv420p")
    let cropped = try CleanAperture(400, 300, [34, 10, 18, 6]).added(to: clips.read("t.mp4"))
    let video = try Video(clips.write(cropped, "cropped.mp4"))
    try video.frames([2], seeking: false) { _, frame in
      let (rows, columns) = ([5, 120, 201], 100..<300)
      let part = try frame.rgb(rows: rows, columns: Array(columns))
      let pieces = rows.map { part.packed(rows: $0..<$0 + 1, columns: columns) }
      let whole = try frame.rgb(rows: Array(0..<frame.height), columns: Array(0..<frame.width))
      #expect(pieces == rows.map { whole.packed(rows: $0..<$0 + 1, columns: columns) })
    }
  }

  @discardableResult
  private func compare(_ clips: Clips, _ path: String, _ name: String) throws -> Pass {
    let expected = try clips.run("-i \(name) -fps_mode passthrough -f rawvideo -pix_fmt rgb24 -")
    let pass = try Video(path).pass()
    #expect(pass.pictures.count == 5)
    #expect(expected.elementsEqual(pass.pictures.joined()))
    return pass
  }
}

/// A QuickTime clean aperture (`clap`): the part of a track's frames that is shown.
private struct CleanAperture {
  private let box: [UInt8]

  /// Of frames of `width` by `height`, `cut` is cut off left, right, top and bottom.
  init(_ width: Int, _ height: Int, _ cut: [Int]) {
    // The size, and how far the part's centre lies from the frame's: fractions.
    let numbers = [
      width - cut[0] - cut[1], 1, height - cut[2] - cut[3], 1, cut[0] - cut[1], 2, cut[2] - cut[3], 2,
    ]
    box = Self.box("clap", numbers.flatMap { Self.big($0) })
  }

  /// The movie with the aperture in the sample entry of its video. Its `moov` box has to come after the
  /// samples.
  func added(to movie: [UInt8]) throws -> [UInt8] {
    let result = added(to: movie, below: ["moov", "trak", "mdia", "minf", "stbl", "stsd", "*"])
    try #require(result.count == movie.count + box.count)
    return result
  }

  private func added(to bytes: [UInt8], below path: [String]) -> [UInt8] {
    guard let name = path.first else { return bytes + box }
    var result: [UInt8] = []
    var at = 0
    while at + 8 <= bytes.count {
      let size = bytes[at..<at + 4].reduce(0) { $0 << 8 | Int($1) }
      guard size >= 8, at + size <= bytes.count else { return result + bytes[at...] }
      let kind = String(decoding: bytes[at + 4..<at + 8], as: UTF8.self)
      if name == kind || name == "*" {
        // Of a table of sample entries and of a video's entry, what comes before the boxes within.
        let head = kind == "stsd" ? 8 : name == "*" ? 78 : 0
        let body = added(to: Array(bytes[at + 8 + head..<at + size]), below: Array(path.dropFirst()))
        result += Self.box(kind, bytes[at + 8..<at + 8 + head] + body)
      } else {
        result += bytes[at..<at + size]
      }
      at += size
    }
    return result
  }

  private static func box(_ kind: String, _ body: some Collection<UInt8>) -> [UInt8] {
    big(body.count + 8) + Array(kind.utf8) + body
  }

  private static func big(_ number: Int) -> [UInt8] {
    withUnsafeBytes(of: Int32(number).bigEndian) { Array($0) }
  }
}
