import Foundation
import Testing

/// The checkout that the tests belong to.
package enum Checkout {
  package static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// Clips that lie in the checkout.
  package static let samples = root.appending(path: "SampleVideos")
  package static let clip = path("SampleVideos/pan_left.mp4")
  package static let otherClip = path("SampleVideos/zoom_in.mp4")

  package static func path(_ name: String) -> String { root.appending(path: name).path }

  package static func text(_ name: String) throws -> String {
    try String(contentsOf: root.appending(path: name), encoding: .utf8)
  }
}

/// A folder of videos that lies beside the checkout: `$R2P1D_SHARED/videos`, or `shared/videos`.
package enum SharedFolder {
  package static let videos: URL? = {
    let named = ProcessInfo.processInfo.environment["R2P1D_SHARED"].map { URL(filePath: $0) }
    let shared = named ?? Checkout.root.deletingLastPathComponent().appending(path: "shared")
    let videos = shared.appending(path: "videos")
    return FileManager.default.fileExists(atPath: videos.path) ? videos : nil
  }()

  package static let note: Comment =
    "needs the folder shared/videos beside the checkout, or one of videos that $R2P1D_SHARED holds"
}
