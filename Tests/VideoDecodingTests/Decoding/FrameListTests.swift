import Foundation
import TestSupport
import Testing

@testable import VideoDecoding

/// Frames that a program has in its memory.
@Suite struct FrameListTests {
  private func buffer(
    _ layout: PixelBuffer.Layout, _ bytes: ArraySlice<UInt8>, width: Int, height: Int, padding: Int = 0,
    colours: PixelBuffer.Colours = PixelBuffer.Colours()
  ) throws -> PixelBuffer {
    var rest = bytes
    let planes = (0..<layout.planeCount).map { plane in
      let (rowBytes, rows) = layout.size(ofPlane: plane, width: width, height: height)
      let packed = rest.prefix(rowBytes * rows)
      rest = rest.dropFirst(rowBytes * rows)
      var padded: [UInt8] = []
      for row in 0..<rows {
        padded += packed.dropFirst(row * rowBytes).prefix(rowBytes)
        if row < rows - 1 { padded += Array(repeating: 0xAA, count: padding) }
      }
      return PixelBuffer.Plane(bytes: padded, stride: rowBytes + padding)
    }
    #expect(rest.isEmpty)
    return try PixelBuffer(layout, width: width, height: height, planes: planes, colours: colours)
  }

  private func pass(_ list: FrameList) throws -> [[UInt8]] {
    var frames: [[UInt8]] = []
    try list.frames(Array(0..<list.timeline().times.count), seeking: true) { number, frame in
      #expect(number == frames.count)
      frames.append(try frame.allPixels())
    }
    return frames
  }

  static let layouts: [(layout: PixelBuffer.Layout, options: String, colours: PixelBuffer.Colours)] = [
    (.yuv420p, "", .init()), (.yuv422p, "", .init()), (.yuv444p, "", .init()), (.gbrp, "", .init()),
    (.rgb24, "", .init()),
    (.yuv420p, "colorspace=bt709:range=tv", .init(matrix: .bt709)),
    (.yuv444p, "colorspace=bt709:range=pc", .init(matrix: .bt709, isFullRange: true)),
    (.yuv422p, "colorspace=bt2020nc:range=tv", .init(matrix: .bt2020)),
  ]

  @Test(
    "Frames in every layout become the RGB of the ffmpeg program, bit-exact",
    .enabled(if: Clips.canEncode("rawvideo"), Clips.note), arguments: layouts, [(64, 48), (50, 34)])
  func conversion(
    _ kind: (layout: PixelBuffer.Layout, options: String, colours: PixelBuffer.Colours),
    _ size: (width: Int, height: Int)
  ) throws {
    let clips = try Clips()
    let name = kind.layout.rawValue
    let form = "-f rawvideo -pix_fmt \(name) -s \(size.width)x\(size.height)"
    try clips.run(
      "-f lavfi -i testsrc2=s=\(size.width)x\(size.height):r=5:d=1 -pix_fmt \(name) -f rawvideo in")
    let filter = kind.options.isEmpty ? "" : "-vf setparams=\(kind.options)"
    try clips.run("\(form) -i in \(filter) -pix_fmt rgb24 -f rawvideo out")
    let (input, output) = (try clips.read("in"), try clips.read("out"))
    let inBytes = input.count / 5
    for padding in [0, 13] {
      let buffers = try (0..<5).map {
        try buffer(
          kind.layout, input[$0 * inBytes..<($0 + 1) * inBytes], width: size.width, height: size.height,
          padding: padding, colours: kind.colours)
      }
      let list = try FrameList(buffers, stamps: [0, 1, 2, 3, 4], timescale: 5)
      let frames = try pass(list)
      #expect(frames.count == 5 && frames.first != frames.last)
      #expect(frames.flatMap { $0 } == output, "padding \(padding)")
      #expect(list.info.width == size.width && list.framesDecoded == 5)
    }
  }

  @Test("A frame of another size is scaled to the first one's")
  func otherSize() throws {
    let small = try buffer(.rgb24, [UInt8](repeating: 90, count: 12)[...], width: 2, height: 2)
    let large = try buffer(.rgb24, [UInt8](repeating: 200, count: 192)[...], width: 8, height: 8)
    let list = try FrameList([small, large], stamps: [0, 1], timescale: 1)
    #expect(try pass(list) == [[UInt8](repeating: 90, count: 12), [UInt8](repeating: 200, count: 12)])
  }

  private static let pixel = Result {
    try PixelBuffer(.rgb24, width: 1, height: 1, planes: [.init(bytes: [1, 2, 3], stride: 3)])
  }

