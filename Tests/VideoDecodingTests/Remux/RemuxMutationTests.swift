import Foundation
import TestSupport
import Testing

@testable import VideoDecoding

/// Clips copied out of files that are damaged at random, but the same way each time.
@Suite(.enabled(if: Clips.canEncode("libx264", "mpeg4", "libvpx", "mpeg2video", "aac"), Clips.note))
struct RemuxMutationTests {
  private static let kinds = [
    ("m.mp4", "-c:v libx264 -bf 2 -g 12 -c:a aac"), ("m.mkv", "-c:v libx264 -bf 2 -g 12 -c:a aac"),
    ("m.ts", "-c:v libx264 -bf 2 -g 12 -c:a aac"), ("m.flv", "-c:v libx264 -g 12 -c:a aac"),
    ("m.avi", "-c:v mpeg4 -bf 2 -g 12 -c:a aac"), ("m.webm", "-an -c:v libvpx -g 12"),
    ("m.mpg", "-an -c:v mpeg2video -bf 2 -g 12"),
  ]

  @Test(arguments: kinds)
  func aDamagedFileIsCopiedOrRefusedInOneLine(_ name: String, _ options: String) throws {
    FFmpegGlobals.own()
    let clips = try Clips()
    let path = "-f lavfi -i testsrc2=s=96x64:r=25:d=3 -f lavfi -i sine=d=3 \(options) \(name)"
    try clips.run(path)
    let original = try clips.read(name)
    let sink = try #require(FileHandle(forWritingAtPath: clips.write([], "sink")))
    var (copied, refused) = (0, 0)
    for index in 0..<40 {
      var mutation = VideoMutation(seed: UInt64(index))
      let bytes = index == 0 ? original : mutation.damage(original, with: [original])
      do {
        copied += try copy(bytes, name, to: sink.fileDescriptor)
      } catch {
        refused += 1
        #expect(error is VideoError || error is RemuxError, "\(error)")
        #expect(!"\(error)".contains("\n") && "\(error)".count < 300)
      }
    }
    #expect(copied > 0 && refused < 40)
  }

  /// Copies three parts that overlap; how many were.
  private func copy(_ bytes: [UInt8], _ name: String, to sink: Int32) throws -> Int {
    let remuxer = try Remuxer(
      source: .bytes(bytes, name: name), track: nil, ending: String(name.suffix(3)))
    let times = remuxer.index.times
    let parts = [(0, 1), (1, 2), (0.3, 100)].compactMap { start, end in
      times.frames(
        from: Int128(start * 1000) * times.scale, to: Int128(end * 1000) * times.scale)
    }
    let plans = parts.map { Remuxer.Clip(ClipPlan($0, of: remuxer.index), named: name) }
    for (part, clip) in zip(parts, plans) where !remuxer.index.isDoubtful {
      #expect(clip.plan.frames.upperBound >= part.upperBound)
    }
    var done = 0
    try remuxer.copy(plans) { _ in
      sink
    } finish: { _ in
      done += 1
    }
    #expect(done == plans.count)
    return done
  }
}
