import CFFmpeg
import Glibc

/// A frame's 8-bit pixels in a program's own memory, upright.
package struct PixelBuffer: Sendable {
  /// How pixels lie in memory, with FFmpeg's names.
  package enum Layout: String, Sendable, CaseIterable {
    /// One plane, three bytes a pixel.
    case rgb24
    /// Three planes: green, blue, red.
    case gbrp
    /// Three planes: luma, Cb and Cr, these with half the columns and half the rows, half the columns, or
    /// all.
    case yuv420p, yuv422p, yuv444p

    fileprivate var format: AVPixelFormat {
      switch self {
      case .rgb24: AV_PIX_FMT_RGB24
      case .gbrp: AV_PIX_FMT_GBRP
      case .yuv420p: AV_PIX_FMT_YUV420P
      case .yuv422p: AV_PIX_FMT_YUV422P
      case .yuv444p: AV_PIX_FMT_YUV444P
      }
    }

    fileprivate var isYUV: Bool { ![.rgb24, .gbrp].contains(self) }

    package var planeCount: Int { self == .rgb24 ? 1 : 3 }

    /// Bytes in a row, and rows, of a plane of a frame of `width` by `height`.
    package func size(ofPlane plane: Int, width: Int, height: Int) -> (rowBytes: Int, rows: Int) {
      if self == .rgb24 { return (3 * width, height) }
      let isHalved = plane > 0
      return (
        isHalved && (self == .yuv420p || self == .yuv422p) ? (width + 1) / 2 : width,
        isHalved && self == .yuv420p ? (height + 1) / 2 : height
      )
    }
  }

  /// What luma and chroma mean; of no account for RGB.
  package struct Colours: Sendable, Equatable {
    package enum Matrix: Sendable { case bt601, bt709, bt2020 }

    package var matrix = Matrix.bt601
    /// Luma from 0 to 255 rather than from 16 to 235.
    package var isFullRange = false

    package init(matrix: Matrix = .bt601, isFullRange: Bool = false) {
      (self.matrix, self.isFullRange) = (matrix, isFullRange)
    }
  }

  /// Rows of bytes, `stride` bytes from one to the next.
  package struct Plane: Sendable {
    package let bytes: [UInt8]
    package let stride: Int

    package init(bytes: [UInt8], stride: Int) { (self.bytes, self.stride) = (bytes, stride) }
  }

  package let layout: Layout
  package let width: Int
  package let height: Int
  package let planes: [Plane]
  package let colours: Colours

  /// The longest side that FFmpeg takes.
  private static let longestSide = 1 << 15

  /// The planes have to hold all rows: the last one may end with its last pixel.
  package init(
    _ layout: Layout, width: Int, height: Int, planes: [Plane], colours: Colours = Colours()
  ) throws(VideoError) {
    let sides = 1...Self.longestSide
    guard sides ~= width, sides ~= height else {
      throw .unusableFrames(
        "a frame of \(width)x\(height) pixels, expected sides from 1 to \(sides.upperBound)")
    }
    guard planes.count == layout.planeCount else {
      throw .unusableFrames("\(planes.count) planes of \(layout.rawValue), expected \(layout.planeCount)")
    }
    for (index, plane) in planes.enumerated() {
      let (rowBytes, rows) = layout.size(ofPlane: index, width: width, height: height)
      guard plane.stride >= rowBytes else {
        throw .unusableFrames(
          "rows of plane \(index) are \(plane.stride) bytes apart, expected at least \(rowBytes)")
      }
      let (before, overflows) = plane.stride.multipliedReportingOverflow(by: rows - 1)
      guard !overflows, plane.bytes.count - rowBytes >= before else {
        throw .unusableFrames(
          "plane \(index) has \(plane.bytes.count) bytes, too few for \(rows) rows of \(rowBytes)")
      }
    }
    (self.layout, self.width, self.height) = (layout, width, height)
    (self.planes, self.colours) = (planes, colours)
  }
}

/// A copy of a pixel buffer as FFmpeg wants it, aligned and with room behind it; freed once.
final class PixelFrame {
  private var storage: UnsafeMutablePointer<AVFrame>?

  var frame: AVFrame { storage!.pointee }

  init(_ buffer: PixelBuffer) throws(VideoError) {
    storage = av_frame_alloc()
    guard let storage else { throw .outOfMemory }
    storage.pointee.format = buffer.layout.format.rawValue
    storage.pointee.width = Int32(buffer.width)
    storage.pointee.height = Int32(buffer.height)
    if buffer.layout.isYUV {
      storage.pointee.color_range = buffer.colours.isFullRange ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG
      storage.pointee.colorspace =
        switch buffer.colours.matrix {
        case .bt601: AVCOL_SPC_SMPTE170M
        case .bt709: AVCOL_SPC_BT709
        case .bt2020: AVCOL_SPC_BT2020_NCL
        }
    }
    guard av_frame_get_buffer(storage, 0) >= 0 else { throw .outOfMemory }
    let (targets, strides) = storage.pointee.planes
    for (index, plane) in buffer.planes.enumerated() {
      let (rowBytes, rows) = buffer.layout.size(
        ofPlane: index, width: buffer.width, height: buffer.height)
      guard let target = UnsafeMutablePointer(mutating: targets[index]) else { throw .outOfMemory }
      plane.bytes.withUnsafeBytes { bytes in
        for row in 0..<rows {
          memcpy(
            target + row * Int(strides[index]), bytes.baseAddress! + row * plane.stride, rowBytes)
        }
      }
    }
  }

  deinit { av_frame_free(&storage) }
}
