import Foundation
import TestSupport
import Testing

@testable import VideoDecoding

/// Videos damaged at random, but the same way each time: `R2P1D_VIDEO_MUTATIONS` says how many, `R2P1D_SEED`
/// which.
@Suite(.serialized) struct VideoMutationTests {
  static let count = number("R2P1D_VIDEO_MUTATIONS") ?? 60
  static let seed = number("R2P1D_SEED") ?? 1

  /// Longer than this for one small file is a hang, however busy the machine: the decoder is told to stop.
  private static let patience = 300.0

  @Test(.slow) func damagedVideosDecodeOrFailAndNeverHang() throws {
    let originals = try Originals.files().map { [UInt8](try Data(contentsOf: $0)) }
    try #require(!originals.isEmpty)
    let clips = try Clips()
    var (decoded, refused, pictures) = (0, 0, 0)
    for index in 0..<Self.count {
      var mutation = VideoMutation(seed: UInt64(Self.seed) << 32 | UInt64(index))
      let bytes = mutation.damage(originals[index % originals.count], with: originals)
      let path = try clips.write(bytes, "mutation")
      let watch = Watch(seconds: Self.patience)
      do {
        pictures += try VideoMutation.sample(
          path, index % 4 == 3 ? .whole : .sparse, control: watch.control)
        decoded += 1
      } catch {
        refused += 1
        #expect(error is VideoError)
        #expect(!"\(error)".contains("\n") && "\(error)".count < 500)
        #expect(error as? VideoError != .interrupted, "mutation \(index) of seed \(Self.seed) hangs")
      }
      watch.end()
    }
    #expect(decoded + refused == Self.count)
    // Damage of a few bits does not make every file unreadable: else the test would look at nothing.
    #expect(decoded > Self.count / 10 && pictures >= decoded)
    if Self.number("R2P1D_VIDEO_MUTATIONS") != nil {
      print(
        "\(Self.count) damaged videos: \(decoded) decoded, \(refused) refused, \(residentMiB) MiB resident")
    }
  }

  private static func number(_ name: String) -> Int? {
    ProcessInfo.processInfo.environment[name].flatMap(Int.init)
  }

  private var residentMiB: Int {
    let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .ascii)
    let pages = text?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    return (pages * 4096) >> 20
  }
}

/// The videos of the checkout, and those that may lie beside it.
private enum Originals {
  static func files() throws -> [URL] {
    let kinds: Set<String> = ["mp4", "mov", "mkv", "avi", "gif", "webm", "ts"]
    return try ([Checkout.samples] + (SharedFolder.videos.map { [$0] } ?? [])).flatMap { folder in
      try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        .filter { kinds.contains($0.pathExtension) }.sorted { $0.path < $1.path }
    }
  }
}

/// Ends a decoding that has not ended in time.
private struct Watch {
  let control = DecodingControl()
  private let work: DispatchWorkItem

  init(seconds: Double) {
    work = DispatchWorkItem { [control] in control.cancel() }
    DispatchQueue.global().asyncAfter(deadline: .now() + seconds, execute: work)
  }

  func end() { work.cancel() }
}
