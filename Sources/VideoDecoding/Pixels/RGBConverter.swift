import CFFmpeg

/// Converts frames to RGB, as little of each as is needed. Contexts and memory are kept from frame to frame.
///
/// libswscale has a converter of its own for 8-bit 4:2:0 and 4:2:2 of even height, in which a pair of rows
/// depends on nothing outside the pair, and a pair of columns on nothing outside it. Only there may pieces be
/// converted separately; in every other format chroma is interpolated, so that the whole frame is converted
/// at once.
final class RGBConverter {
  private var whole: Scaler?
  private var pieces: [Scaler] = []
  private var memory = FrameMemory()

  /// Columns are converted from a multiple of this on, as vector code likes them.
  private static let columnBlock = 64
  /// Contexts of pieces kept: for a pair of rows and for a few heights of a contiguous part.
  private static let keptPieces = 4

  /// The given rows and columns of a frame that is turned upright and, if need be, scaled to `width` by
  /// `height`.
  func convert(
    _ frame: AVFrame, _ orientation: Orientation, width: Int, height: Int, rows: [Int], columns: [Int]
  ) throws(VideoError) -> RGBFrame {
    let isScaled = orientation.size(width: Int(frame.width), height: Int(frame.height)) != (width, height)
    if !isScaled, Self.canSplit(frame, orientation) {
      return try convertPieces(frame, orientation, rows: rows, columns: columns)
    }
    if orientation != .upright, let upright = try UprightCopy(frame, orientation) {
      return try convertWhole(upright.frame.pointee, .upright, width: width, height: height)
    }
    return try convertWhole(frame, orientation, width: width, height: height)
  }

  private func convertWhole(
    _ frame: AVFrame, _ orientation: Orientation, width: Int, height: Int
  ) throws(VideoError) -> RGBFrame {
    // As stored: turning back is the same swap.
    let (width, height) = orientation.size(width: width, height: height)
    var kind = Scaler.Kind(frame)
    (kind.targetWidth, kind.targetHeight) = (Int32(width), Int32(height))
    let scaler = if let whole, whole.kind == kind { whole } else { try Scaler(kind) }
    whole = scaler
    let stride = 3 * Self.roundUp(width)
    let target = try memory.reserve(stride * height)
    try scaler.convert(frame, firstRow: 0, firstColumn: 0, into: target, stride: stride)
    return RGBFrame(stored: target, stride: stride, width: width, height: height, orientation: orientation)
  }

  private func convertPieces(
    _ frame: AVFrame, _ orientation: Orientation, rows: [Int], columns: [Int]
  ) throws(VideoError) -> RGBFrame {
    let (width, height) = (Int(frame.width), Int(frame.height))
    let storedRows = orientation.storedRows(rows: rows, columns: columns, height: height)
    let storedColumns = orientation.storedColumns(rows: rows, columns: columns, width: width)
    let firstColumn = storedColumns.lowerBound / Self.columnBlock * Self.columnBlock
    let end = min(width, Self.roundUp(storedColumns.upperBound))
    let stride = 3 * Self.roundUp(end - firstColumn)
    // Addressed as if it were whole: pages that are never written take no memory.
    let target = try memory.reserve(stride * height)
    var kind = Scaler.Kind(frame)
    kind.width = Int32(end - firstColumn)
    kind.targetWidth = kind.width
    for run in RowRuns(storedRows).runs {
      kind.height = Int32(run.count)
      kind.targetHeight = kind.height
      try piece(kind).convert(
        frame, firstRow: run.lowerBound, firstColumn: firstColumn, into: target + run.lowerBound * stride,
        stride: stride)
    }
    return RGBFrame(
      stored: target - 3 * firstColumn, stride: stride, width: width, height: height, orientation: orientation
    )
  }

  private func piece(_ kind: Scaler.Kind) throws(VideoError) -> Scaler {
    if let known = pieces.first(where: { $0.kind == kind }) { return known }
    let scaler = try Scaler(kind)
    if pieces.count == Self.keptPieces { pieces.removeFirst() }
    pieces.append(scaler)
    return scaler
  }

  /// A frame that ffmpeg turns upright before it converts it gives the same bits turned afterwards only if
  /// pairs of rows and columns stay pairs.
  private static func canSplit(_ frame: AVFrame, _ orientation: Orientation) -> Bool {
    let formats = [
      AV_PIX_FMT_YUV420P, AV_PIX_FMT_YUVJ420P, AV_PIX_FMT_YUV422P, AV_PIX_FMT_YUVJ422P, AV_PIX_FMT_YUVA420P,
    ]
    return formats.contains { $0.rawValue == frame.format } && frame.height % 2 == 0
      && (orientation == .upright || frame.width % 2 == 0)
  }

  private static func roundUp(_ width: Int) -> Int {
    (width + columnBlock - 1) / columnBlock * columnBlock
  }
}

/// The even-aligned pairs of rows that hold the wanted rows, as contiguous runs of pairs.
struct RowRuns {
  private(set) var runs: [Range<Int>] = []

  /// `rows` ascending. When most of what lies between the first and the last is wanted, they are one run;
  /// else each pair is a run of its own, so that two contexts serve all frames of a size.
  init(_ rows: [Int]) {
    for row in rows where runs.last?.contains(row) != true { runs.append(row / 2 * 2..<row / 2 * 2 + 2) }
    guard let first = runs.first, let last = runs.last else { return }
    let span = first.lowerBound..<last.upperBound
    if 4 * runs.count >= span.count { runs = [span] }
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
