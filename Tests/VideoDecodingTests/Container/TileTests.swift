import CFFmpeg
import TestSupport
import Testing

@testable import VideoDecoding

/// Photos in tiles, as telephones write them, and still pictures before a track.
@Suite(.enabled(if: Clips.canEncode("libx265"), Clips.note)) struct TileTests {
  let clips: Clips
  let photo: TiledPhoto

  init() throws {
    clips = try Clips()
    // One frame, of which the movie holds nothing else.
    let options = "-frames:v 1 -pix_fmt yuv420p -c:v libx265 -tag:v hvc1 -x265-params log-level=none:info=0"
    _ = try clips.make("tile.mp4", source: "64x64:1:1", options)
    photo = try TiledPhoto(tile: clips.read("tile.mp4"), side: 64)
  }

  /// One tile is never shown for the whole.
  @Test func aPhotoInTilesIsRefused() throws {
    let path = try clips.write(photo.bytes(behind: []), "photo.heic")
    #expect(throws: VideoError.stillPicture(format: "HEIC")) { _ = try Video(path).pass() }
  }

  /// A track beside the tiles is a video.
  @Test func theTrackBesideTilesIsTaken() throws {
    _ = try clips.make("movie.mp4", source: "96x80:10:0.5", "-c:v libx265 -x265-params log-level=none")
    let path = try clips.write(photo.bytes(behind: clips.read("movie.mp4")), "both.heic")
    let pass = try Video(path).pass()
    #expect(pass.pictures.count == 5)
    #expect((pass.width, pass.height) == (96, 80))
    #expect(try pass == Video(clips.path("movie.mp4")).pass())
  }

  /// An animation's still picture, which comes before its track from FFmpeg 7.1 on, is not what is shown.
  @Test(.enabled(if: Clips.canEncode("libaom-av1"), Clips.note), arguments: ["64x48", "160x120"])
  func anAnimatedAVIFIsItsTrack(_ size: String) throws {
    let path = try clips.make(
      "animation.avif", source: "\(size):10:0.7", "-c:v libaom-av1 -cpu-used 8 -still-picture 0")
    let pass = try Video(path).pass()
    #expect(pass.pictures.count == 7)
    _ = try clips.make("same.mkv", source: "\(size):10:0.7", "-c:v libaom-av1 -cpu-used 8")
    #expect(try pass == Video(clips.path("same.mkv")).pass())
  }
}

/// An HEIF file whose picture is a grid of two by two tiles, all of them the same.
struct TiledPhoto {
  private let configuration: [UInt8]
  private let sample: [UInt8]
  private let side: Int

  /// `tile` is a movie of a single frame of HEVC, `side` pixels wide and high.
  init(tile: [UInt8], side: Int) throws {
    self.side = side
    configuration = try Self.box("hvcC", in: tile)
    sample = try Array(Self.box("mdat", in: tile).dropFirst(8))
  }

  /// The photo, behind a movie that the file holds too.
  func bytes(behind movie: [UInt8]) -> [UInt8] {
    let start = movie.isEmpty ? Self.box("ftyp", "heic\0\0\0\0mif1heic".utf8) : movie
    let place = start.count + meta(at: 0).count + 8
    return start + meta(at: place) + Self.box("mdat", sample + grid)
  }

  /// Two rows, two columns, and the size of the whole.
  private var grid: [UInt8] { [0, 0, 1, 1] + Self.big(2 * side, 2) + Self.big(2 * side, 2) }

  private func meta(at place: Int) -> [UInt8] {
    let tiles = 2...5
    let items = [Self.item(1, "grid")] + tiles.map { Self.item($0, "hvc1") }
    let extents = [(1, place + sample.count, grid.count)] + tiles.map { ($0, place, sample.count) }
    let places = extents.flatMap { id, offset, length in
      Self.big(id, 2) + Self.big(0, 4) + Self.big(1, 2) + Self.big(offset, 4) + Self.big(length, 4)
    }
    func size(_ side: Int) -> [UInt8] { Self.full("ispe", Self.big(side, 4) + Self.big(side, 4)) }
    // The tiles have the configuration (1) and their size (2), the grid its own (3).
    let owners: [UInt8] = [0, 1, 1, 3] + tiles.flatMap { [0, UInt8($0), 2, 0x81, 2] }
    let properties = Self.box(
      "iprp",
      Self.box("ipco", configuration + size(side) + size(2 * side))
        + Self.full("ipma", Self.big(5, 4) + owners))
    return Self.full(
      "meta",
      Self.full("hdlr", Self.big(0, 4) + Array("pict".utf8) + Self.big(0, 12) + [0])
        + Self.full("pitm", Self.big(1, 2))
        + Self.full("iloc", version: 1, [0x44, 0] + Self.big(5, 2) + places)
        + Self.full("iinf", Self.big(5, 2) + items.joined())
        + Self.full(
          "iref", Self.box("dimg", Self.big(1, 2) + Self.big(4, 2) + tiles.flatMap { Self.big($0, 2) }))
        + properties)
  }

  private static func item(_ id: Int, _ kind: String) -> [UInt8] {
    full("infe", version: 2, big(id, 2) + big(0, 2) + Array(kind.utf8) + [0])
  }

  /// The first box of this kind, wherever it lies, its header included.
  private static func box(_ kind: String, in bytes: [UInt8]) throws -> [UInt8] {
    let name = try #require(bytes.indices.first { bytes[$0...].starts(with: kind.utf8) })
    let size = bytes[name - 4..<name].reduce(0) { $0 << 8 | Int($1) }
    return Array(bytes[name - 4..<name - 4 + size])
  }

  private static func full(_ kind: String, version: UInt8 = 0, _ body: [UInt8]) -> [UInt8] {
    box(kind, [version, 0, 0, 0] + body)
  }

  private static func box(_ kind: String, _ body: some Collection<UInt8>) -> [UInt8] {
    big(body.count + 8, 4) + Array(kind.utf8) + body
  }

  private static func big(_ number: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { $0 + 8 < count ? 0 : UInt8(truncatingIfNeeded: number >> (8 * (count - 1 - $0))) }
  }
}
