import CFFmpeg
import Foundation
import TestSupport
import Testing

@testable import VideoDecoding

/// A picture or a video that ffmpeg writes into a container made for pictures.
struct PictureFile: CustomTestStringConvertible, Sendable {
  let name: String
  /// What ffmpeg is given behind its input.
  let options: String
  let encoder: String
  /// What it is called.
  var format = ""
  /// How many frames it holds.
  var frames = 1
  var testDescription: String { "\(name) \(options)" }

  static let stills = allStills.filter { Clips.canEncode($0.encoder) }
  static let moving = allMoving.filter { Clips.canEncode($0.encoder) }
  /// Those that no encoder here makes.
  static let missing = (allStills + allMoving).filter { !Clips.canEncode($0.encoder) }

  private static let allStills = [
    PictureFile(name: "a.jpg", options: "", encoder: "mjpeg", format: "JPEG"),
    PictureFile(name: "a%03d.jpg", options: "-update 1", encoder: "mjpeg", format: "JPEG"),
    PictureFile(
      name: "a.jpg.mp4", options: "-f image2 -update 1 -c:v mjpeg", encoder: "mjpeg", format: "JPEG"),
    PictureFile(name: "a.mjpg", options: "", encoder: "mjpeg", format: "JPEG"),
    PictureFile(name: "a.png", options: "", encoder: "png", format: "PNG"),
    PictureFile(name: "a.apng", options: "-f apng", encoder: "apng", format: "PNG"),
    PictureFile(name: "a.gif", options: "", encoder: "gif", format: "GIF"),
    PictureFile(name: "a.webp", options: "-c:v libwebp", encoder: "libwebp", format: "WebP"),
    PictureFile(name: "a.bmp", options: "", encoder: "bmp", format: "BMP"),
    PictureFile(name: "a.tiff", options: "", encoder: "tiff", format: "TIFF"),
    PictureFile(name: "a.tga", options: "", encoder: "targa", format: "TGA"),
    PictureFile(name: "b.tga", options: "-pix_fmt gray", encoder: "targa", format: "TGA"),
    PictureFile(name: "a.pam", options: "", encoder: "pam", format: "PAM"),
    PictureFile(name: "a.ppm", options: "", encoder: "ppm", format: "PPM"),
    PictureFile(name: "a.jp2", options: "-c:v jpeg2000", encoder: "jpeg2000", format: "JPEG 2000"),
    PictureFile(name: "a.exr", options: "-pix_fmt gbrpf32le", encoder: "exr", format: "EXR"),
    PictureFile(name: "a.ico", options: "-s 32x32", encoder: "bmp", format: "ICO"),
    PictureFile(name: "a.jxl", options: "", encoder: "libjxl", format: "JPEG XL"),
    PictureFile(name: "a.jls", options: "-pix_fmt gray", encoder: "jpegls", format: "JPEG-LS"),
    PictureFile(name: "a.dpx", options: "", encoder: "dpx", format: "DPX"),
    PictureFile(
      name: "a.avif", options: "-c:v libaom-av1 -cpu-used 8", encoder: "libaom-av1", format: "AVIF"),
  ]

  private static let allMoving = [
    PictureFile(name: "m.gif", options: "", encoder: "gif", frames: 5),
    PictureFile(name: "m.png", options: "-f apng", encoder: "apng", frames: 5),
    PictureFile(name: "m.mjpg", options: "-f mjpeg", encoder: "mjpeg", frames: 5),
    PictureFile(name: "m.mjpeg", options: "-f mjpeg", encoder: "mjpeg", frames: 5),
    PictureFile(name: "m.jpg", options: "-f mjpeg", encoder: "mjpeg", frames: 5),
    PictureFile(name: "two.jpg", options: "-frames:v 2 -f mjpeg", encoder: "mjpeg", frames: 2),
    PictureFile(name: "m.ppm", options: "-f image2pipe -c:v ppm", encoder: "ppm", frames: 5),
    PictureFile(name: "m.avi", options: "-c:v mjpeg", encoder: "mjpeg", frames: 5),
    PictureFile(name: "m.mov", options: "-c:v mjpeg", encoder: "mjpeg", frames: 5),
    PictureFile(name: "one.avi", options: "-frames:v 1 -c:v mjpeg", encoder: "mjpeg"),
    PictureFile(name: "one.mov", options: "-frames:v 1 -c:v png", encoder: "png"),
    PictureFile(name: "one.mp4", options: "-frames:v 1 -c:v libx264", encoder: "libx264"),
    PictureFile(name: "one.y4m", options: "-frames:v 1", encoder: "wrapped_avframe"),
    PictureFile(name: "m.jpg.mp4", options: "-c:v mpeg4", encoder: "mpeg4", frames: 5),
    PictureFile(name: "mp4.jpg", options: "-c:v mpeg4 -f mp4", encoder: "mpeg4", frames: 5),
    PictureFile(name: "mkv.tga", options: "-c:v mpeg4 -f matroska", encoder: "mpeg4", frames: 5),
    PictureFile(name: "ts%02d.png", options: "-c:v mpeg4 -f mpegts", encoder: "mpeg4", frames: 5),
  ]
}

