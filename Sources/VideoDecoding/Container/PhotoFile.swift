import CFFmpeg
import FoundationEssentials
import Glibc

/// A file that begins as a photo does: JPEG, or HEIF as HEIC and AVIF are. Cameras put a video behind or into
/// some.
struct PhotoFile {
  /// What the file holds besides, or instead of, one picture.
  enum Content: Equatable {
    case onePicture
    /// Perhaps frames of a video: JPEGs one behind the other, or an image sequence with a track of its own.
    case sequence
    /// A whole MP4 file: this is a motion photo.
    case movie(Range<Int64>)
  }

  /// As people call it: `JPEG`.
  let format: String
  let content: Content

  /// Nil for anything else. Reads the source's first megabytes; where it stands afterwards is its start.
  init?(_ source: ByteSource) {
    guard let size = source.seekableSize else { return nil }
    let head = source.bytes(at: 0, count: 256)
    defer { avio_seek(source.io, 0, SEEK_SET) }
    if head.starts(with: [0xFF, 0xD8, 0xFF]) {
      self.init(jpegIn: source, size)
    } else if let brands = ImageBrands(head) {
      self.init(heif: brands, in: source, size)
    } else {
      return nil
    }
  }

  /// The video of a motion photo; nil where FFmpeg is to look at the file itself. A still picture is refused.
  func movie(in source: ByteSource) throws(VideoError) -> ByteSection? {
    switch content {
    case .onePicture: throw .stillPicture(format: format)
    case .movie(let range): try ByteSection(range, of: source)
    case .sequence: nil
    }
  }

  private init(jpegIn source: ByteSource, _ size: Int64) {
    let outline = JPEGOutline(source, size)
    format = outline.isLossless ? "JPEG-LS" : "JPEG"
    var search = MovieSearch(source, size)
    if let movie = search.first(from: outline.end ?? outline.firstScan) {
      content = .movie(movie)
    } else if outline.hasFurtherViews {
      content = .onePicture
    } else if let end = outline.end, !source.isNamedAsFrames {
      let next = source.bytes(at: end, count: 64).drop { $0 == 0 }
      content = next.starts(with: [0xFF, 0xD8, 0xFF]) ? .sequence : .onePicture
    } else {
      content = .sequence
    }
  }

  private init(heif brands: ImageBrands, in source: ByteSource, _ size: Int64) {
    format = brands.format
    var search = MovieSearch(source, size)
    if search.holdsMovie(from: 0) || brands.areOfRawCamera {
      content = .sequence
    } else if let movie = search.first(from: brands.end) {
      content = .movie(movie)
    } else {
      content = brands.areOfSequence ? .sequence : .onePicture
    }
  }
}

/// Where a JPEG ends, told by walking from marker to marker (ITU T.81, annex B).
private struct JPEGOutline {
  /// Behind the end-of-image marker; nil if there is none within reach.
  private(set) var end: Int64?
  /// Where the coded picture begins: metadata with thumbnails in it are before. The start if there is none.
  private(set) var firstScan: Int64 = 2
  /// Whether it is coded by JPEG-LS (ITU T.87), a format of its own.
  private(set) var isLossless = false
  /// Whether further JPEGs behind belong to this one: a preview, another eye's view, a gain map (CIPA
  /// DC-007).
  private(set) var hasFurtherViews = false

  private static let mostSegments = 10_000

  init(_ source: ByteSource, _ size: Int64) {
    var at: Int64 = 2
    var scans = 0
    for _ in 0..<Self.mostSegments where at < min(size, MovieSearch.reach) {
      let head = source.bytes(at: at, count: 8)
      guard head.count >= 2, head[0] == 0xFF else { return }
      switch head[1] {
      case 0xFF: at += 1
      case 0xD9:
        end = at + 2
        return
      case 0x01, 0xD0...0xD7: at += 2
      default:
        guard head.count >= 4 else { return }
        let length = Int64(head[2]) << 8 | Int64(head[3])
        guard length >= 2 else { return }
        isLossless = isLossless || head[1] == 0xF7
        if head[1] == 0xE2, head.dropFirst(4).elementsEqual("MPF\0".utf8) { hasFurtherViews = true }
        at += 2 + length
        guard head[1] == 0xDA else { continue }
        if scans == 0 { firstScan = at }
        scans += 1
        guard let marker = Self.markerBehindScan(source, at) else { return }
        at = marker
      }
    }
  }

  /// The first marker that does not belong to entropy-coded data.
  private static func markerBehindScan(_ source: ByteSource, _ start: Int64) -> Int64? {
    var at = start
    while at < MovieSearch.reach, !source.control.isCancelled {
      let bytes = source.bytes(at: at, count: 1 << 16)
      guard bytes.count >= 2 else { return nil }
      var from = 0
      while let found = bytes.firstPlace(of: [0xFF], from: from), found + 1 < bytes.count {
        switch bytes[found + 1] {
        case 0, 0xD0...0xD7, 0xFF: from = found + 1
        default: return at + Int64(found)
        }
      }
      at += Int64(bytes.count) - 1
    }
    return nil
  }
}

/// The `ftyp` box of a HEIF file (ISO/IEC 23008-12, 10.2).
private struct ImageBrands {
  private let brands: [String]
  /// Behind the box.
  let end: Int64

  private static let images: Set = ["avif", "crx ", "heic", "heim", "heis", "heix", "mif1", "mif2"]
  private static let sequences: Set = ["avis", "hevc", "hevm", "hevs", "hevx", "msf1"]

  /// Nil if the box is missing, or the major brand is a video's.
  init?(_ head: [UInt8]) {
    guard head.count >= 16, head[4..<8].elementsEqual("ftyp".utf8) else { return nil }
    let length = head[..<4].reduce(0) { $0 << 8 | Int64($1) }
    guard length >= 16 else { return nil }
    end = length
    let listed = head[..<Int(min(length, Int64(head.count)))]
    // The major brand, then behind its version those that it is compatible with.
    brands = ([8] + stride(from: 16, through: listed.count - 4, by: 4)).map {
      String(decoding: listed[$0..<$0 + 4], as: UTF8.self)
    }
    guard Self.images.union(Self.sequences).contains(brands[0]) else { return nil }
  }

  var areOfSequence: Bool { brands.contains(where: Self.sequences.contains) }

  /// Canon's raw pictures and films are alike up to the number of frames.
  var areOfRawCamera: Bool { brands[0] == "crx " }

  var format: String {
    if areOfRawCamera { return "CR3" }
    if brands.contains(where: { $0.hasPrefix("avi") }) { return "AVIF" }
    return brands.contains { $0.hasPrefix("he") } ? "HEIC" : "HEIF"
  }
}
