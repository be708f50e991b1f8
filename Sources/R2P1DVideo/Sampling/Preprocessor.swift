import CKernels
import Inference
import VideoDecoding

/// Makes a frame what the network sees: torchvision's Kinetics preset, at the 112×112 points that remain of
/// it.
///
/// Bilinear resize without antialiasing, rounded to 8 bits; centre crop. Bit-exact with torchvision on uint8
/// tensors; the network normalises the values as it reads them.
package final class Preprocessor {
  /// Which part of the resized frame is kept: along its longer side, as it was before, or the centre.
  enum Crop: CaseIterable {
    case first, centre, last

    /// Those of so many crops.
    static func parts(_ count: Int) -> [Crop] { count == 3 ? allCases : [.centre] }
  }

  private let resize: SamplingOptions.Resize
  private let crop: Crop
  private let values: SampleValues
  private var geometry: Geometry?

  init(_ resize: SamplingOptions.Resize, _ normalization: SampleNormalization, crop: Crop = .centre) {
    self.resize = resize
    self.crop = crop
    values = normalization.values
  }

  package func sample(of frame: borrowing Frame) throws(VideoError) -> Sample {
    let geometry = geometry(width: frame.width, height: frame.height)
    return try sample(of: try frame.rgb(rows: geometry.neededRows, columns: geometry.neededColumns), geometry)
  }

  /// The sample of a picture of `width` by `height`, all of it in memory.
  func sample(of picture: RGBFrame, width: Int, height: Int) throws(VideoError) -> Sample {
    try sample(of: picture, geometry(width: width, height: height))
  }

  private func geometry(width: Int, height: Int) -> Geometry {
    if let geometry, geometry.width == width, geometry.height == height { return geometry }
    let new = Geometry(width: width, height: height, resize, crop)
    geometry = new
    return new
  }

  private func sample(of picture: RGBFrame, _ geometry: Geometry) throws(VideoError) -> Sample {
    guard let sample = try? Sample(values) else { throw .outOfMemory }
    preprocess_rgb24(
      picture.origin, picture.rowStride, picture.columnStride, &geometry.rows, &geometry.columns, sample.bytes
    )
    return sample
  }
}

/// Where the 112×112 points of a picture of one size fall.
private final class Geometry {
  let width: Int
  let height: Int
  var rows = preprocess_axis()
  var columns = preprocess_axis()
  let neededRows: [Int]
  let neededColumns: [Int]

  /// `crop` keeps the centre of 128 rows and 171 columns: from row 8 and, half of 59 rounded to even, column
  /// 30 on. Other parts lie at the left and the right end or, of a frame that is higher than wide, at the top
  /// and the bottom.
  init(width: Int, height: Int, _ resize: SamplingOptions.Resize, _ crop: Preprocessor.Crop) {
    self.width = width
    self.height = height
    switch resize {
    case .crop:
      let isUpright = height > width
      let row = isUpright ? crop.offset(8, of: 128) : 8
      let column = isUpright ? 30 : crop.offset(30, of: 171)
      preprocess_axis_init(&rows, Int32(height), 128, row)
      preprocess_axis_init(&columns, Int32(width), 171, column)
    case .squash:
      preprocess_axis_init(&rows, Int32(height), Int32(PREPROCESS_SIDE), 0)
      preprocess_axis_init(&columns, Int32(width), Int32(PREPROCESS_SIDE), 0)
    }
    neededRows = Self.needed(&rows)
    neededColumns = Self.needed(&columns)
  }

  /// Every source coordinate of an axis, ascending.
  private static func needed(_ axis: inout preprocess_axis) -> [Int] {
    let low = withUnsafeBytes(of: &axis.low) { Array($0.bindMemory(to: Int32.self)) }
    let high = withUnsafeBytes(of: &axis.high) { Array($0.bindMemory(to: Int32.self)) }
    return Set(low + high).map(Int.init).sorted()
  }
}

extension Preprocessor.Crop {
  /// Where this part of `length` points begins, if the centre begins at `centre`.
  fileprivate func offset(_ centre: Int32, of length: Int32) -> Int32 {
    switch self {
    case .first: 0
    case .centre: centre
    case .last: length - Int32(PREPROCESS_SIDE)
    }
  }
}
