import CFFmpeg

/// A container that is made for pictures: PNG, WebP, GIF and the like.
///
/// One rule tells a still picture from a video: it is a file of such a format that holds one frame. Where
/// there are more (an animated GIF, PNGs one behind the other), it is a video, as is every other container,
/// with one frame too.
struct ImageFormat: Equatable {
  /// As people call it: `PNG`.
  let name: String

  init(name: String) {
    self.name = name
  }

  /// Nil for the containers of videos. `demuxer` is FFmpeg's name of it.
  init?(demuxer: String) {
    guard let kind = demuxer.split(separator: ",").first else { return nil }
    let isPipe = kind.hasSuffix("_pipe")
    let base = String(isPipe ? kind.dropLast("_pipe".count) : kind)
    guard isPipe || Self.others.contains(base) else { return nil }
    name = Self.names[base] ?? base.uppercased()
  }

  /// What FFmpeg does not know by its content; nil if it is none of these.
  init?(unrecognized head: [UInt8]) {
    if head.starts(with: Array("P7\n".utf8)) {
      name = "PAM"
    } else if Self.isTarga(head) {
      name = "TGA"
    } else {
      return nil
    }
  }

  /// Demuxers of pictures that are not called `…_pipe`.
  private static let others: Set = [
    "alias_pix", "apng", "brender_pix", "fits", "gif", "ico", "iff", "image2", "image2pipe", "jpegxl_anim",
    "mjpeg",
    "mjpeg_2000", "webp", "webp_anim",
  ]

  private static let names = [
    "alias_pix": "Alias PIX", "apng": "PNG", "brender_pix": "BRender PIX", "j2k": "JPEG 2000",
    "jpegls": "JPEG-LS",
    "jpegxl": "JPEG XL", "jpegxl_anim": "JPEG XL", "mjpeg": "JPEG", "mjpeg_2000": "JPEG 2000",
    "photocd": "Photo CD", "pictor": "PICtor", "qdraw": "PICT", "sunrast": "Sun raster", "webp": "WebP",
    "webp_anim": "WebP",
  ]

  /// A header of 18 bytes without a signature: each of them has to make sense.
  private static func isTarga(_ head: [UInt8]) -> Bool {
    guard head.count >= 18, head[1] <= 1, [1, 2, 3, 9, 10, 11].contains(head[2]) else { return false }
    let isMapped = head[2] & 7 == 1
    let (width, height) = (Int(head[12]) | Int(head[13]) << 8, Int(head[14]) | Int(head[15]) << 8)
    return width > 0 && height > 0 && [8, 15, 16, 24, 32].contains(head[16]) && head[17] & 0xC0 == 0
      && (head[1] == 1 || !isMapped) && [0, 15, 16, 24, 32].contains(head[7])
  }

  /// Whether these bytes begin a WebP of several frames.
  static func isAnimatedWebP(_ head: [UInt8]) -> Bool {
    head.count >= 21 && head.starts(with: Array("RIFF".utf8))
      && head[8..<16].elementsEqual("WEBPVP8X".utf8) && head[20] & 2 != 0
  }
}
