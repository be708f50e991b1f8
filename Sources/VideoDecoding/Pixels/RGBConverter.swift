import CFFmpeg

/// Converts frames to RGB, and of each only the rows that are needed. The context and memory are kept from
/// frame to frame.
///
/// libswscale makes the rows of its output in any order, of those rows of its input that they need. It has a
/// converter of its own for 8-bit 4:2:0 and 4:2:2 of even height, in which a pair of columns depends on
/// nothing outside it either; in every other format chroma is interpolated.
final class RGBConverter {
  private var scaler: Scaler?
  private var picture: RGBPicture?

  /// The given rows and columns of a frame that is turned upright and, if need be, scaled to `width` by
  /// `height`.
  func convert(
    _ frame: AVFrame, _ orientation: Orientation, width: Int, height: Int, rows: [Int], columns: [Int]
  ) throws(VideoError) -> RGBFrame {
    let isScaled = orientation.size(width: Int(frame.width), height: Int(frame.height)) != (width, height)
    if !isScaled, Self.isOfPairs(frame, orientation) {
      return try convertColumns(frame, orientation, rows: rows, columns: columns)
    }
    let uprightRuns = RowRuns(rows)
    if orientation != .upright,
      let upright = try UprightCopy(frame, orientation, of: isScaled ? nil : uprightRuns)
    {
      let picture = try convert(upright.frame.pointee, width: width, height: height, uprightRuns)
      return RGBFrame(
        stored: picture.bytes, stride: picture.stride, width: width, height: height, orientation: .upright)
    }
    // As stored: turning back is the same swap.
    let (width, height) = orientation.size(width: width, height: height)
    let runs = RowRuns(orientation.storedRows(rows: rows, columns: columns, height: height))
    let picture = try convert(frame, width: width, height: height, runs)
    return RGBFrame(
      stored: picture.bytes, stride: picture.stride, width: width, height: height, orientation: orientation)
  }

  private func convertColumns(
    _ frame: AVFrame, _ orientation: Orientation, rows: [Int], columns: [Int]
  ) throws(VideoError) -> RGBFrame {
    let (width, height) = (Int(frame.width), Int(frame.height))
    let runs = RowRuns(orientation.storedRows(rows: rows, columns: columns, height: height))
    let stored = orientation.storedColumns(rows: rows, columns: columns, width: width)
    let first = stored.lowerBound / RGBPicture.columnBlock * RGBPicture.columnBlock
    let part = frame.part(columns: first..<min(width, RGBPicture.roundUp(stored.upperBound)))
    let picture = try convert(part, width: Int(part.width), height: height, runs)
    return RGBFrame(
      stored: picture.bytes - 3 * first, stride: picture.stride, width: width, height: height,
      orientation: orientation)
  }

  /// The rows of `runs` of a frame that is scaled to `width` by `height`.
  private func convert(
    _ frame: AVFrame, width: Int, height: Int, _ runs: RowRuns
  ) throws(VideoError) -> RGBPicture {
    var kind = Scaler.Kind(frame)
    (kind.targetWidth, kind.targetHeight) = (Int32(width), Int32(height))
    let scaler = if let scaler, scaler.kind == kind { scaler } else { try Scaler(kind) }
    self.scaler = scaler
    let picture =
      if let picture, picture.width == width, picture.height == height { picture } else {
        try RGBPicture(width: width, height: height)
      }
    self.picture = picture
    try scaler.convert(frame, runs, into: picture)
    return picture
  }

  /// Whether a frame is converted pair by pair of rows and columns. If it is turned, they have to stay pairs,
  /// or what ffmpeg turns before it converts it would get other bits.
  private static func isOfPairs(_ frame: AVFrame, _ orientation: Orientation) -> Bool {
    let formats = [
      AV_PIX_FMT_YUV420P, AV_PIX_FMT_YUVJ420P, AV_PIX_FMT_YUV422P, AV_PIX_FMT_YUVJ422P, AV_PIX_FMT_YUVA420P,
    ]
    return formats.contains { $0.rawValue == frame.format } && frame.height % 2 == 0
      && (orientation == .upright || frame.width % 2 == 0)
  }
}

/// The even-aligned pairs of rows that hold the wanted rows, as contiguous runs of pairs.
struct RowRuns {
  private(set) var runs: [Range<Int>] = []

  /// `rows` ascending. When most of what lies between the first and the last is wanted, they are one run;
  /// else each pair is a run of its own.
  init(_ rows: [Int]) {
    for row in rows where runs.last?.contains(row) != true { runs.append(row / 2 * 2..<row / 2 * 2 + 2) }
    guard let first = runs.first, let last = runs.last else { return }
    let span = first.lowerBound..<last.upperBound
    if 4 * runs.count >= span.count { runs = [span] }
  }
}

extension AVFrame {
  /// Columns of a planar 8-bit frame whose chroma has half of them, from an even one on, in the frame's own
  /// memory.
  fileprivate func part(columns: Range<Int>) -> AVFrame {
    var part = self
    part.width = Int32(columns.count)
    part.data.0 = data.0.map { $0 + columns.lowerBound }
    part.data.1 = data.1.map { $0 + columns.lowerBound / 2 }
    part.data.2 = data.2.map { $0 + columns.lowerBound / 2 }
    part.data.3 = data.3.map { $0 + columns.lowerBound }
    return part
  }
}

extension Orientation {
  /// The stored rows that upright rows and columns are taken from, ascending.
  fileprivate func storedRows(rows: [Int], columns: [Int], height: Int) -> [Int] {
    let lines = transposed ? columns : rows
    return mirrorsRows ? lines.reversed().map { height - 1 - $0 } : lines
  }

  /// The range of stored columns that upright rows and columns are taken from.
  fileprivate func storedColumns(rows: [Int], columns: [Int], width: Int) -> Range<Int> {
    let lines = transposed ? rows : columns
    guard let first = lines.first, let last = lines.last else { return 0..<width }
    return mirrorsColumns ? width - 1 - last..<width - first : first..<last + 1
  }
}
