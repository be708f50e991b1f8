@testable import VideoDecoding

/// What one pass over a video gave.
struct Pass: Equatable {
  var width = 0
  var height = 0
  /// Packed upright RGB, a picture each.
  var pictures: [[UInt8]] = []
}

extension Video {
  convenience init(_ path: String, threads: Int = 2, track: Int? = nil) throws(VideoError) {
    FFmpegGlobals.own()  // concealed errors are counted
    try self.init(path: Array(path.utf8), threads: threads, track: track)
  }

  /// The pictures with these numbers, all if nil, in full. Starts again if the timeline had to be learned
  /// anew.
  func pass(_ numbers: [Int]? = nil, seeking: Bool = false) throws -> Pass {
    while true {
      var pass = Pass()
      do {
        try frames(numbers ?? Array(0..<(timeline().times.count)), seeking: seeking) { _, frame in
          (pass.width, pass.height) = (frame.width, frame.height)
          pass.pictures.append(try frame.allPixels())
        }
        return pass
      } catch VideoError.timelineChanged {}
    }
  }
}

extension Frame {
  borrowing func allPixels() throws -> [UInt8] {
    let picture = try rgb(rows: Array(0..<height), columns: Array(0..<width))
    return picture.packed(rows: 0..<height, columns: 0..<width)
  }
}

extension RGBFrame {
  func packed(rows: Range<Int>, columns: Range<Int>) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(3 * rows.count * columns.count)
    for row in rows {
      for column in columns {
        let pixel = origin + row * rowStride + column * columnStride
        bytes += [pixel[0], pixel[1], pixel[2]]
      }
    }
    return bytes
  }
}
