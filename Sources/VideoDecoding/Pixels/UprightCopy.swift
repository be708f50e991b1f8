import CFFmpeg

/// A frame turned upright plane by plane, as ffmpeg's transpose and flip filters do before a conversion;
/// freed once.
///
/// Needed where chroma is interpolated: turning before and after a conversion then differ.
final class UprightCopy {
  private var storage: UnsafeMutablePointer<AVFrame>?

  var frame: UnsafeMutablePointer<AVFrame> { storage! }

  /// Nil for formats that ffmpeg converts first and turns afterwards.
  init?(_ frame: AVFrame, _ orientation: Orientation) throws(VideoError) {
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
      plane.copy(
        from: source, stride: Int(sourceStrides[index]), to: UnsafeMutablePointer(mutating: target),
        stride: Int(targetStrides[index]), orientation)
    }
  }

  deinit { av_frame_free(&storage) }
}

/// The size of a plane as it is stored, in elements of `step` bytes.
private struct PlaneGeometry {
  let width: Int
  let height: Int
  let step: Int

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
      return PlaneGeometry(
        width: ceilingShift(Int(frame.width), isChroma ? format.log2_chroma_w : 0),
        height: ceilingShift(Int(frame.height), isChroma ? format.log2_chroma_h : 0),
        step: used.filter { $0.plane == plane }.map { Int($0.step) }.max() ?? 1)
    }
  }

  private static func ceilingShift(_ length: Int, _ shift: UInt8) -> Int {
    (length + (1 << shift) - 1) >> shift
  }

  func copy(
    from source: UnsafePointer<UInt8>, stride: Int, to target: UnsafeMutablePointer<UInt8>,
    stride targetStride: Int,
    _ orientation: Orientation
  ) {
    let toRight = orientation.mirrorsColumns ? -step : step
    let down = orientation.mirrorsRows ? -stride : stride
    let origin =
      source + (orientation.mirrorsColumns ? step * (width - 1) : 0)
      + (orientation.mirrorsRows ? stride * (height - 1) : 0)
    let (columnStride, rowStride) = orientation.transposed ? (down, toRight) : (toRight, down)
    let size = orientation.size(width: width, height: height)
    for row in 0..<size.height {
      var from = origin + row * rowStride
      var to = target + row * targetStride
      for _ in 0..<size.width {
        to.update(from: from, count: step)
        from += columnStride
        to += step
      }
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
