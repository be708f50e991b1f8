import Foundation
import TestSupport
import Testing
import VideoDecoding

@testable import R2P1DVideo

/// torchvision's resampling by index, held against its own code: Goldens/make_indexed.py.
@Suite struct IndexedSamplingTests {
  struct Golden: Decodable, CustomTestStringConvertible, Sendable {
    let rate: String
    let frames: Int
    let wanted: Int
    let count: Int
    let hash: String
    let some: [Int]
    /// The frames of the five clips of 16; none of a short video.
    let clips: [[Int]]?

    var testDescription: String { "\(frames) frames at \(rate), \(wanted) a second" }

    static func all() throws -> [Golden] { try GoldenFile.read("indexed", in: .module) }

    /// A film of that rate in a container that counts 90,000 ticks a second.
    func sampler() throws -> Sampler {
      let rate = try #require(Rational(rate))
      let (above, below) = (Int32(rate.numerator), Int32(rate.denominator))
      let clock = PresentationTimes.Clock(
        tickSeconds: (1, 90_000), rate: (above, below), containerStart: (0, 1))
      let times = (0..<frames).map {
        Int128($0) * Int128(90_000) * Int128(below) / Int128(above) * clock.tick
      }
      return try Sampler(PresentationTimes(times: times, clock: clock), rate: .indexed(Rational(wanted)))
    }
  }

  @Test(arguments: try Golden.all())
  func samplesAreTheFramesThatTorchvisionPicks(_ golden: Golden) throws {
    let samples = try golden.sampler()
    #expect(samples.count == golden.count)
    let step = max(1, golden.count / 7)
    #expect(stride(from: 0, to: samples.count, by: step).map { samples[$0] } == golden.some)
    #expect(Self.hash(samples.map { $0 }) == golden.hash)
  }

  @Test(arguments: try Golden.all().filter { $0.clips != nil })
  func evenWindowsAreTheClipsOfUniformClipSampler(_ golden: Golden) throws {
    let samples = try golden.sampler()
    let starts = try samples.starts(frames: 16, .even(5))
    guard samples.count >= 16 else {
      #expect(golden.clips == [])
      return
    }
    // Where there are fewer places than clips, torchvision takes some of them twice.
    let clips = Set(golden.clips ?? [])
    #expect(Set(starts.map { start in (start..<start + 16).map { samples[$0] } }) == clips)
    #expect(samples.count < 20 || starts.count == golden.clips?.count)
  }

  /// A frame that is picked is shown when it is shown, and the last sample ends with the video.
  @Test func timesAreThoseOfTheFramesPicked() throws {
    let clock = PresentationTimes.Clock(tickSeconds: (1, 1000), rate: (25, 1), containerStart: (0, 1))
    let times = (0..<50).map { Int128($0) * 40 * clock.tick }
    let samples = try Sampler(PresentationTimes(times: times, clock: clock), rate: .indexed(15))
    #expect(samples.count == 30)
    #expect(samples[1] == 1 && samples.time(of: 1) == Rational(40, 1000))
    #expect(samples.time(of: 30) == Rational(2))
    #expect(samples.isDue(2, at: 3) && !samples.isDue(2, at: 2))
  }

  private static func hash(_ numbers: [Int]) -> String {
    var value: UInt64 = 0xCBF2_9CE4_8422_2325
    for number in numbers {
      for shift in stride(from: 0, to: 32, by: 8) {
        value = (value ^ UInt64(number >> shift & 255)) &* 0x100_0000_01B3
      }
    }
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

/// Real files through decoding.
@Suite(.enabled(if: Clips.canEncode("libx264"), Clips.note)) struct IndexedDecodingTests {
  /// A second and a half of each rate: the average that the container gives is the exact one.
  @Test(arguments: ["24", "25", "30000/1001", "30", "50", "60000/1001"])
  func aDecodedFileShowsTheFramesOfTheRule(_ rate: String) async throws {
    let clips = try Clips()
    let path = try clips.make("clip.mp4", source: "64x48:\(rate):1.5", "-c:v libx264 -pix_fmt yuv420p")
    var options = ClassifierOptions()
    options.sampling.frames = 16
    options.sampling.rate = .indexed(15)
    let windows = try await VideoWindows.open(
      .file(BytePath(path)), model: .random("r2plus1d_18", seed: 0), options: options)
    let layout = try await windows.finalLayout()
    let fps = try #require(Rational(rate)).double
    let frames = Int((1.5 * fps).rounded(.up))
    let step = Float(fps / 15)
    let whole = fps / 15 == (fps / 15).rounded()
    let count = whole ? (frames + Int(step) - 1) / Int(step) : Int((Double(frames) * 15 / fps).rounded(.down))
    #expect(layout.samples == count)
    for (start, shown) in zip(layout.starts, layout.frames) {
      #expect(shown == (start..<start + 16).map { Int((Float($0) * step).rounded(.down)) })
    }
  }
}
