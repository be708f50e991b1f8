import Foundation
import Inference
import TestSupport
import Testing
import VideoDecoding

@testable import R2P1DVideo

/// Every shared video against `make_shared_videos.py`'s goldens, that is, against the reference.
@Suite(.enabled(if: SharedFolder.videos != nil, SharedFolder.note)) struct SharedVideosTests {
  @Test(.slow, arguments: try SharedVideos.goldens())
  func windowsAreTheReferences(_ golden: SharedVideos.Golden) throws {
    let reader = try golden.reader(threads: 2)
    let windows = try reader.settledWindows()
    #expect(windows.map(\.number) == Array(windows.indices))
    #expect(reader.samples == golden.samples)
    #expect(reader.starts == golden.starts)
    let picks = reader.starts.map { Array(reader.picks[$0..<min($0 + golden.frames, reader.samples)]) }
    #expect(picks == golden.picks)
    #expect(windows.count == golden.starts.count)
    #expect(
      windows.allSatisfy {
        $0.samples.count == golden.frames && $0.padded == (golden.samples < golden.frames)
      })
    #expect(windows.allSatisfy { $0.start < $0.end && $0.end <= reader.start + reader.duration + 1e-9 })

    let values = windows.flatMap { window in
      (0..<3).flatMap { colour in window.samples.flatMap { $0.plane(colour) } }
    }
    let some = stride(from: 0, to: values.count, by: 9973 * windows.count).map { values[$0] }
    #expect(some.count == golden.values.count)
    let differences = zip(some, golden.values).map { abs($0 - $1) }
    // The goldens have five decimals, and one step of 8 bits is 0.017. What FFmpeg makes up for damaged parts
    // depends on its version and on the number of threads; everything else is the same to the bit.
    if golden.file == "corrupted.mp4" {
      #expect(differences.reduce(0, +) / Float(differences.count) < 0.02)
      #expect(reader.decodeErrors > 0)
    } else {
      #expect(differences.allSatisfy { $0 <= 1e-5 })
      #expect(reader.decodeErrors == 0)
    }
  }

  /// What is concealed of a damaged file differs with the number of threads.
  @Test(arguments: try SharedVideos.goldens().filter { $0.windows == 5 && $0.file != "corrupted.mp4" })
  func oneThreadAndNoSeekingGiveTheSameWindows(_ golden: SharedVideos.Golden) throws {
    let (one, two) = (try golden.reader(threads: 1, seeking: false), try golden.reader(threads: 2))
    let (first, second) = (try one.settledWindows(), try two.settledWindows())
    #expect(first.count == second.count)
    for (a, b) in zip(first, second) {
      for (x, y) in zip(a.samples, b.samples) {
        #expect(memcmp(x.bytes, y.bytes, Sample.count) == 0)
      }
    }
  }

  @Test func samplesThatShowTheSameFrameAreTheSameObject() throws {
    let golden = try #require(try SharedVideos.goldens().first { $0.file == "six_fps.mp4" })
    let windows = try golden.reader(threads: 2).settledWindows()
    #expect(windows.contains { zip($0.samples, $0.samples.dropFirst()).contains { $0 === $1 } })
  }
}

/// A folder of videos that lies beside the checkout, and what the reference makes of them.
enum SharedVideos {
  struct Golden: Decodable, CustomTestStringConvertible {
    let file: String
    let frames: Int
    let fps: String
    let windows: Int?
    let stride: Int?
    let resize: String
    let samples: Int
    let starts: [Int]
    let picks: [[Int]]
    let values: [Float]

    var testDescription: String { "\(file): \(frames) frames, \(fps) a second, \(resize)" }

    func reader(threads: Int, seeking: Bool = true) throws -> WindowReader {
      FFmpegGlobals.own()
      let folder = try #require(SharedFolder.videos)
      let sampling = ResolvedSampling(
        frames: frames, rate: try #require(SampleRate(fps)),
        placement: stride.map { .stride($0) } ?? .even(windows ?? 1),
        resize: try #require(SamplingOptions.Resize(rawValue: resize)), normalization: .kinetics, start: nil,
        end: nil,
        seeking: seeking, track: nil, merge: .mean, crops: 1)
      return try WindowReader(
        path: Array(folder.appending(path: file).path.utf8), sampling, threads: threads)
    }
  }

  static func goldens() throws -> [Golden] { try GoldenFile.read("shared_videos", in: .module) }
}
