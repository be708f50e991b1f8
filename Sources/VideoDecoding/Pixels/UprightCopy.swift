import CFFmpeg

/// A frame turned upright plane by plane, as ffmpeg's transpose and flip filters do before a conversion;
/// freed once.
///
/// Needed where chroma is interpolated: turning before and after a conversion then differ.
final class UprightCopy {
  private var storage: UnsafeMutablePointer<AVFrame>?

  var frame: UnsafeMutablePointer<AVFrame> { storage! }

  /// Rows of chroma above and below one that its bicubic interpolation reads.
  private static let chromaMargin = 3

  /// Of upright `rows` and the chroma that they are converted with, or of all where that is nil. Nil for
  /// formats that ffmpeg converts first and turns afterwards.
  init?(_ frame: AVFrame, _ orientation: Orientation, of rows: RowRuns?) throws(VideoError) {
    guard let planes = PlaneGeometry.all(of: frame, orientation) else { return nil }
    storage = av_frame_alloc()
    guard let storage else { throw .outOfMemory }
    let size = orientation.size(width: Int(frame.width), height: Int(frame.height))
    storage.pointee.format = frame.format
    storage.pointee.width = Int32(size.width)
    storage.pointee.height = Int32(size.height)
    guard av_frame_get_buffer(storage, 0) >= 0 else { throw .outOfMemory }
    storage.pointee.colorspace = frame.colorspace
    storage.pointee.color_range = frame.color_range
    let (sources, sourceStrides) = frame.planes
    let (targets, targetStrides) = storage.pointee.planes
    for (index, plane) in planes.enumerated() {
      guard let source = sources[index], let target = targets[index] else { continue }
      let margin = plane.isChroma ? Self.chromaMargin : 0
      plane.copy(
        from: source, stride: Int(sourceStrides[index]), to: UnsafeMutablePointer(mutating: target),
        stride: Int(targetStrides[index]), orientation, of: rows.map { plane.rows($0, margin, orientation) })
    }
  }

  deinit { av_frame_free(&storage) }
}

/// The size of a plane as it is stored, in elements of `step` bytes.
private struct PlaneGeometry {
  let width: Int
  let height: Int
  let step: Int
  let isChroma: Bool
  /// Rows of the upright frame a row of this plane stands for, as a power of two.
  let rowShift: UInt8

  /// The planes of a frame, or nil if they cannot be turned one by one.
  static func all(of frame: AVFrame, _ orientation: Orientation) -> [PlaneGeometry]? {
    guard let format = av_pix_fmt_desc_get(AVPixelFormat(frame.format))?.pointee else { return nil }
    let unfit = AV_PIX_FMT_FLAG_PAL | AV_PIX_FMT_FLAG_HWACCEL | AV_PIX_FMT_FLAG_BITSTREAM
    let isPlanar = format.flags & UInt64(AV_PIX_FMT_FLAG_PLANAR) != 0
    guard format.flags & UInt64(unfit) == 0, isPlanar || format.log2_chroma_w == 0,
      !orientation.transposed || format.log2_chroma_w == format.log2_chroma_h
    else { return nil }
    let components = withUnsafeBytes(of: format.comp) { Array($0.bindMemory(to: AVComponentDescriptor.self)) }
    let used = components.prefix(Int(format.nb_components))
    return (0...(used.map { Int($0.plane) }.max() ?? 0)).map { plane in
      let isChroma = plane == 1 || plane == 2
      let (columnShift, rowShift) = isChroma ? (format.log2_chroma_w, format.log2_chroma_h) : (0, 0)
      return PlaneGeometry(
        width: ceilingShift(Int(frame.width), columnShift), height: ceilingShift(Int(frame.height), rowShift),
        step: used.filter { $0.plane == plane }.map { Int($0.step) }.max() ?? 1, isChroma: isChroma,
        rowShift: orientation.transposed ? columnShift : rowShift)
    }
  }

  private static func ceilingShift(_ length: Int, _ shift: UInt8) -> Int {
    (length + (1 << shift) - 1) >> shift
  }

  /// The plane's upright rows, ascending, that the frame's `runs` fall in, and `margin` more on both sides.
  func rows(_ runs: RowRuns, _ margin: Int, _ orientation: Orientation) -> [Range<Int>] {
    let count = orientation.size(width: width, height: height).height
    var next = 0
    return runs.runs.map { run in
      let first = min(count, max(next, (run.lowerBound >> rowShift) - margin))
      next = max(first, min(count, ((run.upperBound - 1) >> rowShift) + 1 + margin))
      return first..<next
    }
  }

  /// Turns the upright rows of `runs`, or all.
  func copy(
    from source: UnsafePointer<UInt8>, stride: Int, to target: UnsafeMutablePointer<UInt8>,
    stride targetStride: Int, _ orientation: Orientation, of runs: [Range<Int>]?
  ) {
    let toRight = orientation.mirrorsColumns ? -step : step
    let down = orientation.mirrorsRows ? -stride : stride
    let origin =
      source + (orientation.mirrorsColumns ? step * (width - 1) : 0)
      + (orientation.mirrorsRows ? stride * (height - 1) : 0)
    let (columnStride, rowStride) = orientation.transposed ? (down, toRight) : (toRight, down)
    let size = orientation.size(width: width, height: height)
    for row in (runs ?? [0..<size.height]).joined() {
      let (from, to) = (origin + row * rowStride, target + row * targetStride)
      switch step {
      case 1: Self.copy(UInt8.self, size.width, from, columnStride, to)
      case 2: Self.copy(UInt16.self, size.width, from, columnStride, to)
      default:
        for column in 0..<size.width {
          (to + column * step).update(from: from + column * columnStride, count: step)
        }
      }
    }
  }

  /// Copies `count` elements that lie `stride` bytes apart into a row.
  private static func copy<Element: BitwiseCopyable>(
    _ type: Element.Type, _ count: Int, _ from: UnsafePointer<UInt8>, _ stride: Int,
    _ to: UnsafeMutablePointer<UInt8>
  ) {
    let (from, to) = (UnsafeRawPointer(from), UnsafeMutableRawPointer(to))
    for index in 0..<count {
      let element = from.loadUnaligned(fromByteOffset: index * stride, as: type)
      to.storeBytes(of: element, toByteOffset: index * MemoryLayout<Element>.size, as: type)
    }
  }
}

extension AVFrame {
  /// The first four planes and the bytes between their rows.
  var planes: ([UnsafePointer<UInt8>?], [Int32]) {
    (
      [UnsafePointer(data.0), UnsafePointer(data.1), UnsafePointer(data.2), UnsafePointer(data.3)],
      [linesize.0, linesize.1, linesize.2, linesize.3]
    )
  }
}
