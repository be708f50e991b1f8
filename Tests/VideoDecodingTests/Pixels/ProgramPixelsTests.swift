import Foundation
import TestSupport
import Testing

@testable import VideoDecoding

/// Every pixel against what the ffmpeg program writes with `-pix_fmt rgb24`.
@Suite(.enabled(if: Clips.canEncode("ffv1", "rawvideo", "mpeg4"), Clips.note)) struct ProgramPixelsTests {
  /// Name, size, encoder and options.
  static let kinds: [(String, String, String)] =
    [
      "yuv420p", "yuv422p", "yuv444p", "yuv410p", "yuv411p", "yuv440p", "yuva420p", "yuv420p10le",
      "yuv422p10le",
      "yuv444p12le", "yuv420p16le", "gray", "gray10le", "gray16le", "gbrp", "bgra", "rgb48le",
    ].map { ("\($0).mkv", "82x62", "-c:v ffv1 -pix_fmt \($0)") }
    + ["nv12", "yuyv422", "uyvy422", "bgr24", "rgb565le", "pal8", "monow"].map {
      ("\($0).nut", "82x62", "-c:v rawvideo -pix_fmt \($0)")
    }
    + ["81x61", "81x60", "82x61", "3x5", "16x400", "400x16"].map {
      // FFmpeg 9 cuts a frame of so few rows into no more slices than one, and others into no fewer than
      // four.
      ("odd.mkv", $0, "-c:v ffv1 -pix_fmt yuv420p\($0 == "3x5" ? " -slices 1" : "")")
    }
    + [
      ("full.mkv", "82x62", "-c:v ffv1 -pix_fmt yuv420p -color_range pc"),
      ("fcc.mkv", "82x62", "-c:v ffv1 -pix_fmt yuv420p -colorspace fcc"),
      ("bt709.mkv", "82x62", "-c:v ffv1 -pix_fmt yuv444p10le -colorspace bt709"),
      ("motion.avi", "82x62", "-c:v mjpeg"),
      ("animation.gif", "82x62", "-c:v gif"),
      // Palettes that the container hands over once.
      ("graphics.mov", "84x64", "-c:v smc \(LinearDecodingTests.palette)"),
      ("raw.avi", "84x64", "-c:v rawvideo \(LinearDecodingTests.palette)"),
      ("raw.mov", "84x64", "-c:v rawvideo \(LinearDecodingTests.palette)"),
      ("animation.mov", "84x64", "-c:v qtrle \(LinearDecodingTests.palette)"),
      ("gray.mov", "84x64", "-c:v qtrle -pix_fmt gray"),
      ("gray.avi", "84x64", "-c:v rawvideo -pix_fmt gray"),
    ]

  @Test(arguments: kinds)
  func everyPixelIsTheProgramsOwn(_ name: String, _ size: String, _ options: String) throws {
    let clips = try Clips()
    let path = try clips.make(name, source: "\(size):10:0.5", options)
    try compare(clips, path, name)
  }

  @Test(
    .enabled(if: Clips.canEncode("libx264"), Clips.note),
    arguments: ["yuv420p", "yuv422p", "yuv420p10le", "yuv444p"], OrientationTests.ways)
  func everyOrientationIsTheProgramsOwn(_ format: String, _ way: ([Int32], [[UInt8]])) throws {
    let clips = try Clips()
    for size in format == "yuv420p" ? ["82x62", "66x64"] : ["82x62"] {
      let path = try clips.make("t.mp4", source: "\(size):10:0.5", "-c:v libx264 -pix_fmt \(format)")
      try turn(clips, path, way)
    }
  }

  @Test(arguments: OrientationTests.ways)
  func oddSizesAreTurnedLikeTheProgramDoes(_ way: ([Int32], [[UInt8]])) throws {
    let clips = try Clips()
    try turn(clips, try clips.make("t.mp4", source: "81x61:10:0.5", "-c:v mpeg4 -q:v 2"), way)
  }

  /// Gives the movie the display matrix of `way`, and compares.
  private func turn(_ clips: Clips, _ path: String, _ way: ([Int32], [[UInt8]])) throws {
    let stored = try Video(path).info
    let turned = try clips.write(
      TurnedMovie.bytes(of: clips.read("t.mp4"), OrientationTests.matrix(way.0)), "turned.mp4")
    let pass = try compare(clips, turned, "turned.mp4")
    // The 3x2 pixels of the way lie on their side or not.
    let isUpright = way.1.count == 2
    #expect(pass.width == (isUpright ? stored.width : stored.height))
  }

  /// The program scales every picture to the size of the first.
  @Test func aSizeThatChangesMidwayIsTheProgramsOwn() throws {
    let clips = try Clips()
    let small = try Data(
      contentsOf: URL(filePath: clips.make("a.ts", source: "80x60:25:1", "-c:v mpeg2video")))
    let large = try Data(
      contentsOf: URL(filePath: clips.make("b.ts", source: "160x90:25:1", "-c:v mpeg2video")))
    try compare(clips, try clips.write(small + large, "both.ts"), "both.ts")
    try compare(clips, try clips.write(large + small, "both.ts"), "both.ts")
  }

  @discardableResult
  private func compare(_ clips: Clips, _ path: String, _ name: String) throws -> Pass {
    let expected = try clips.run("-i \(name) -fps_mode passthrough -f rawvideo -pix_fmt rgb24 -")
    let pass = try Video(path).pass()
    #expect(pass.pictures.count > 0)
    #expect(expected.count == 3 * pass.width * pass.height * pass.pictures.count)
    #expect(expected.elementsEqual(pass.pictures.joined()))
    return pass
  }
}

/// A movie that is shown turned.
enum TurnedMovie {
  /// `movie` with this display matrix in its one track.
  static func bytes(of movie: [UInt8], _ matrix: [Int32]) throws -> [UInt8] {
    let header = try #require(movie.indices.first { movie[$0...].starts(with: "tkhd".utf8) })
    // The matrix of a version 0 track header is 44 bytes after the box's name.
    let bytes = matrix.flatMap { number in withUnsafeBytes(of: number.bigEndian) { Array($0) } }
    var turned = movie
    turned.replaceSubrange(header + 44..<header + 44 + bytes.count, with: bytes)
    return turned
  }
}
