import Foundation
import TestSupport
import Testing

@testable import R2P1DVideo
@testable import VideoDecoding

/// Whatever a video comes from, the bits are the same.
@Suite struct VideoInputTests {
  private static let path = Checkout.clip

  private struct Bytes: VideoInput.ByteReader {
    let bytes: [UInt8]

    var byteCount: Int64 { Int64(bytes.count) }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) -> Int {
      let part = bytes[Int(offset)...].prefix(min(buffer.count, 1000))
      buffer.copyBytes(from: part)
      return part.count
    }
  }

  private static func classifier(_ change: (inout ClassifierOptions) -> Void = { _ in }) async throws
    -> Classifier
  {
    var options = ClassifierOptions()
    options.keepsLogits = true
    options.threads = 2
    change(&options)
    return try await Network.load(.named("camera-motion")).classifier(options)
  }

  /// The frames of the clip as they are decoded.
  private static func frames() throws -> [VideoFrame] {
    let video = try Video(path: Array(path.utf8), threads: 1)
    let count = try video.timeline().times.count
    var frames: [VideoFrame] = []
    try video.frames(Array(0..<count), seeking: false) { _, frame in
      let (width, height) = (frame.width, frame.height)
      let picture = try frame.rgb(rows: Array(0..<height), columns: Array(0..<width))
      let pixels = (0..<height).flatMap { row in
        (0..<width).flatMap { column -> [UInt8] in
          let pixel = picture.origin + row * picture.rowStride + column * picture.columnStride
          return [pixel[0], pixel[1], pixel[2]]
        }
      }
      frames.append(try VideoFrame(rgb24: pixels, width: width, height: height))
    }
    return frames
  }

  @Test("A path, a URL, bytes, data, a reader, a closure and frames in memory give the same bits")
  func same() async throws {
    let bytes = [UInt8](try Data(contentsOf: URL(filePath: Self.path)))
    let frames = try Self.frames()
    let inputs: [(String, VideoInput)] = [
      ("URL", VideoInput(url: URL(filePath: Self.path))),
      ("bytes", .bytes(bytes, name: "pan")), ("data", .bytes(Data(bytes), name: "pan.mp4")),
      ("reader", .reader(Bytes(bytes: bytes), name: "pan.mp4")),
      (
        "closure",
        .reader(byteCount: Int64(bytes.count), name: "pan.mp4") { buffer, offset in
          let part = bytes[Int(offset)...].prefix(buffer.count)
          buffer.copyBytes(from: part)
          return part.count
        }
      ),
      ("frames", .frames(try VideoFrames(frames, rate: 30))),
      (
        "stamps",
        .frames(try VideoFrames(frames, stamps: frames.indices.map { Int64(512 * $0) }, timescale: 15_360))
      ),
    ]
    for placement in [WindowPlacement.even(5), .stride(8)] {
      let classifier = try await Self.classifier { $0.sampling.placement = placement }
      let expected = try await classifier.classify(.file(BytePath(Self.path)))
      for (name, input) in inputs {
        let labels = try await classifier.classify(input)
        #expect(labels.windows == expected.windows && labels.labels == expected.labels, "\(name)")
        #expect(labels.file == input.name)
      }
    }
  }

  @Test("A URL's path is taken byte for byte, and an address is one")
  func urls() {
    #expect(VideoInput(url: URL(filePath: "/a b/ü%.mp4")).name == "/a b/ü%.mp4")
    #expect(
      VideoInput(url: URL(string: "file:///a%FFb.mp4")!).name.bytes == Array("/a".utf8) + [0xFF]
        + Array("b.mp4".utf8))
    #expect(VideoInput(url: URL(string: "https://h/a%20b.mp4?x=1")!).name == "https://h/a%20b.mp4?x=1")
  }

  @Test("Planar frames are looked at as packed ones are")
  func planes() async throws {
    let classifier = try await Self.classifier()
    let packed = Film(frames: 30)
    let planar = VideoFrames(stamps: (0..<30).map { $0 }, timescale: 15) { number in
      let pixels = try Film.frame(number).buffer.planes[0].bytes
      let planes = [1, 2, 0].map { colour in
        VideoFrame.Plane(bytes: stride(from: colour, to: pixels.count, by: 3).map { pixels[$0] }, stride: 64)
      }
      return try VideoFrame(.gbrp, width: 64, height: 48, planes: planes)
    }
    let (one, other) = (
      try await classifier.classify(packed.input), try await classifier.classify(.frames(planar))
    )
    #expect(one.windows == other.windows)
  }

  @Test(
    "Every input's faults have a kind",
    arguments: [
      (.bytes([UInt8](), name: "empty.mp4"), .unsupported), (.bytes([1, 2, 3], name: "x.mp4"), .unsupported),
      (.bytes(Array("ffconcat version 1.0\nfile a.mp4\n".utf8), name: "list.txt"), .refused),
      (.file("/none.mp4"), .missing), (VideoInput(url: URL(string: "https://127.0.0.1:1/v.mp4")!), .refused),
      (.frames(VideoFrames(stamps: [], timescale: 15) { try Film.frame($0) }), .request),
      (.frames(VideoFrames(stamps: [1, 1], timescale: 15) { try Film.frame($0) }), .request),
      (.frames(VideoFrames(stamps: [0], timescale: 0) { try Film.frame($0) }), .request),
      (.frames(VideoFrames(stamps: [0, 1], timescale: 15) { try Film.frame($0, width: 40_000) }), .request),
      (
        .frames(VideoFrames(stamps: [0, 1], timescale: 15) { try Film.frame($0, width: 128) }),
        .limit(.pixels)
      ),
    ] as [(VideoInput, FailureKind)])
  func faults(input: VideoInput, kind: FailureKind) async throws {
    let classifier = try await Self.classifier { $0.input.maxPixels = 100 * 48 }
    let error = await #expect(throws: ClassifierError.self) { try await classifier.classify(input) }
    #expect(error?.kind == kind, "\(error?.description ?? "")")
  }

  @Test("Frames and times of different numbers, and sizes that do not fit, are a request's faults")
  func frameFaults() throws {
    let frame = try Film.frame(0)
    for make in [
      { _ = try VideoFrames([frame], stamps: [0, 1], timescale: 15) },
      { _ = try VideoFrames([frame], rate: Rational(0, 1)) },
      { _ = try VideoFrame(rgb24: [1, 2], width: 1, height: 1) },
      { _ = try VideoFrame(rgb24: [], width: .max, height: 1) },
      { _ = try VideoFrame(.yuv420p, width: 2, height: 2, planes: []) },
    ] as [() throws -> Void] {
      #expect(#expect(throws: ClassifierError.self) { try make() }?.kind == .request)
    }
  }
}
