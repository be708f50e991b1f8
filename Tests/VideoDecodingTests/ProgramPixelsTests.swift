import Foundation
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
      ("odd.mkv", $0, "-c:v ffv1 -pix_fmt yuv420p")
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

  @Test(arguments: ["yuv420p", "yuv422p", "yuv420p10le", "yuv444p"], OrientationTests.ways)
  func everyOrientationIsTheProgramsOwn(_ format: String, _ way: ([Int32], [[UInt8]])) throws {
    guard Clips.canEncode("libx264") else { return print(Clips.note) }
    let clips = try Clips()
    for size in format == "yuv420p" ? ["82x62", "66x64"] : ["82x62"] {
      let path = try clips.make("t.mp4", source: "\(size):10:0.5", "-c:v libx264 -pix_fmt \(format)")
      var bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
      let header = try #require(bytes.indices.first { bytes[$0...].starts(with: "tkhd".utf8) })
      // The matrix of a version 0 track header is 44 bytes after the box's name.
      let matrix = OrientationTests.matrix(way.0).flatMap { number in
        withUnsafeBytes(of: number.bigEndian) { Array($0) }
      }
      bytes.replaceSubrange(header + 44..<header + 44 + matrix.count, with: matrix)
      try compare(clips, try clips.write(bytes, "turned.mp4"), "turned.mp4")
    }
  }

  @Test func oddSizesAreTurnedLikeTheProgramDoes() throws {
    let clips = try Clips()
    for angle in [90, 180, 270] {
      _ = try clips.make("t.mp4", source: "81x61:10:0.5", "-c:v mpeg4 -q:v 2")
      try clips.run("-i t.mp4 -c copy -metadata:s:v rotate=\(angle) turned.mp4")
      try compare(clips, clips.path("turned.mp4"), "turned.mp4")
    }
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

  private func compare(_ clips: Clips, _ path: String, _ name: String) throws {
    let expected = try clips.run("-i \(name) -vsync passthrough -f rawvideo -pix_fmt rgb24 -")
    let pass = try Video(path).pass()
    #expect(pass.pictures.count > 0)
    #expect(expected.count == 3 * pass.width * pass.height * pass.pictures.count)
    #expect(expected.elementsEqual(pass.pictures.joined()))
  }
}
