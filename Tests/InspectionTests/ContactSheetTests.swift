import Foundation
import TestSupport
import Testing
import VideoDecoding

@testable import Inspection
@testable import R2P1DVideo

@Suite struct ContactSheetTests {
  private static let clip = VideoInput.file(BytePath(Checkout.clip))

  private static func inspection(
    frames: Int, windows: Int = 2, end: Rational? = nil
  ) async throws -> VideoInspection {
    var options = ClassifierOptions()
    options.sampling.frames = frames
    options.sampling.end = end
    options.sampling.placement = .even(windows)
    return try await VideoInspection.read(clip, model: .named("r2plus1d_18"), options: options)
  }

  @Test(.enabled(if: Clips.canEncode("png"), Clips.note), arguments: [8, 16, 32])
  func everySampleIsInThePNGPixelForPixel(_ frames: Int) async throws {
    let inspection = try await Self.inspection(frames: frames)
    let sheet = ContactSheet(inspection)
    let folder = try TemporaryFolder()
    try folder.write("sheet.png", try InspectionFormat.png.file(of: inspection))
    let pixels = [UInt8](try folder.ffmpeg("-i sheet.png -f rawvideo -pix_fmt rgb24 -"))
    try #require(pixels.count == 3 * sheet.width * sheet.height)
    let side = InspectedSample.side
    for (number, window) in inspection.windows.enumerated() {
      for (place, sample) in window.samples.enumerated() {
        let (x, y) = sheet.origin(window: number, sample: place)
        let shown = (0..<side).flatMap { (row: Int) -> ArraySlice<UInt8> in
          let start = 3 * ((y + row) * sheet.width + x)
          return pixels[start..<start + 3 * side]
        }
        #expect(sample.pixels == shown, "window \(number), sample \(place)")
      }
    }
  }

  @Test func noSampleOrCaptionLiesOnAnotherOrBeyondTheEdge() async throws {
    for (frames, end) in [(8, nil), (16, nil), (32, nil), (32, Rational(1, 2))] {
      let sheet = ContactSheet(try await Self.inspection(frames: frames, end: end))
      let origins = (0..<frames).map { sheet.origin(window: 0, sample: $0) }
      for (number, origin) in origins.enumerated() {
        #expect(origin.x >= 0 && origin.x + 112 <= sheet.width && origin.y + 112 + 30 <= sheet.height)
        for other in origins[..<number] {
          #expect(abs(other.x - origin.x) >= 118 || abs(other.y - origin.y) >= 112 + 30)
        }
      }
    }
  }

  @Test func theMarkOfAHeldSampleIsAroundIt() async throws {
    let sheet = ContactSheet(try await Self.inspection(frames: 8, end: Rational(1, 3)))
    let canvas = sheet.drawn()
    let (first, last) = (sheet.origin(window: 0, sample: 0), sheet.origin(window: 0, sample: 7))
    func pixel(_ x: Int, _ y: Int) -> [UInt8] {
      let start = 3 * (y * canvas.width + x)
      return Array(canvas.pixels[start..<start + 3])
    }
    #expect(pixel(first.x - 1, first.y + 50) == pixel(1, 1))
    #expect(pixel(last.x - 1, last.y + 50) == [110, 160, 235])
  }

  @Test(arguments: [
    ("sheet.jpg", InspectionFormat.jpg), ("a.b.JPEG", .jpg), ("x.png", .png), ("/a/b.HTM", .html),
    ("t.html", .html), ("t.json", .json), ("jpg", nil), (".png", nil), ("a.gif", nil), ("a.png/b", nil),
  ])
  func theFormatIsWhatTheNameEndsIn(_ name: String, _ format: InspectionFormat?) {
    #expect(InspectionFormat(endingOf: BytePath(name)) == format)
  }

  @Test func aJPEGIsAJPEGOfTheSheetsSize() async throws {
    let inspection = try await Self.inspection(frames: 8)
    let file = try InspectionFormat.jpg.file(of: inspection)
    #expect(file.starts(with: [0xFF, 0xD8, 0xFF]) && file.suffix(2) == [0xFF, 0xD9])
  }
}

@Suite struct BitmapFontTests {
  @Test func everyPrintableCharacterOfASCIIHasADrawingOfItsOwn() throws {
    let drawings = try (32..<127).map { (code: Int) -> [UInt8] in
      let character = try #require(Unicode.Scalar(UInt32(code)))
      return try #require(BitmapFont.rows(of: character))
    }
    #expect(drawings.allSatisfy { $0.count == BitmapFont.height && $0.allSatisfy { $0 < 32 } })
    #expect(Set(drawings).count == drawings.count)
    #expect(drawings[0].allSatisfy { $0 == 0 } && drawings.dropFirst().allSatisfy { $0.contains { $0 > 0 } })
    #expect(BitmapFont.rows(of: "\u{1F}") == nil && BitmapFont.rows(of: "\u{7F}") == nil)
  }

  @Test func aCharacterIsDrawnAsItIsWritten() throws {
    #expect(BitmapFont.rows(of: "L") == [16, 16, 16, 16, 16, 16, 31, 0])
    #expect(BitmapFont.rows(of: "\\") == [16, 16, 8, 4, 2, 1, 1, 0])
  }

  @Test(arguments: [
    ("pan left", "pan left"), ("café", "cafe"), ("cafe\u{301}", "cafe"), ("Große Æpfel", "Grosse AEpfel"),
    ("Łódź", "Lodz"), ("“a” – b…", "\"a\" - b..."), ("a\nb", "a b"),
    ("走る", "\u{FFFD}\u{FFFD}"), ("👍🏽!", "\u{FFFD}!"), ("", ""),
  ])
  func accentsAreLeftOutAndWhatCannotBeDrawnIsABox(_ text: String, _ plain: String) {
    #expect(ASCIIText.plain(text) == plain)
    #expect(ASCIIText.isIncomplete(text) == plain.contains("\u{FFFD}"))
  }

  @Test func textThatDoesNotFitEndsInThreePoints() {
    let colour = Canvas.Colour(255, 255, 255)
    func drawing(_ text: String, _ limit: Int) -> [UInt8] {
      var canvas = Canvas(width: 90, height: 10, Canvas.Colour(0, 0, 0))
      canvas.write(text, x: 0, y: 0, limit: limit, colour)
      return canvas.pixels
    }
    #expect(drawing("abcdefgh", 36) == drawing("abc...", .max))
    #expect(drawing("abcdef", 36) == drawing("abcdef", .max))
    #expect(drawing("abc", 5) == drawing("", .max))
  }

  @Test func whatIsBeyondTheEdgeIsLeftOut() {
    var canvas = Canvas(width: 4, height: 4, Canvas.Colour(0, 0, 0))
    canvas.fill(x: -5, y: 2, width: 100, height: 100, Canvas.Colour(1, 2, 3))
    canvas.fill(x: 9, y: -9, width: 3, height: 4, Canvas.Colour(9, 9, 9))
    let filled = Array(repeating: [1, 2, 3] as [UInt8], count: 8).flatMap(\.self)
    #expect(canvas.pixels == [UInt8](repeating: 0, count: 24) + filled)
  }
}
