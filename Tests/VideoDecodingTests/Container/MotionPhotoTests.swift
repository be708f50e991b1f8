import Foundation
import TestSupport
import Testing

@testable import VideoDecoding

/// How a camera puts a video into a photo's file.
struct MotionPhoto: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let file: @Sendable (_ photo: [UInt8], _ film: [UInt8]) -> [UInt8]

  static let all = [
    MotionPhoto(testDescription: "behind the photo") { $0 + $1 },
    MotionPhoto(testDescription: "Google, with an offset in its metadata") { photo, film in
      let metadata =
        Array("http://ns.adobe.com/xap/1.0/\0".utf8)
        + Array("<x GCamera:MicroVideo=\"1\" GCamera:MicroVideoOffset=\"\(film.count)\"/>".utf8)
      let segment = [0xFF, 0xE1] + Boxes.big(metadata.count + 2, 2) + metadata
      return photo[..<2] + segment + photo[2...] + film
    },
    MotionPhoto(testDescription: "Google, behind a gain map") { photo, film in
      let index: [UInt8] = [0xFF, 0xE2, 0, 8] + Array("MPF\0".utf8) + [0, 0]
      return photo[..<2] + index + photo[2...] + photo + film
    },
    MotionPhoto(testDescription: "Samsung, in a trailer") { photo, film in
      let name = Array("MotionPhoto_Data".utf8)
      let head: [UInt8] = [0, 0, 0x30, 0x0A, 0x10, 0, 0, 0] + name
      let directory =
        Array("SEFH".utf8) + [107, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0x30, 0x0A] + [UInt8](repeating: 1, count: 8)
      return photo + head + film + directory + [24, 0, 0, 0] + Array("SEFT".utf8)
    },
    MotionPhoto(testDescription: "behind a photo without an end") { photo, film in
      photo.dropLast(2) + film
    },
    MotionPhoto(testDescription: "behind other bytes, with `ftyp` among them") { photo, film in
      photo + Array("ftyp....ftypmp42".utf8) + Boxes.box("ftyp", Array("mp42\0\0\0\0".utf8)) + film
    },
    MotionPhoto(testDescription: "with a thumbnail in the metadata") { photo, film in
      let segment = [0xFF, 0xE1] + Boxes.big(photo.count + 2, 2) + photo
      return photo[..<2] + segment + photo[2...] + film
    },
    MotionPhoto(testDescription: "HEIC, in a box") { _, film in
      Boxes.box("ftyp", Array("heic\0\0\0\0mif1heic".utf8)) + Boxes.box("meta", [0, 0, 0, 0])
        + Boxes.box("mdat", [UInt8](repeating: 7, count: 3000)) + Boxes.box("mpvd", film)
    },
    MotionPhoto(testDescription: "HEIC, behind it") { _, film in
      Boxes.box("ftyp", Array("heic\0\0\0\0mif1heic".utf8))
        + Boxes.box("mdat", [UInt8](repeating: 7, count: 3000)) + film
    },
  ]
}

@Suite(.enabled(if: Clips.canEncode("mjpeg", "libx264", "aac"), Clips.note)) struct MotionPhotoTests {
  let clips: Clips

  init() throws { clips = try Clips() }

  private func photo() throws -> [UInt8] {
    _ = try clips.make("photo.jpg", source: "64x48:5:1", "-frames:v 1")
    return try clips.read("photo.jpg")
  }

  private func film(_ options: String = "-c:v libx264 -bf 2") throws -> [UInt8] {
    _ = try clips.make("film.mp4", source: "96x64:15:2", options)
    return try clips.read("film.mp4")
  }

  @Test(arguments: MotionPhoto.all)
  func itsFilmIsRead(_ kind: MotionPhoto) throws {
    let film = try film()
    let path = try clips.write(kind.file(photo(), film), "motion.jpg")
    let (video, inner) = (try Video(path), try Video(clips.path("film.mp4")))
    #expect(video.info == inner.info)
    #expect(try video.timeline().times == inner.timeline().times)
    #expect(try video.pass() == inner.pass() && video.decodeErrors == 0)
  }

  @Test(arguments: [
    "-c:v libx264 -movflags +faststart", "-c:v libx264 -movflags frag_keyframe+empty_moov -g 10",
  ])
  func itsBoxesMayComeInAnyOrder(_ options: String) throws {
    let film = try film(options)
    let path = try clips.write(photo() + film, "motion.jpg")
    #expect(try Video(path).pass() == Video(clips.path("film.mp4")).pass())
  }

  @Test func seekingInItGivesTheSameFrames() throws {
    _ = try clips.make("film.mp4", source: "64x48:25:40", "-c:v libx264 -preset ultrafast -g 25")
    let path = try clips.write(photo() + clips.read("film.mp4"), "motion.jpg")
    let numbers = [3, 400, 401, 900]
    let seeking = try Video(path)
    #expect(try seeking.pass(numbers, seeking: true) == Video(path).pass(numbers))
    #expect(seeking.framesDecoded < 500)
  }

  @Test func aFilmCutShortIsDecodedAsFarAsItGoes() throws {
    let film = try film("-c:v libx264 -movflags +faststart -g 5")
    let whole = try photo() + film
    let path = try clips.write(whole.dropLast(film.count / 3), "motion.jpg")
    let frames = try Video(path).pass().pictures.count
    #expect(frames > 5 && frames < 30)
  }

  @Test func itsDataReferencesAreNotFollowed() throws {
    let canary = try clips.make("canary.mov", source: "64x48:10:1", "-c:v mpeg4")
    let film = DataReference.replaced(in: try clips.read("canary.mov"), by: DataReference.alias(to: canary))
    let path = try clips.write(photo() + film, "motion.jpg")
    let watch = try WatchedFiles(in: clips.path(""))
    _ = try? Video(path).pass()
    #expect(watch.opened() == ["motion.jpg"])
  }
}
