import VideoDecoding

/// Takes thumbnails, evenly over a video, of the pictures that are decoded for its windows anyway.
final class Filmstrip {
  private(set) var thumbnails: [VideoThumbnail] = []

  private let count: Int
  /// What is still to be taken: frames in ascending order, with their times.
  private var wanted: ArraySlice<(frame: Int, time: Rational)> = []
  private var encoder: JPEGEncoder?
  private var lastFrame = -1

  /// The longest side of a thumbnail, in pixels.
  private static let side = 160

  /// For `count` thumbnails; fewer of a video with fewer samples.
  init(count: Int) {
    self.count = count
  }

  /// Lays the thumbnails out over `samples`: each in the middle of its share. Those already taken stay,
  /// unless it `restarts`.
  func layOut(over samples: Sampler, restarts: Bool) {
    if restarts { (thumbnails, lastFrame) = ([], -1) }
    let count = min(count, samples.count)
    let all = (0..<count).map { index in
      let sample = Int(Int128(2 * index + 1) * Int128(samples.count) / Int128(2 * count))
      return (frame: samples[sample], time: samples.time(of: sample))
    }
    wanted = all.drop { $0.frame <= lastFrame }
  }

  /// Takes a thumbnail if one is due at frame `number`. Frames come in ascending order.
  func look(at frame: borrowing Frame, number: Int) throws(VideoError) {
    guard let next = wanted.first, next.frame <= number else { return }
    wanted = wanted.drop { $0.frame <= number }
    lastFrame = number
    let scale = min(1, Double(Self.side) / Double(max(frame.width, frame.height)))
    let width = max(1, Int((Double(frame.width) * scale).rounded()))
    let height = max(1, Int((Double(frame.height) * scale).rounded()))
    if encoder?.width != width || encoder?.height != height {
      encoder = JPEGEncoder(width: width, height: height)
    }
    guard let jpeg = encoder?.encode(try Self.pixels(of: frame, width: width, height: height)) else { return }
    thumbnails.append(VideoThumbnail(time: next.time, width: width, height: height, jpeg: jpeg))
  }

  /// The picture reduced to `width` by `height`, packed RGB.
  private static func pixels(
    of frame: borrowing Frame, width: Int, height: Int
  ) throws(VideoError) -> [UInt8] {
    let rows = points(height, of: frame.height)
    let columns = points(width, of: frame.width)
    let picture = try frame.rgb(rows: distinct(rows), columns: distinct(columns))
    var pixels: [UInt8] = []
    pixels.reserveCapacity(3 * width * height)
    for row in rows {
      for column in columns {
        var sums = (0, 0, 0)
        for line in row {
          for place in column {
            let pixel = picture.origin + line * picture.rowStride + place * picture.columnStride
            sums = (sums.0 + Int(pixel[0]), sums.1 + Int(pixel[1]), sums.2 + Int(pixel[2]))
          }
        }
        let points = row.count * column.count
        pixels += [sums.0, sums.1, sums.2].map { UInt8(($0 + points / 2) / points) }
      }
    }
    return pixels
  }

  /// For each of `count` pixels, up to four points spread over its part of `length` pixels, ascending.
  private static func points(_ count: Int, of length: Int) -> [[Int]] {
    let each = min(4, (length + count - 1) / count)
    return (0..<count).map { pixel in
      (0..<each).map { (2 * (pixel * each + $0) + 1) * length / (2 * count * each) }
    }
  }

  private static func distinct(_ points: [[Int]]) -> [Int] {
    points.joined().reduce(into: []) { if $0.last != $1 { $0.append($1) } }
  }
}
