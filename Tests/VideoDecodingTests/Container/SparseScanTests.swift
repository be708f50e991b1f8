import Foundation
import TestSupport
import Testing

@testable import VideoDecoding

/// A scan that leaves the payload out gives what a scan of all bytes gives.
@Suite struct SparseScanTests {
  let clips: Clips

  init() throws { clips = try Clips() }

  /// The name of a file, its encoder and its options; whether it can be read in parts.
  struct Kind: CustomTestStringConvertible {
    let name: String
    let encoder: String
    let options: String
    let isSparse: Bool

    init(_ name: String, _ encoder: String, _ options: String, isSparse: Bool = true) {
      (self.name, self.encoder, self.options, self.isSparse) = (name, encoder, options, isSparse)
    }

    var testDescription: String { "\(name), \(encoder) \(options)" }
  }

  /// Noise, so that packets are larger than what is read for real.
  static let noise = "-vf noise=alls=60:allf=t -b:v 4M"
  static let kinds = [
    Kind("end.mp4", "libx264", "-g 60 -bf 3"),
    Kind("front.mp4", "libx264", "-g 60 -bf 3 -movflags +faststart"),
    Kind("slices.mp4", "libx264", "-g 60 -bf 3 -x264-params slices=4"),
    Kind("open.mov", "libx264", "-g 60 -x264-params open-gop=1:bframes=3"),
    Kind("fields.mp4", "libx264", "-g 60 -flags +ildct+ilme"),
    Kind("fragments.mp4", "libx264", "-g 60 -movflags frag_keyframe+empty_moov"),
    Kind(
      "short-fragments.mp4", "libx264", "-g 60 -movflags empty_moov+default_base_moof -frag_duration 100000"),
    Kind("film.mkv", "libx264", "-g 60 -bf 3"),
    Kind("live.mkv", "libx264", "-g 60 -live 1"),
    Kind("film.flv", "libx264", "-g 60 -bf 3"),
    Kind("in-band.mp4", "libx264", "-g 60 -bsf:v dump_extra -tag:v avc3"),
    Kind("codes.avi", "libx264", "-g 60 -bf 3"),
    Kind("codes-in-order.avi", "libx264", "-g 60 -bf 0"),
    Kind("codes.ts", "libx264", "-g 60 -bf 3", isSparse: false),
    Kind("hevc.mp4", "libx265", "-x265-params keyint=60:open-gop=0:log-level=none"),
    Kind("open-hevc.mkv", "libx265", "-x265-params keyint=60:open-gop=1:log-level=none"),
    Kind("film.webm", "libvpx-vp9", "-g 60 -cpu-used 8 -deadline realtime"),
    Kind("hidden.webm", "libvpx", "-g 60 -cpu-used 8 -auto-alt-ref 1 -lag-in-frames 16"),
    Kind("motion.avi", "mjpeg", "-q:v 5"),
    Kind("motion.mov", "mjpeg", "-q:v 5"),
    Kind("motion.mkv", "mjpeg", "-q:v 5"),
    Kind("four.avi", "mpeg4", "-g 50 -bf 2", isSparse: false),
    Kind("four.mp4", "mpeg4", "-g 50 -bf 2", isSparse: false),
    Kind("two.mkv", "mpeg2video", "-g 15 -bf 2", isSparse: false),
    Kind("lossless.mkv", "ffv1", "-level 3"),
    Kind("studio.mov", "prores", "-profile:v 0"),
  ]

  @Test(
    "Every container gives the same times, frames and counts whether its payload was scanned or not",
    .enabled(if: Clips.canEncode("libx264"), Clips.note),
    arguments: kinds.filter { Clips.canEncode($0.encoder) })
  func kind(_ kind: Kind) throws {
    let path = try clips.make(
      kind.name, source: "160x120:30:20", "\(Self.noise) -c:v \(kind.encoder) \(kind.options)")
    let way = try expectSame(.path(Array(path.utf8)))
    // FFmpeg 5 and 7 store FFV1 as in AVI, without times of presentation, and FFmpeg 9 in Matroska's own way.
    let isAsInAVI = try Data(contentsOf: URL(filePath: path)).range(of: Data("V_MS/VFW/FOURCC".utf8)) != nil
    #expect(way.isSparse == (kind.isSparse && !isAsInAVI))
  }

