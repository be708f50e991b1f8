import Synchronization

@testable import R2P1DVideo

/// A film made as it is asked for: a bright bar that moves over a dark ground, 15 frames a second.
final class Film: Sendable {
  private let asked = Mutex(0)
  let frameCount: Int

  init(frames: Int) { frameCount = frames }

  /// How many frames have been asked for.
  var framesAsked: Int { asked.withLock { $0 } }

  var input: VideoInput {
    .frames(
      VideoFrames(stamps: (0..<Int64(frameCount)).map { $0 }, timescale: 15) { [self] number in
        asked.withLock { $0 += 1 }
        return try Self.frame(number)
      }, name: "film")
  }

  static func frame(_ number: Int, width: Int = 64, height: Int = 48) throws(ClassifierError) -> VideoFrame {
    let row = (0..<width).flatMap { column -> [UInt8] in
      let isBar = (column + number) % width < 8
      return isBar ? [250, 200, 30] : [20, UInt8(2 * column % 256), 60]
    }
    return try VideoFrame(
      rgb24: Array(repeatElement(row, count: height).joined()), width: width, height: height)
  }
}
