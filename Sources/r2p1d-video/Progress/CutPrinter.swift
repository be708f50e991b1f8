import Cutting
import R2P1DVideo

/// A line for each clip when it is complete, and a bar meanwhile.
struct CutPrinter {
  private let isQuiet: Bool
  private let showsHours: Bool
  private let bar: ProgressBar
  private let advance: @Sendable (Int, Int) -> Void
  private let total: Int
  private var done = 0

  init(_ video: CutVideo, _ clips: [CutClip], isQuiet: Bool) {
    self.isQuiet = isQuiet
    showsHours = video.end.seconds >= 3600
    bar = ProgressBar(isQuiet: isQuiet)
    advance = bar.start(video.file)
    total = clips.count
  }

  /// What to call as frames of a clip are done.
  func bar(_ clip: CutClip) -> (Int) -> Void {
    let (advance, done, total, count) = (advance, done, total, clip.frames.count)
    // In thousandths of the clips.
    return { frames in advance(1000 * done + 1000 * min(frames, count) / count, 1000 * total) }
  }

  /// The clip is complete, at `path`.
  mutating func add(_ clip: CutClip, at path: BytePath) throws(ClassifierError) {
    bar.clear()
    done += 1
    if !isQuiet {
      let start = clip.start.clock(hours: showsHours)
      let end = clip.end.clock(hours: showsHours)
      try Output.standard().write(
        "\(start) – \(end)  \(clip.frames.count.counted("frame"))  \(path.printable)\n"
      )
    }
    if done < total { advance(done, total) }
  }
}
