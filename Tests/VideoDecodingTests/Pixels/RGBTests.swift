import CFFmpeg
import TestSupport
import Testing

@testable import VideoDecoding

@Suite struct RGBTests {
  /// A picture of noise; freed with the object.
  final class Noise {
    let frame: UnsafeMutablePointer<AVFrame>

    init(_ format: AVPixelFormat, _ width: Int, _ height: Int, _ range: AVColorRange, _ matrix: AVColorSpace)
      throws
    {
      frame = try #require(av_frame_alloc())
      frame.pointee.format = format.rawValue
      frame.pointee.width = Int32(width)
      frame.pointee.height = Int32(height)
      frame.pointee.color_range = range
      frame.pointee.colorspace = matrix
      try #require(av_frame_get_buffer(frame, 0) >= 0)
      var random = SplitMix64(seed: 1)
      for (plane, stride) in zip(
        [frame.pointee.data.0, frame.pointee.data.1, frame.pointee.data.2, frame.pointee.data.3],
        frame.pointee.planes.1)
      {
        guard let plane else { continue }
        for index in 0..<Int(stride) * height where index < Int(stride) * height {
          // A plane of chroma holds fewer rows than the picture.
          if index / Int(stride) >= (plane == frame.pointee.data.0 ? height : (height + 1) / 2) { break }
          plane[index] = UInt8(random.next() >> 56)
        }
      }
    }

    deinit {
      var last: UnsafeMutablePointer<AVFrame>? = frame
      av_frame_free(&last)
    }
  }

  static let formats = [
    AV_PIX_FMT_YUV420P, AV_PIX_FMT_YUVJ420P, AV_PIX_FMT_YUV422P, AV_PIX_FMT_YUVJ422P, AV_PIX_FMT_YUVA420P,
  ]
  static let sizes = [
    (64, 64), (340, 256), (341, 258), (16, 2), (17, 4), (1, 2), (700, 100), (129, 38), (1001, 6),
  ]

  @Test(arguments: formats, sizes)
  func piecesOfAPictureHaveTheBitsOfTheWhole(_ format: AVPixelFormat, _ size: (Int, Int)) throws {
    let (width, height) = size
    for (range, matrix) in [
      (AVCOL_RANGE_UNSPECIFIED, AVCOL_SPC_UNSPECIFIED), (AVCOL_RANGE_JPEG, AVCOL_SPC_BT709),
      (AVCOL_RANGE_MPEG, AVCOL_SPC_BT2020_NCL),
    ] {
      let noise = try Noise(format, width, height, range, matrix)
      let picture = noise.frame.pointee
      let stride = 3 * (width + 64)
      let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: stride * (height + 1))
      defer { memory.deallocate() }
      try Scaler(Scaler.Kind(picture)).convert(
        picture, firstRow: 0, firstColumn: 0, into: memory, stride: stride)
      let whole = RGBFrame(
        stored: memory, stride: stride, width: width, height: height, orientation: .upright)
      let converter = RGBConverter()
      for (rows, columns) in [
        (Array(0..<height), 0..<width), ([height - 1], width - 1..<width), ([0], 0..<1),
        (Array(stride3(height)), width / 3..<(2 * width + 2) / 3), ([height / 2], width / 2..<width),
      ] {
        let part = try converter.convert(
          picture, .upright, width: width, height: height, rows: rows, columns: Array(columns))
        for row in rows {
          #expect(
            part.packed(rows: row..<row + 1, columns: columns)
              == whole.packed(rows: row..<row + 1, columns: columns),
            "row \(row), columns \(columns)")
        }
      }
    }
  }

  private func stride3(_ height: Int) -> StrideTo<Int> { stride(from: 1, to: height, by: 9) }

  @Test func runsOfRowsArePairsOrOneRange() {
    #expect(RowRuns([0, 9, 10, 11, 30]).runs == [0..<2, 8..<10, 10..<12, 30..<32])
    #expect(RowRuns([1, 2, 5, 6, 9]).runs == [0..<10])
    #expect(RowRuns([7]).runs == [6..<8])
    #expect(RowRuns([]).runs == [])
  }

  @Test func aFormatThatNothingConvertsIsNamed() throws {
    let noise = try Noise(AV_PIX_FMT_YUV420P, 16, 16, AVCOL_RANGE_MPEG, AVCOL_SPC_BT709)
    noise.frame.pointee.format = AV_PIX_FMT_VAAPI.rawValue
    #expect(throws: VideoError.unsupportedPixels(format: "vaapi", width: 16, height: 16)) {
      try RGBConverter().convert(
        noise.frame.pointee, .upright, width: 16, height: 16, rows: [0], columns: [0])
    }
  }
}
