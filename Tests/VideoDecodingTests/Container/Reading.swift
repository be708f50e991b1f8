import Foundation
import TestSupport

@testable import VideoDecoding

/// What a video gives when it is read in one way or another: all that labels and reports are made of.
struct Reading: Equatable {
  var info: VideoInfo?
  var timeline: PresentationTimes?
  /// Digests of the frames that five windows show.
  var frames: [UInt64] = []
  var framesDecoded = 0
  var framesSkipped = 0
  var decodeErrors = 0
  var restarts = 0
  var error: VideoError?

  /// What is known of the way, not of the video.
  struct Way {
    var isSparse = false
    var bytesRead = 0
    var sourceBytes = 0
  }

  /// Reads `path`: the frames of five windows, or all with `isWhole`.
  static func of(
    _ source: VideoSource, _ scanning: InputRules.Scanning, isWhole: Bool = false, seeking: Bool = true
  ) -> (reading: Reading, way: Way) {
    FFmpegGlobals.own()
    var rules = InputRules()
    rules.scanning = scanning
    var (reading, way) = (Reading(), Way())
    do {
      let video = try Video(source: source, threads: 1, rules: rules)
      defer {
        way = Way(
          isSparse: video.scan?.places != nil, bytesRead: video.bytesRead ?? 0,
          sourceBytes: video.fileBytes ?? 0)
      }
      try reading.read(video, isWhole: isWhole, seeking: seeking)
    } catch {
      reading.error = error as? VideoError ?? .unreadable(reason: "\(error)")
    }
    return (reading, way)
  }

  private mutating func read(_ video: Video, isWhole: Bool, seeking: Bool) throws {
    while true {
      let timeline = try video.timeline()
      let wanted = isWhole ? Array(timeline.times.indices) : Self.windows(timeline.times.count)
      frames = []
      do {
        try video.frames(wanted, seeking: seeking) { _, frame in
          var digest = Digest()
          digest.add(try frame.somePixels())
          frames.append(digest.value)
        }
        (info, self.timeline) = (video.info, timeline)
        (framesDecoded, framesSkipped) = (video.framesDecoded, video.framesSkipped)
        decodeErrors = video.decodeErrors
        return
      } catch VideoError.timelineChanged {
        restarts += 1
      }
    }
  }

  /// Every other frame of five stretches of 31.
  static func windows(_ count: Int) -> [Int] {
    let last = max(count - 31, 0)
    return Set(
      (0..<5).flatMap { part in
        stride(from: part * last / 4, to: min(part * last / 4 + 31, count), by: 2)
      }
    ).sorted()
  }
}

extension Frame {
  /// Every third pixel of every third row: a frame that differs does so there.
  fileprivate borrowing func somePixels() throws -> [UInt8] {
    let rows = Array(stride(from: 0, to: height, by: 3))
    let columns = Array(stride(from: 0, to: width, by: 3))
    let picture = try rgb(rows: rows, columns: columns)
    return rows.flatMap { row in
      columns.flatMap { column -> [UInt8] in
        let pixel = picture.origin + row * picture.rowStride + column * picture.columnStride
        return [pixel[0], pixel[1], pixel[2]]
      }
    }
  }
}
