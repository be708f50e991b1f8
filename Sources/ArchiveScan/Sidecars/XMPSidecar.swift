import R2P1DVideo
import Reports

import struct SystemPackage.Errno

/// The sidecar of a video for programs that manage pictures and films: `movie.mp4.xmp` beside `movie.mp4`.
enum XMPSidecar {
  static let suffix = ".xmp"

  /// A sidecar has some kilobytes; one of more bytes than this is something else.
  private static let largest = 16 << 20

  /// Brings the keywords of `video` up to date. A sidecar that cannot be merged into is the video's failure
  /// and stays as it is.
  static func update(of video: BytePath, _ labels: [String]) throws(ClassifierError) {
    let path = BytePath(bytes: video.bytes + suffix.utf8).followed
    let (merged, file): ([UInt8], PartialFile)
    do {
      let former = path.status == nil ? nil : try path.read(limit: largest)
      guard let changed = try XMPKeywords.merge(labels, into: former) else { return }
      merged = changed
      file = try PartialFile(of: path) {}
    } catch let damage as XMPKeywords.Damage {
      throw failure(video, path, "is not changed, for it cannot be read as XMP: \(damage.cause)")
    } catch {
      throw failure(video, path, "cannot be read or written: \((error as? Errno ?? .ioError).reason)")
    }
    do throws(Errno) {
      try file.empty()
      try file.append(merged)
      try file.finish()
    } catch {
      throw Sidecars.failure(path, error)
    }
  }

  private static func failure(_ video: BytePath, _ path: BytePath, _ cause: String) -> ClassifierError {
    .video(video, cause: "its sidecar \(path.name.printable) \(cause)", kind: .request)
  }
}
