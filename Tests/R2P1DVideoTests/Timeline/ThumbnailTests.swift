import Foundation
import TestSupport
import Testing
import VideoDecoding

@testable import R2P1DVideo

@Suite struct ThumbnailTests {
  private static let clip = Checkout.clip

  private func read(_ count: Int, stride: Int = 4, threads: Int = 2, end: Rational? = nil) async throws
    -> [VideoThumbnail]
  {
    var options = ClassifierOptions()
    options.sampling.placement = .stride(stride)
    options.sampling.end = end
    options.threads = threads
    let classifier = try Classifier(model: "camera-motion", options: options)
    return try await classifier.timeline(of: .file(BytePath(Self.clip)), thumbnails: count).summary()
      .thumbnails
  }

  @Test func thumbnailsLieEvenlyOverTheVideo() async throws {
    let thumbnails = try await read(6)
    // 45 samples: the middles of six shares of 7.5 are 3, 11, 18, 26, 33, 41.
    #expect(thumbnails.map(\.time) == [3, 11, 18, 26, 33, 41].map { Rational($0, 15) })
    #expect(thumbnails.allSatisfy { $0.width == 160 && $0.height == 120 })
    #expect(
      thumbnails.allSatisfy {
        $0.jpeg.starts(with: [0xFF, 0xD8, 0xFF]) && $0.jpeg.suffix(2) == [0xFF, 0xD9]
      })
    #expect(Set(thumbnails.map(\.jpeg)).count == 6)
  }

  @Test func theyAreTheSameWithOneThread() async throws {
    let (one, two) = (try await read(5, threads: 1), try await read(5))
    #expect(one.map(\.jpeg) == two.map(\.jpeg))
  }

  @Test func aShortPartHasOneASample() async throws {
    #expect(try await read(48, end: Rational(1, 5)).count == 3)
  }

  @Test func whereWindowsLeaveGapsAThumbnailMayBeMissingButTheyStayInOrder() async throws {
    let times = try await read(12, stride: 37).map(\.time)
    #expect(!times.isEmpty && times == times.sorted())
  }

  @Test func aJPEGHasThePixelsThatWentIn() throws {
    let encoder = try #require(JPEGEncoder(width: 33, height: 17))
    let red = try #require(encoder.encode((0..<33 * 17).flatMap { _ in [250, 10, 20] as [UInt8] }))
    #expect(encoder.encode([1, 2, 3]) == nil)
    let folder = try TemporaryFolder()
    // Twice, for one alone is a still picture, not a video.
    let path = try folder.write("red.jpg", red + red)
    let video = try Video(path: Array(path.utf8), threads: 1)
    try video.frames([0], seeking: false) { _, frame in
      #expect(frame.width == 33 && frame.height == 17)
      let picture = try frame.rgb(rows: Array(0..<17), columns: Array(0..<33))
      for (channel, value) in [250, 10, 20].enumerated() {
        // JPEG keeps colours in 8 bits of brightness and difference.
        #expect(abs(Int(picture.origin[channel]) - value) <= 4)
      }
    }
  }
}
