/// Which frames torchvision's `VideoClips._resample_video_idx` (0.28) picks: it counts frames of a constant rate,
/// in float32, and looks at no times.
///
/// Sample k is frame ⌊float32(k) × float32(step)⌋, where step is the average frame rate ÷ the samples a second,
/// and there are ⌊frames × samples a second ÷ average rate⌋ of them. A whole step is a slice there, which takes
/// every so many frames to the very last.
struct IndexedFrames: Sendable {
  let count: Int
  private let frames: Int
  /// A whole one; nil for others.
  private let wholeStep: Int?
  private let step: Float

  /// `frames` is at least 1; `average` and `rate` are more than 0.
  init(frames: Int, average: Double, rate: Double) {
    self.frames = frames
    let exact = average / rate
    step = Float(exact)
    wholeStep = exact == exact.rounded() ? Int(exactly: exact) : nil
    if let wholeStep {
      count = (frames + wholeStep - 1) / wholeStep
    } else {
      count = Int((Double(frames) * rate / average).rounded(.down))
    }
  }

  /// The frame that sample `sample` shows; float32 may round beyond the last one, which torchvision fails at.
  func frame(_ sample: Int) -> Int {
    if let wholeStep { return min(sample * wholeStep, frames - 1) }
    return min(Int((Float(sample) * step).rounded(.down)), frames - 1)
  }

  /// Whether `sample` is of a frame that there is: the one behind the last sample need not be.
  func isWithin(_ sample: Int) -> Bool {
    wholeStep.map { sample * $0 < frames } ?? (Float(sample) * step < Float(frames))
  }
}