  @Test(
    "Times, start and duration are those that were given",
    arguments: [
      ([0, 1, 2, 3], 25, nil, 0, 0.16), ([100, 200, 400], 100, nil, 1, 4.5), ([50], 100, 7, 0.5, 0.07),
      ([0, 10], 10, 30, 0, 4), ([-10, 0], 10, nil, -1, 2), ([0], 25, nil, 0, 0.04),
    ] as [([Int64], Int32, Int64?, Double, Double)])
  func times(stamps: [Int64], timescale: Int32, last: Int64?, start: Double, duration: Double) throws {
    let pixel = try Self.pixel.get()
    let list = try FrameList(
      stamps: stamps, timescale: timescale, lastDuration: last
    ) { _ in pixel }
    let times = list.timeline()
    let scale = Double(times.scale)
    #expect(abs(Double(times.start) / scale - start) < 1e-9)
    #expect(abs(Double(times.duration) / scale - duration) < 1e-9)
    let expected = stamps.map { Double($0 - stamps[0]) / Double(timescale) }
    #expect(zip(times.times, expected).allSatisfy { abs(Double($0) / scale - $1) < 1e-9 })
  }

  @Test(
    "Frames that make no video are refused with the reason",
    arguments: [
      ([], 1, nil), ([0, 0], 1, nil), ([1, 0], 1, nil), ([0], 0, nil), ([0], -1, nil), ([0], 1, 0),
      ([0], 1, .min),
    ] as [([Int64], Int32, Int64?)])
  func badTimes(stamps: [Int64], timescale: Int32, last: Int64?) throws {
    let pixel = try Self.pixel.get()
    let error = #expect(throws: VideoError.self) {
      try FrameList(stamps: stamps, timescale: timescale, lastDuration: last) { _ in pixel }
    }
    #expect(error?.kind == .request)
  }

  @Test("The farthest times trap nothing")
  func farTimes() throws {
    let pixel = try Self.pixel.get()
    for stamps: [Int64] in [[.min, .max], [.max], [.min], [.min, .min + 1], [0, .max]] {
      for timescale: Int32 in [1, 90_000, .max] {
        for last: Int64? in [nil, 1, .max] {
          let list = try FrameList(
            stamps: stamps, timescale: timescale, lastDuration: last
          ) { _ in pixel }
          #expect(list.timeline().duration > 0 && list.info.frameRate > 0)
        }
      }
    }
  }

  @Test(
    "Buffers that do not hold their pixels are refused",
    arguments: [
      (.rgb24, 2, 2, [(12, 5)]), (.rgb24, 2, 2, [(11, 6)]), (.rgb24, 2, 2, []), (.rgb24, 0, 2, [(12, 6)]),
      (.rgb24, 2, -1, [(12, 6)]), (.rgb24, 2, 2, [(12, 6), (12, 6)]), (.rgb24, 2, 2, [(12, .max)]),
      (.rgb24, 2, 2, [(12, .min)]), (.rgb24, 1 << 40, 1 << 40, [(12, 6)]),
      (.yuv420p, 3, 3, [(9, 3), (4, 2), (3, 2)]), (.gbrp, 2, 2, [(4, 2), (4, 2)]),
    ] as [(PixelBuffer.Layout, Int, Int, [(Int, Int)])])
  func badBuffers(layout: PixelBuffer.Layout, width: Int, height: Int, planes: [(Int, Int)]) {
    let error = #expect(throws: VideoError.self) {
      try PixelBuffer(
        layout, width: width, height: height,
        planes: planes.map { .init(bytes: Array(repeating: 0, count: $0.0), stride: $0.1) })
    }
    #expect(error?.kind == .request && error.map { !"\($0)".contains("\n") } == true)
  }

  @Test("Limits, cancelling and what the program's own closure throws end it")
  func ends() throws {
    let pixel = try Self.pixel.get()
    var rules = InputRules()
    rules.maxFrames = 1
    #expect(throws: VideoError.tooManyFrames(limit: 1)) {
      try FrameList([pixel, pixel], stamps: [0, 1], timescale: 1, rules: rules)
    }
    rules = InputRules()
    rules.maxPixels = 1
    let large = try buffer(.gbrp, [UInt8](repeating: 0, count: 12)[...], width: 2, height: 2)
    #expect(throws: VideoError.tooManyPixels(width: 2, height: 2, limit: 1)) {
      try pass(FrameList([pixel, large], stamps: [0, 1], timescale: 1, rules: rules))
    }
    struct Own: Error {}
    #expect(throws: Own.self) {
      try pass(
        FrameList(stamps: [0, 1], timescale: 1) { number in
          if number == 1 { throw Own() }
          return pixel
        })
    }
    let control = DecodingControl()
    let list = try FrameList([pixel, pixel, pixel], stamps: [0, 1, 2], timescale: 1, control: control)
    var seen = 0
    #expect(throws: VideoError.interrupted) {
      try list.frames([0, 1, 2], seeking: true) { _, _ in
        seen += 1
        control.cancel()
      }
    }
    #expect(seen == 1)
  }

  @Test("A video and a list of its frames are one to whoever reads frames")
  func sameSeam() throws {
    let pixel = try Self.pixel.get()
    let sources: [any FrameSource] = [
      try FrameList([pixel], stamps: [0], timescale: 1),
      try Video(source: .bytes(FFmpegGlobalsTests.sample(), name: "pan_left.mp4"), threads: 1),
    ]
    for source in sources {
      var count = 0
      let numbers = [try source.timeline().times.count - 1]
      try source.frames(numbers, seeking: false) { _, frame in count += frame.width > 0 ? 1 : 0 }
      #expect(count == 1)
    }
  }
}