/// One rule: a file of an image format that holds one frame is a still picture, and refused; all else is a
/// video.
@Suite(.enabled(if: Clips.canEncode("mjpeg", "libx264", "mpeg4"), Clips.note)) struct StillPictureTests {
  let clips: Clips

  init() throws { clips = try Clips() }

  /// Opens and decodes; the error, or nil.
  private func failure(_ path: String) -> VideoError? {
    do {
      _ = try Video(path).pass()
      return nil
    } catch {
      return error as? VideoError
    }
  }

  /// Writes `bytes` and opens them.
  private func failure(_ name: String, _ bytes: [UInt8]) throws -> VideoError? {
    failure(try clips.write(bytes, name))
  }

  private func jpeg() throws -> [UInt8] {
    _ = try clips.make("photo.jpg", source: "64x48:5:1", "-frames:v 1")
    return try clips.read("photo.jpg")
  }

  @Test(
    .enabled(
      if: PictureFile.missing.isEmpty,
      "skipped: no encoder here makes \(PictureFile.missing.map(\.name).joined(separator: ", "))"))
  func everyFileOfTheTablesIsTried() {
    #expect(PictureFile.stills.count > 10 && PictureFile.moving.count > 10)
  }

  @Test(arguments: PictureFile.stills)
  func aStillPictureIsCalledOne(_ file: PictureFile) throws {
    let path = try clips.make(file.name, source: "64x48:5:1", "-frames:v 1 \(file.options)")
    // `%03d` is a pattern for ffmpeg: the file is the first of its numbers.
    if file.name.contains("%") {
      let pattern = clips.path(file.name)
      if !FileManager.default.fileExists(atPath: pattern) {
        try FileManager.default.moveItem(atPath: clips.path("a001.jpg"), toPath: pattern)
      }
    }
    #expect(failure(path) == .stillPicture(format: file.format))
  }

  @Test(arguments: PictureFile.moving)
  func framesInAContainerOfPicturesAreAVideo(_ file: PictureFile) throws {
    let path = clips.path(file.name)
    _ = try clips.make("made", source: "64x48:5:1", "\(file.options) -y " + file.format(of: file.name))
    try FileManager.default.moveItem(atPath: clips.path("made"), toPath: path)
    #expect(try Video(path).pass().pictures.count == file.frames)
  }

  @Test func aDrawingIsAStillPictureWhetherOrNotItCanBeDecoded() throws {
    let drawing =
      "<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"64\" height=\"48\"/>\n"
    #expect(try failure("a.svg", Array(drawing.utf8)) == .stillPicture(format: "SVG"))
    let photoshop =
      Array("8BPS".utf8) + [0, 1] + [UInt8](repeating: 0, count: 6) + [
        0, 3, 0, 0, 0, 48, 0, 0, 0, 64, 0, 8, 0, 3,
      ]
    #expect(
      try failure("a.psd", photoshop + [UInt8](repeating: 0, count: 9300)) == .stillPicture(format: "PSD"))
  }

  @Test(arguments: [
    ("heic", "mif1heic", "HEIC"), ("mif1", "mif1heic", "HEIC"), ("avif", "avifmif1", "AVIF"),
    ("mif1", "miaf", "HEIF"),
  ])
  func heifIsAStillPictureAlsoWhereFFmpegCannotOpenIt(
    _ brand: String, _ others: String, _ format: String
  ) throws {
    let file =
      Boxes.box("ftyp", Array("\(brand)\0\0\0\0\(others)".utf8)) + Boxes.box("meta", [0, 0, 0, 0])
      + Boxes.box("mdat", [UInt8](repeating: 7, count: 5000))
    for name in ["a.heic", "a.mp4", "a.jpg", "a"] {
      #expect(try failure(name, file) == .stillPicture(format: format))
    }
  }

  @Test(.enabled(if: Clips.canEncode("libaom-av1"), Clips.note))
  func anImageSequenceIsAVideo() throws {
    let path = try clips.make("m.avif", source: "64x48:5:1", "-c:v libaom-av1 -cpu-used 8")
    #expect(try Video(path).pass().pictures.count == 5)
  }

  /// An animated WebP is no still picture; this FFmpeg decodes it, or says that it cannot.
  @Test(.enabled(if: Clips.canEncode("libwebp"), Clips.note))
  func anAnimatedWebPIsNeverCalledStill() throws {
    let path = try clips.make("m.webp", source: "64x48:5:1", "-c:v libwebp")
    let failure = failure(path)
    #expect(failure == nil || failure == .noDecoder(codec: "animated WebP"))
  }

  @Test func aPhotoWithFurtherViewsIsStill() throws {
    let photo = try jpeg()
    // CIPA DC-007: the segment says that JPEGs behind this one belong to it, as a gain map does.
    let index: [UInt8] = [0xFF, 0xE2, 0, 8] + Array("MPF\0".utf8) + [0, 0]
    let file = photo[..<2] + index + photo[2...] + photo
    for name in ["a.jpg", "a.mpo", "a"] {
      #expect(try failure(name, Array(file)) == .stillPicture(format: "JPEG"))
    }
  }

  @Test func whatACameraWritesBehindAPhotoIsNoVideo() throws {
    let photo = try jpeg()
    let trailers: [[UInt8]] = [
      Array("SEFT".utf8), [UInt8](repeating: 0, count: 4000), Array("ftyp".utf8), Array("....ftypmp42".utf8),
      Boxes.box("ftyp", Array("mp42\0\0\0\0".utf8)),
      // A chain of boxes without a `moov` in it, and one that leads out of the file.
      Boxes.box("ftyp", Array("mp42\0\0\0\0".utf8)) + Boxes.box("free", [1, 2, 3]),
      Boxes.box("ftyp", Array("mp42\0\0\0\0".utf8)) + [0, 0, 0, 1] + Array("mdat".utf8)
        + [0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
      Boxes.box("ftyp", Array("mp42\0\0\0\0".utf8)) + [0, 0, 0, 1] + Array("moov".utf8)
        + [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
      [0xFF, 0xE0, 0, 0], [0x10] + photo,
    ]
    for (index, trailer) in trailers.enumerated() {
      #expect(try failure("\(index).jpg", photo + trailer) == .stillPicture(format: "JPEG"), "\(index)")
    }
  }

  @Test func aDamagedPhotoFailsInOneLine() throws {
    let photo = try jpeg()
    for length in [3, 4, 20, 200, photo.count / 2, photo.count - 1] {
      let failure = try failure("a.jpg", Array(photo[..<length]))
      switch failure {
      case .stillPicture, .notVideo: break
      default: Issue.record("\(length) bytes: \(String(describing: failure))")
      }
    }
  }

  /// Many beginnings of MP4 files, each with a long chain of boxes behind it, cost no more than one.
  @Test(.timeLimit(.minutes(1))) func aPhotoFullOfBeginningsIsRefusedSoon() throws {
    let beginning = Boxes.box("ftyp", Array("mp42\0\0\0\0".utf8))
    let chain = Array(
      repeatElement(Boxes.box("free", [UInt8](repeating: 0, count: 300)), count: 20_000).joined())
    let file = try jpeg() + Array(repeatElement(beginning, count: 50_000).joined()) + chain
    let began = ContinuousClock.now
    #expect(try failure("a.jpg", file) == .stillPicture(format: "JPEG"))
    #expect(ContinuousClock.now - began < .seconds(20))
  }

  @Test func anotherEndingOfItsNameMakesNoVideo() throws {
    _ = try clips.make("one.tga", source: "32x24:1:1", "-frames:v 1 -c:v targa")
    #expect(try failure("tga.mp4", clips.read("one.tga")) == .stillPicture(format: "TGA"))
  }

  @Test func theEndingOfANameMakesNoPicture() throws {
    for name in ["a.jpg", "a.tga", "a%03d.png", "a.svgz"] {
      guard case .notVideo = try failure(name, Array(String(repeating: "no picture\n", count: 300).utf8))
      else {
        Issue.record("\(name): \(String(describing: failure(clips.path(name))))")
        continue
      }
    }
    let list = "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nphoto.jpg\n#EXT-X-ENDLIST\n"
    // FFmpeg 7.1 and later take no list for one that is not called so.
    let words = try failure("list.jpg", Array(list.utf8))
    let isNameless = if case .notVideo = words { avformat_version() >= 61 << 16 } else { false }
    #expect(isNameless || words == .namesOthers(format: "hls"))
  }
}

extension PictureFile {
  /// The container's options, where the name of the file that is made does not say it.
  fileprivate func format(of name: String) -> String {
    if options.contains("-f ") { return "" }
    let muxers = ["gif": "gif", "avi": "avi", "mov": "mov", "mp4": "mp4", "y4m": "yuv4mpegpipe"]
    return name.split(separator: ".").last.flatMap { muxers[String($0)] }.map { "-f \($0)" } ?? ""
  }
}