  @Test(
    "H.264 in AVI that does not reorder frames is decoded in parts, of which alone the payload is read",
    .enabled(if: Clips.canEncode("libx264"), Clips.note), arguments: [true, false])
  func avi(_ hasStartCodes: Bool) throws {
    var path = try clips.make(
      hasStartCodes ? "camera.avi" : "camera.mp4", source: "160x120:30:60",
      "\(Self.noise) -c:v libx264 -g 30 -bf 0 -b:v 8M")
    if !hasStartCodes {
      // Its units stay behind lengths.
      try clips.run("-i camera.mp4 -c copy camera.avi")
      path = clips.path("camera.avi")
    }
    let way = try expectSame(.path(Array(path.utf8)))
    #expect(way.isSparse && 2 * way.bytesRead < way.sourceBytes)
    let (reading, _) = Reading.of(.path(Array(path.utf8)), .sparse)
    #expect(reading.framesDecoded < 400)
  }

  @Test(
    "AVI whose later part reorders frames against what its head says is decoded as it is",
    .enabled(if: Clips.canEncode("libx264"), Clips.note), arguments: [1, 3])
  func reorderingLater(_ frames: Int) throws {
    var both: [UInt8] = []
    for count in [0, frames] {
      let name = "part\(count).h264"
      _ = try clips.make(name, source: "160x120:30:10", "\(Self.noise) -c:v libx264 -g 30 -bf \(count)")
      both += try clips.read(name)
    }
    _ = try clips.write(both, "both.h264")
    try clips.run("-r 30 -i both.h264 -c copy both.avi")
    let source = VideoSource.path(Array(clips.path("both.avi").utf8))
    let (linear, _) = Reading.of(source, .whole, seeking: false)
    for scanning in [InputRules.Scanning.whole, .sparse, .automatic] {
      let (reading, _) = Reading.of(source, scanning)
      #expect(reading.frames == linear.frames && reading.timeline == linear.timeline, "\(scanning)")
    }
  }

  @Test("So do the files of the checkout", arguments: ["pan_left", "static", "zoom_in", "tilt_up"])
  func sample(_ name: String) throws {
    let way = try expectSame(.path(Array(Checkout.path("SampleVideos/\(name).mp4").utf8)))
    #expect(way.isSparse)
  }

  @Test(
    "So do all files of a folder",
    .enabled(if: folder != nil, "R2P1D_READING names a folder of videos to compare"))
  func wholeFolder() throws {
    let folder = try #require(Self.folder)
    var (sparse, all) = (0, 0)
    for name in try FileManager.default.contentsOfDirectory(atPath: folder).sorted() {
      let source = VideoSource.path(Array("\(folder)/\(name)".utf8))
      let way = try expectSame(source)
      all += 1
      sparse += way.isSparse ? 1 : 0
      print("\(way.isSparse ? "sparse" : "whole ") \(way.bytesRead) of \(way.sourceBytes) bytes: \(name)")
    }
    print("\(all) files compared, \(sparse) of them read in parts")
  }

  private static let folder = ProcessInfo.processInfo.environment["R2P1D_READING"]

  /// Compares both ways, and what a decoding from the start gives.
  @discardableResult private func expectSame(_ source: VideoSource) throws -> Reading.Way {
    let (whole, _) = Reading.of(source, .whole)
    let (sparse, way) = Reading.of(source, .sparse)
    #expect(sparse == whole, "\(source.name)")
    let (indexed, _) = Reading.of(source, .indexed)
    #expect(indexed == whole, "\(source.name)")
    let (linear, _) = Reading.of(source, .whole, seeking: false)
    #expect(sparse.frames == linear.frames && sparse.timeline == linear.timeline, "\(source.name)")
    return way
  }
}
