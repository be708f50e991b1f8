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
      let depth = try #require(av_pix_fmt_desc_get(format)).pointee.comp.0.depth
      var random = SplitMix64(seed: 1)
      let buffers = [frame.pointee.buf.0, frame.pointee.buf.1, frame.pointee.buf.2, frame.pointee.buf.3]
      for buffer in buffers {
        guard let buffer else { continue }
        for index in 0..<Int(buffer.pointee.size) {
          // Of values of 9 to 15 bits, two bytes each, no higher bit is set.
          let isHigh = (9..<16).contains(depth) && index % 2 == 1
          buffer.pointee.data[index] = UInt8(random.next() >> 56) & (isHigh ? 1 << (depth - 8) - 1 : 255)
        }
      }
    }

    deinit {
      var last: UnsafeMutablePointer<AVFrame>? = frame
      av_frame_free(&last)
    }
  }

  /// Those of pairs of rows and columns; interpolated ones, planar and packed; and Bayer patterns.
  static let formats = [
    AV_PIX_FMT_YUV420P, AV_PIX_FMT_YUVJ420P, AV_PIX_FMT_YUV422P, AV_PIX_FMT_YUVJ422P, AV_PIX_FMT_YUVA420P,
    AV_PIX_FMT_YUV420P10LE, AV_PIX_FMT_YUV422P10LE, AV_PIX_FMT_YUV444P, AV_PIX_FMT_YUV444P12LE,
    AV_PIX_FMT_YUV411P, AV_PIX_FMT_YUV410P, AV_PIX_FMT_YUV440P, AV_PIX_FMT_YUVA444P, AV_PIX_FMT_NV12,
    AV_PIX_FMT_P010LE, AV_PIX_FMT_YUYV422, AV_PIX_FMT_UYVY422, AV_PIX_FMT_GRAY8, AV_PIX_FMT_GRAY10LE,
    AV_PIX_FMT_YA8, AV_PIX_FMT_GBRP, AV_PIX_FMT_GBRP10LE, AV_PIX_FMT_RGB24, AV_PIX_FMT_BGRA,
    AV_PIX_FMT_RGB565LE, AV_PIX_FMT_RGB48LE, AV_PIX_FMT_PAL8, AV_PIX_FMT_BAYER_RGGB8,
  ]
  static let sizes = [
    (64, 64), (340, 256), (341, 258), (341, 257), (16, 2), (17, 4), (1, 2), (700, 100), (129, 38), (1001, 6),
  ]

  /// Of rows alone, and where only a part of the columns is wanted.
  @Test(arguments: formats, sizes)
  func partsOfAPictureHaveTheBitsOfTheWhole(_ format: AVPixelFormat, _ size: (Int, Int)) throws {
    let (width, height) = size
    // Bayer patterns are of pairs.
    if format == AV_PIX_FMT_BAYER_RGGB8, width % 2 != 0 || height % 2 != 0 || height < 4 { return }
    for (range, matrix) in [
      (AVCOL_RANGE_UNSPECIFIED, AVCOL_SPC_UNSPECIFIED), (AVCOL_RANGE_JPEG, AVCOL_SPC_BT709),
      (AVCOL_RANGE_MPEG, AVCOL_SPC_BT2020_NCL),
    ] {
      let noise = try Noise(format, width, height, range, matrix)
      let picture = noise.frame.pointee
      let memory = try RGBPicture(width: width, height: height)
      try Scaler(Scaler.Kind(picture)).convert(picture, RowRuns(Array(0..<height)), into: memory)
      let whole = RGBFrame(
        stored: memory.bytes, stride: memory.stride, width: width, height: height, orientation: .upright)
      let converter = RGBConverter()
      for (rows, columns) in Self.parts(width, height) {
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

  /// What is turned before it is converted is turned only where it is needed.
  @Test(arguments: formats.filter { $0 != AV_PIX_FMT_BAYER_RGGB8 }, [(340, 256), (341, 257), (129, 38)])
  func partsOfATurnedPictureHaveTheBitsOfTheWhole(_ format: AVPixelFormat, _ size: (Int, Int)) throws {
    for number in 1..<8 {
      let orientation = Orientation(
        transposed: number & 1 != 0, mirrorsColumns: number & 2 != 0, mirrorsRows: number & 4 != 0)
      let (width, height) = orientation.size(width: size.0, height: size.1)
      let noise = try Noise(format, size.0, size.1, AVCOL_RANGE_MPEG, AVCOL_SPC_BT709)
      func pixels(_ rows: [Int], _ columns: Range<Int>, _ converter: RGBConverter) throws -> [[UInt8]] {
        let picture = try converter.convert(
          noise.frame.pointee, orientation, width: width, height: height, rows: rows, columns: Array(columns))
        return rows.map { picture.packed(rows: $0..<$0 + 1, columns: columns) }
      }
      // Parts before the whole, which would leave the right rows in memory that is used again.
      let converter = RGBConverter()
      let parts = Self.parts(width, height).dropFirst()
      let found = try parts.map { try pixels($0.0, $0.1, converter) }
      let whole = try pixels(Array(0..<height), 0..<width, RGBConverter())
      for ((rows, columns), part) in zip(parts, found) {
        let expected = rows.map { Array(whole[$0][3 * columns.lowerBound..<3 * columns.upperBound]) }
        #expect(part == expected, "orientation \(number), rows \(rows), columns \(columns)")
      }
    }
  }

  /// The first is the whole.
  private static func parts(_ width: Int, _ height: Int) -> [([Int], Range<Int>)] {
    [
      (Array(0..<height), 0..<width), ([height - 1], width - 1..<width), ([0], 0..<1),
      (Array(stride(from: 1, to: height, by: 9)), width / 3..<(2 * width + 2) / 3),
      ([height / 2], width / 2..<width),
    ].filter { !$0.0.isEmpty }
  }

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
